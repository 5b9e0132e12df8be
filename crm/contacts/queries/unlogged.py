"""Contacts that were started and that nobody has logged, and reservations that wait for a start."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.contacts.models import permit, permit_event
from crm.contacts.queries.permits import OVER, its_record
from crm.contacts.queries.refusals import people_shown
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.identity.queries import names_of

MOST = 200


def started_and_unlogged(
    reader: Reader, needs: Permission, by: UUID | None = None
) -> list[dict[str, Any]]:
    """Return the contacts within reach that were started and not logged, the oldest first.

    `by` leaves those of one colleague, whoever has the person by now.
    """
    begun = permit_event.alias("begun")
    query = (
        select(permit.c.id, permit.c.person_id, permit.c.channel, permit.c.reserved_by, begun.c.at)
        .join(begun, (begun.c.permit_id == permit.c.id) & (begun.c.kind == "started"))
        .join(person, person.c.id == permit.c.person_id)
        .where(_open())
        .order_by(begun.c.at, permit.c.id)
        .limit(MOST)
    )
    mine = within(reader, needs) if by is None else permit.c.reserved_by == by
    return _named(reader, query.where(mine))


def reserved_by(reader: Reader, needs: Permission, accounts: set[UUID]) -> list[dict[str, Any]]:
    """Return the reservations of these colleagues that still hold, and wait for a start."""
    begun = select(permit_event.c.id).where(
        permit_event.c.permit_id == permit.c.id, permit_event.c.kind == "started"
    )
    query = (
        select(
            permit.c.id,
            permit.c.person_id,
            permit.c.channel,
            permit.c.reserved_by,
            permit.c.reserved_at.label("at"),
            permit.c.expires_at,
        )
        .join(person, person.c.id == permit.c.person_id)
        .where(
            within(reader, needs),
            permit.c.reserved_by.in_(accounts),
            permit.c.expires_at > reader.now,
            ~begun.exists(),
            _open(),
        )
        .order_by(permit.c.reserved_at, permit.c.id)
        .limit(MOST)
    )
    return _named(reader, query)


def _open() -> ColumnElement[bool]:
    """Return the condition that a permit is neither over nor logged."""
    over = select(permit_event.c.id).where(
        permit_event.c.permit_id == permit.c.id, permit_event.c.kind.in_(OVER)
    )
    return ~over.exists() & ~its_record().exists()


def _named(reader: Reader, query: Any) -> list[dict[str, Any]]:
    rows = reader.all(query)
    if not rows:
        return []
    people = people_shown(reader, {row.person_id for row in rows})
    names = names_of(reader, {row.reserved_by for row in rows})
    return [
        dict(row._mapping)
        | {
            "person": people.get(row.person_id),
            "collector": names.get(row.reserved_by),
        }
        for row in rows
    ]
