"""A call that broke off: may it be finished now, and on which ground."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from crm.contacts.facts import Approach
from crm.contacts.facts.answering import has_dropped, may_finish
from crm.contacts.facts.gathered import gather
from crm.contacts.hearing import hear
from crm.contacts.outcomes import dropped_codes
from crm.gate.errors import Invalid
from crm.gate.reader import Reader
from crm.rulebook.lifts import CALL_BACK
from crm.rulebook.vocabulary import Channel, Ground

ON_GROUND = {"ground": str(Ground.CALL_DROPPED)}


def to_finish(
    reader: Reader, person_id: UUID, contacts: Iterable[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return how the call that broke off last can be finished; None where none did of late.

    `contacts` are his newest records. `lawful`: as any call; `on_ground`: only as the rest of
    that one, which is reviewed; neither: `decision` says why, `known` whether a book of the place
    knows the ground, `again` whether it was a rest already. One more statement, and none where no
    call broke off.
    """
    broke_off = [one for one in contacts if _broke_off(one, reader)]
    if not broke_off or (point_id := broke_off[0]["contact_point_id"]) is None:
        return None
    bare = Approach(person_id, point_id, "call", None, reader.now)
    found = gather(reader, [bare])
    if not has_dropped(found, bare):
        return None
    again = not may_finish(found, bare)
    claimed = {} if again else ON_GROUND
    ground = Approach(person_id, point_id, "call", None, reader.now, claimed)
    try:
        plain, rest = hear(found, bare), hear(found, ground)
    except Invalid:  # several relations: the file offers each
        return None
    return {
        "contact_point_id": point_id,
        "at": broke_off[0]["ended_at"] or broke_off[0]["started_at"],
        "lawful": bool(plain.verdict),
        "on_ground": not plain.verdict and bool(rest.verdict),
        "again": again,
        "decision": plain.decision,
        "known": any("ground" in (reason["figures"] or {}) for reason in rest.decision["reasons"]),
    }


def _broke_off(one: Mapping[str, Any], reader: Reader) -> bool:
    lately = reader.now - one["started_at"] <= CALL_BACK
    return one["channel"] == Channel.CALL and one["code"] in dropped_codes() and lately
