"""From the wish to be left alone to the instant from which it binds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import circumstance, person
from crm.borrowers.queries import within
from crm.contacts.models import contact
from crm.contacts.queries.marks import is_newest, is_ours, who_made
from crm.contacts.queries.refusals import people_shown
from crm.contacts.queries.span import Span, by_whom
from crm.gate.permissions import Permission
from crm.gate.reader import Reader

STOPS = ("cease_request", "medium_refused", "opt_out", "party_refused_contact")
AT_ONCE = timedelta(minutes=15)  # within one call and its writing down
_DAY = 10  # characters: a date alone says no hour, and so no time that went by


def stops_counted(
    reader: Reader, span: Span, by: UUID | None, team: UUID | None, shown: int
) -> dict[str, Any]:
    """Return how long the stops recorded in these days took to bind, the slowest `shown` of them.

    From the beginning of the contact in which it was said, or the instant the form names, to its
    record: from then on it binds. What names only a day is counted apart.
    """
    rows = reader.all(_query(reader, span, by, team))
    timed = [(row, asked) for row in rows if (asked := _asked_at(row)) is not None]
    spans = [max(row.created_at - asked, timedelta()) for row, asked in timed]
    slowest = sorted(timed, key=lambda one: one[1] - one[0].created_at)[:shown]
    between = _between(reader, slowest)
    people = people_shown(reader, {row.person_id for row, _ in slowest})
    return {
        "count": len(rows),
        "dayless": len(rows) - len(timed),
        "median": median(spans) if spans else None,
        "longest": max(spans, default=None),
        "late": sum(one > AT_ONCE for one in spans),
        "items": [
            {
                "person_id": row.person_id,
                "person": people.get(row.person_id),
                "kind": row.kind,
                "asked_at": asked,
                "binds_at": row.created_at,
                "took": max(row.created_at - asked, timedelta()),
                "between": between.get(row.id, 0),
            }
            for row, asked in slowest
            if row.created_at - asked > AT_ONCE
        ],
    }


def _query(reader: Reader, span: Span, by: UUID | None, team: UUID | None) -> Any:
    stop = circumstance.c
    return (
        select(
            stop.id, stop.person_id, stop.kind, stop.since, stop.created_at, contact.c.started_at
        )
        .join(person, person.c.id == stop.person_id)
        .outerjoin(contact, contact.c.id == stop.contact_id)
        .where(
            within(reader, Permission.READ_FINDINGS),
            stop.kind.in_(STOPS),
            stop.source.in_(("said", "form")),
            stop.created_at >= span.begins,
            stop.created_at < span.ends,
            *by_whom(who_made(), by, team),
        )
    )


def _asked_at(row: Any) -> datetime | None:
    if row.started_at is not None:
        started: datetime = row.started_at
        return started
    return datetime.fromisoformat(row.since) if len(row.since) > _DAY else None


def _between(reader: Reader, slowest: Sequence[tuple[Any, datetime]]) -> dict[UUID, int]:
    """Return for each of these stops how many contacts we made before it bound."""
    found: dict[UUID, int] = {}
    people = {row.person_id for row, _ in slowest}
    if not people:
        return found
    earliest = min(asked for _, asked in slowest)
    query = select(contact.c.person_id, contact.c.started_at).where(
        contact.c.person_id.in_(people), is_ours(), is_newest(), contact.c.started_at > earliest
    )
    made = reader.all(query)
    for row, asked in slowest:
        found[row.id] = sum(
            one.person_id == row.person_id and asked < one.started_at < row.created_at
            for one in made
        )
    return found
