"""What the books refused today, hour by hour."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.contacts.models import decision
from crm.contacts.queries.span import HOURS
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.rulebook.moments import start_of_day
from crm.storage.quarters import quarter, start_of_quarter


def refused_by_hour(reader: Reader, needs: Permission) -> dict[str, Any]:
    """Return how many requests were refused in each hour of today, by the reader's own clock.

    `hours` has 24 counts; an hour that comes twice, as clocks are put back, has both. `total` is
    today's so far, `before` yesterday's up to the same time.
    """
    zone = ZoneInfo(reader.actor.zone)
    today = reader.now.astimezone(zone).date()
    begins = start_of_day(today, zone)
    yesterday = start_of_day(today - timedelta(days=1), zone)
    number = quarter(decision.c.at).label("quarter")
    query = (
        select(number, func.count().label("refused"))
        .join(person, person.c.id == decision.c.person_id)
        .where(
            within(reader, needs),
            decision.c.allowed.is_(False),
            decision.c.asked_for != "contact",
            decision.c.at >= yesterday,
            decision.c.at <= reader.now,
        )
        .group_by(number)
    )
    hours, before = [0] * HOURS, 0
    until = yesterday + (reader.now - begins)
    for row in reader.all(query):
        at = start_of_quarter(row.quarter)
        if at >= begins:
            hours[at.astimezone(zone).hour] += row.refused
        elif at < until:
            before += row.refused
    now_hour = reader.now.astimezone(zone).hour
    return {"hours": hours, "total": sum(hours), "before": before, "now_hour": now_hour}
