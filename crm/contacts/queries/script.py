"""The script of one contact: which of its lines the desk shows, and which were said."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.decisions import unpacked
from crm.contacts.facts import Approach, decision_of
from crm.contacts.facts.document import document_of
from crm.contacts.facts.gathered import gather
from crm.contacts.facts.glimpse import each_relation
from crm.contacts.models import decision, script_tick
from crm.contacts.queries.proof import CameIn, is_proven_call
from crm.contacts.rules.script import Line, Moment, Talk, lines_for
from crm.contacts.script import lines
from crm.gate.errors import Invalid
from crm.gate.reader import Reader
from crm.privacy.rows import stored


def talk_of(reader: Reader, row: Any, *, by_other: bool) -> Talk:
    """Return the contact of a permit's row as the script asks; one statement.

    Its books and role are those of the decision that gave the permit. `by_other`: somebody else
    took it, and the person himself has not come since.
    """
    found = reader.one(select(decision).where(decision.c.id == row.decision_id))
    assert found is not None
    facts, answer = unpacked(stored(decision, found._asdict())["document"])
    return talk_in(facts, answer, by_other=by_other)


def talk_in(facts: Mapping[str, Any], answer: Mapping[str, Any], *, by_other: bool) -> Talk:
    """Return a contact as the script asks, by its facts and the decision on them."""
    return Talk(
        channel=facts["proposed"]["channel"],
        target=facts["proposed"]["target"],
        by_other=by_other,
        books=frozenset(book["id"] for book in answer["rulebooks"]),
        role=facts["collector_role"],
    )


def lines_of_inbound(reader: Reader, person_id: UUID) -> list[Line]:
    """Return what may be said in a call that comes in now: of the debt once two answers matched.

    None where it is not clear about which loans he calls.
    """
    theirs = Approach(person_id, None, "call", None, reader.now, {"direction": "inbound"})
    found = gather(reader, [theirs])
    try:
        one = next(each_relation(found, theirs), theirs)
        facts = document_of(found, one)
        talk = talk_in(facts, decision_of(facts), by_other=False)
    except Invalid:
        return []
    proven = is_proven_call(reader, CameIn.just_now(reader, person_id))
    moments = {Moment.VERIFY, Moment.DISCLOSE} if proven else {Moment.VERIFY}
    return [line for line in lines_for(lines().values(), talk) if line.moment in moments]


def ticks_of(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """Return what of the script was said, or was needed and not said, in a contact."""
    query = select(script_tick).where(script_tick.c.contact_id == contact_id)
    return [row._asdict() for row in reader.all(query.order_by(script_tick.c.id))]
