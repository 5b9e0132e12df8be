"""Showing one value in clear: asked for with a purpose and a reason, recorded first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from crm.gate.action import Action, Subject
from crm.gate.errors import Refusal
from crm.gate.generation import raise_generation
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.privacy import openers
from crm.privacy.models import reveal
from crm.privacy.queries import BUDGET, left_today, may_see, wanted_value
from crm.privacy.sealed import FACE, Sealed
from crm.words import N_

SHOWN_FOR = timedelta(seconds=60)


class Shown:
    """A value on its way to one person: it opens only when it is written out.

    That is after the action has committed, so the entry is always there before the value leaves.
    """

    __slots__ = ("_value",)

    def __init__(self, value: Sealed) -> None:
        self._value = value

    @property
    def text(self) -> str:
        """Return the value in clear."""
        return openers.reveal(self._value)

    def __repr__(self) -> str:
        return FACE


@dataclass(frozen=True)
class RevealValue(Action, needs=Permission.REVEAL_VALUE, recorded_as="privacy.value.revealed"):
    """Show one value of one person in clear, for a minute, for a purpose and a reason.

    `field` is name, national_id or the id of a contact point.
    """

    person_id: UUID
    field: str
    purpose: str
    reason: Sealed

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the actor, so that two requests at once cannot spend the last one twice."""
        return (work.actor.id,)

    def subject(self, work: Work) -> Subject:
        """Find the person and the value."""
        return wanted_value(work, self.person_id, self.field)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask the masking matrix, and count what was shown in the last 24 hours."""
        assert subject is not None
        if not may_see(work.actor.role, subject):
            return refuse("permission.reveal", N_("Your role may not see this value in clear."))
        if left_today(work) == 0:
            return refuse("reveal.budget", _SPENT, limit=BUDGET)
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write down who sees what and why; return the value, still closed."""
        assert subject is not None
        wanted, expires_at = subject.row, work.now + SHOWN_FOR
        reveal_id = work.add(
            reveal,
            person_id=self.person_id,
            field=wanted.field,
            contact_point_id=wanted.point_id,
            purpose=self.purpose,
            reason=self.reason,
            revealed_by=work.actor.id,
            revealed_at=work.now,
            expires_at=expires_at,
        )
        return {
            "id": reveal_id,
            "person_id": self.person_id,
            "field": wanted.field,
            "value": Shown(wanted.value),
            "expires_at": expires_at,
        }

    def again(self, work: Work, result_id: UUID) -> Any:
        """Show nothing twice: a repeat would be seen and not recorded."""
        raise Refusal(refuse("reveal.once", N_("This was shown already. Ask for it once more.")))


_SPENT = N_(
    "You have seen %(limit)s values in clear within the last 24 hours, and more are not shown. "
    "Ask your supervisor or the privacy officer to look at it with you."
)


@dataclass(frozen=True)
class SweepKeys(Action, needs=Permission.KEEP_HOUSE, recorded_as="privacy.keys.swept"):
    """Note that keys which were made and never used are removed from the keystore."""

    subjects: int

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Put the number into the entry."""
        work.note(subjects=self.subjects)
        return {}


@dataclass(frozen=True)
class RotateKek(Action, needs=Permission.KEEP_HOUSE, recorded_as="privacy.kek.rotated"):
    """Note that every key is wrapped by a new KEK, and have every process read it."""

    old: str
    new: str
    keys: int

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Put the names of both into the entry, and raise the generation."""
        work.note(old=self.old, new=self.new, keys=self.keys)
        raise_generation(work)
        return {}
