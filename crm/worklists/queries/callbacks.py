"""Calls back that people asked for: which are due today, and which were made."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from crm.borrowers.models import consent, person
from crm.contacts.models import contact
from crm.contacts.queries.marks import is_newest, is_ours
from crm.gate.reader import Reader
from crm.worklists.rules import EARLY, state_of_call_back

MOST = 500


def callbacks_on(reader: Reader, whose: ColumnElement[bool], day: date) -> list[dict[str, Any]]:
    """Return the calls back that are due that day by the reader's own clock, in their order.

    `whose` leaves some people. Each has `person_id`, `collector_id`, `at`, and whether it was
    `made`: we tried to reach him from shortly before that time on; and its `state`.
    """
    zone = ZoneInfo(reader.actor.zone)
    its = consent.c
    rows = reader.all(
        select(its.id, its.person_id, its.at, person.c.collector_id)
        .join(person, person.c.id == its.person_id)
        .where(
            whose,
            its.kind == "time_exception",
            its.source == "said",
            its.revoked_at.is_(None),
            # Texts with an offset each: the days about it first, then exactly.
            its.at >= (day - timedelta(days=1)).isoformat(),
            its.at < (day + timedelta(days=2)).isoformat(),
        )
        .limit(MOST)
    )
    due = [
        dict(row._mapping) | {"at": at}
        for row in rows
        if (at := datetime.fromisoformat(row.at)).astimezone(zone).date() == day
    ]
    last = _tried(reader, [one["person_id"] for one in due])
    for one in due:
        tried = last.get(one["person_id"])
        one["made"] = tried is not None and tried >= one["at"] - EARLY
        one["state"] = state_of_call_back(one["at"], reader.now, made=one["made"])
    return sorted(due, key=lambda one: (one["at"], str(one["id"])))


def _tried(reader: Reader, people: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when we last tried to reach each of these people."""
    if not people:
        return {}
    query = (
        select(contact.c.person_id, func.max(contact.c.started_at).label("at"))
        .where(contact.c.person_id.in_(people), is_ours(), is_newest())
        .group_by(contact.c.person_id)
    )
    return {row.person_id: row.at for row in reader.all(query)}
