"""Contacts by weekday and hour: when we reach for people, and when we should not have."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.contacts.models import contact, decision
from crm.contacts.queries.marks import is_newest, is_ours, is_unlawful, who_made
from crm.contacts.queries.span import HOURS, Span, by_whom
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.storage.quarters import quarter, start_of_quarter

WEEKDAYS = 7
SHADES = 5


def heat_of(reader: Reader, span: Span, by: UUID | None, team: UUID | None) -> dict[str, Any]:
    """Return rows of weekdays, each of 24 cells, by the clock of the reader's own zone.

    A cell has `made` (contacts we made), `unlawful` (of these), and `shade`: 0 where there are
    none, up to 5 for the fullest hour.
    """
    made = contact.c
    number = quarter(made.started_at).label("quarter")
    query = (
        select(
            number,
            func.count().label("made"),
            func.sum(case((is_unlawful(), 1), else_=0)).label("unlawful"),
        )
        .join(person, person.c.id == made.person_id)
        .outerjoin(decision, decision.c.id == made.decision_id)
        .where(
            within(reader, Permission.READ_FINDINGS),
            is_newest(),
            is_ours(),
            made.started_at >= span.begins,
            made.started_at < span.ends,
            *by_whom(who_made(), by, team),
        )
        .group_by(number)
    )
    cells = [[{"made": 0, "unlawful": 0} for _ in range(HOURS)] for _ in range(WEEKDAYS)]
    for row in reader.all(query):
        local = start_of_quarter(row.quarter).astimezone(span.zone)
        cell = cells[local.weekday()][local.hour]
        cell["made"] += row.made
        cell["unlawful"] += row.unlawful
    fullest = max(cell["made"] for line in cells for cell in line)
    for line in cells:
        for cell in line:
            cell["shade"] = -(-cell["made"] * SHADES // fullest) if cell["made"] else 0
    return {"rows": cells, "fullest": fullest}
