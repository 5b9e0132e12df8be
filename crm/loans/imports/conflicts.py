"""Where a file says otherwise than this house: the house stands, and the core system is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from crm.gate.words import N_


class Clash(StrEnum):
    """What a line of a file would have undone."""

    POINT_ENDED = "point_ended"  # it brings back a number or address that was ended here
    STOP_HOLDS = "stop_holds"  # it would end a stop that holds here
    STOP_LIFTED = "stop_lifted"  # it brings back a stop that two people lifted here
    CONSENT_REVOKED = "consent_revoked"  # it brings back a consent that was revoked here
    ROW_CHANGED = "row_changed"  # it says of one reference what it did not say before
    NUMBER_UNKNOWN = "number_unknown"  # the person was contacted by a number nobody here knows
    UNPROVED = "unproved"  # it claims a purpose without the message that makes it so


WORDS: dict[str, str] = {
    Clash.POINT_ENDED: N_("This number or address was ended here; the file still has it."),
    Clash.STOP_HOLDS: N_("The file ends a stop that holds here. Only two people lift a stop."),
    Clash.STOP_LIFTED: N_("This stop was lifted here; the file still has it."),
    Clash.CONSENT_REVOKED: N_("This consent was revoked here; the file still has it."),
    Clash.ROW_CHANGED: N_("The file said otherwise of this reference before. The first counts."),
    Clash.NUMBER_UNKNOWN: N_("The file has a number for this person that is not known here."),
    Clash.UNPROVED: N_("A purpose was claimed without the message it answers: it counts in full."),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """One line against what stands here: `about` names the table, `record_id` its row."""

    line: int
    person_id: UUID
    reason: Clash
    about: str
    record_id: UUID | None = None
    loan_id: UUID | None = None

    def row(self, run_id: UUID) -> dict[str, Any]:
        """Return it as it is kept with its run."""
        names = ("line", "person_id", "about", "record_id", "loan_id")
        return {name: getattr(self, name) for name in names} | {
            "run_id": run_id,
            "reason": str(self.reason),
        }
