"""The script of one contact: which of its lines the desk shows, and which were said."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.decisions import unpacked
from crm.contacts.models import decision, script_tick
from crm.contacts.rules.script import Talk
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
    return Talk(
        channel=row.channel,
        target=row.target,
        by_other=by_other,
        books=frozenset(book["id"] for book in answer["rulebooks"]),
        role=facts["collector_role"],
    )


def ticks_of(reader: Reader, contact_id: UUID) -> list[dict[str, Any]]:
    """Return what of the script was said, or was needed and not said, in a contact."""
    query = select(script_tick).where(script_tick.c.contact_id == contact_id)
    return [row._asdict() for row in reader.all(query.order_by(script_tick.c.id))]
