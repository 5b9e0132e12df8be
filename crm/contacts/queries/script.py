"""The script of one contact: which of its lines the desk shows, and which were said."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.decisions import unpacked
from crm.contacts.models import decision, permit_event, script_tick
from crm.contacts.rules.script import Talk
from crm.gate.reader import Reader
from crm.privacy.rows import stored


def talk_of(reader: Reader, row: Any, *, by_other: bool = False) -> Talk:
    """Return the contact of a permit's row as the script asks; one statement.

    Its books and role are those of the decision that gave the permit. `by_other`: the outcome
    says that somebody else took it, whatever was noted while it lasted.
    """
    taken = select(permit_event.c.id).where(
        permit_event.c.permit_id == row.id, permit_event.c.kind == "other"
    )
    query = select(decision, taken.exists().label("taken"))
    found = reader.one(query.where(decision.c.id == row.decision_id))
    assert found is not None
    facts, answer = unpacked(stored(decision, found._asdict())["document"])
    return Talk(
        channel=row.channel,
        target=row.target,
        by_other=by_other or bool(found.taken),
        books=frozenset(book["id"] for book in answer["rulebooks"]),
        role=facts["collector_role"],
    )


def ticks_of(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """Return what of the script was said, or was needed and not said, in a contact."""
    query = select(script_tick).where(script_tick.c.contact_id == contact_id)
    return [row._asdict() for row in reader.all(query.order_by(script_tick.c.id))]
