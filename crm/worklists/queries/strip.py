"""What stands over a list of work: calls back, limits nearly used, answers, and notices."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, func, select

from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE
from crm.contacts.callers.notices import notices_of
from crm.gate.approvals import RequestState, approval, in_state
from crm.gate.reader import Reader
from crm.worklists.queries.callbacks import callbacks_on
from crm.worklists.rules import is_near

SHOWN = 3  # of the calls back that were missed
LATELY = timedelta(days=1)  # how long an answer is news


def strip_of(reader: Reader, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one's calls back of today, requests, who is near a limit, and what one was told."""
    today = reader.now.astimezone(ZoneInfo(reader.actor.zone)).date()
    mine = and_(person.c.collector_id == reader.actor.id, ALIVE)
    due = [one for one in callbacks_on(reader, mine, today) if not one["made"]]
    missed = [one for one in due if one["state"] == "missed"]
    ahead = [one for one in due if one["state"] != "missed"]
    return {
        "callbacks": len(ahead),
        "next": ahead[0] if ahead else None,
        "missed": missed[:SHOWN],
        "near": sum(item["line"] is not None and is_near(item["line"]) for item in found),
        **_requests(reader),
        "notices": notices_of(reader),
    }


def _requests(reader: Reader) -> dict[str, int]:
    """Return how many of one's requests wait, and how many were answered since yesterday."""
    its = approval.c
    answered = its.state.in_((RequestState.APPROVED, RequestState.DECLINED, RequestState.STALE))
    news = and_(answered, its.decided_at > reader.now - LATELY)
    waits = in_state(RequestState.WAITING, reader.now)
    query = select(
        func.sum(case((waits, 1), else_=0)).label("waiting"),
        func.sum(case((news, 1), else_=0)).label("answered"),
    ).where(its.requested_by == reader.actor.id)
    row = reader.all(query)[0]
    return {"waiting": row.waiting or 0, "answered": row.answered or 0}
