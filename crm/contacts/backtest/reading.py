"""The decisions of the days past, page by page, each contact and permit once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, or_, select

from crm.borrowers.models import person
from crm.contacts.models import decision, permit, permit_event
from crm.gate.reader import Reader
from crm.identity.models import account
from crm.privacy.fields import Retention
from crm.privacy.keyring import keyring

AT_ONCE = 1000


def how_many(reader: Reader, since: datetime, until: datetime) -> int:
    """Return how many decisions there are to try."""
    query = _decisions(since, until).with_only_columns(func.count(), maintain_column_froms=True)
    found: int = reader.scalar(query)
    return found


class Place(NamedTuple):
    """Where the next page begins: among those allowed or refused, after this one."""

    allowed: bool = True  # as their index has them
    at: datetime | None = None
    id: UUID | None = None


def page_of(
    reader: Reader, since: datetime, until: datetime, place: Place
) -> tuple[Sequence[Row[Any]], Place | None]:
    """Return decisions of contacts judged from `since` to before `until`, and where to go on.

    A permit that was started is left to its start; what ended a reservation is left out. The keys
    of the people are held when it returns.
    """
    query = _decisions(since, until).where(decision.c.allowed.is_(place.allowed))
    if place.at is not None:
        later = or_(decision.c.at > place.at, decision.c.id > place.id)
        query = query.where(decision.c.at >= place.at, later)
    rows = reader.all(query.order_by(decision.c.at, decision.c.id).limit(AT_ONCE))
    keyring().prefetch({row.person_id for row in rows}, (Retention.EVIDENCE,))
    if len(rows) == AT_ONCE:
        return rows, Place(place.allowed, rows[-1].at, rows[-1].id)
    return rows, Place(allowed=False) if place.allowed else None


def _decisions(since: datetime, until: datetime) -> Select[Any]:
    begun = and_(permit_event.c.permit_id == permit.c.id, permit_event.c.kind == "started")
    started = (
        select(permit.c.id)
        .join(permit_event, begun)
        .where(permit.c.decision_id == decision.c.id)
        .exists()
    )
    return (
        select(decision, account.c.team_id)
        .join(person, person.c.id == decision.c.person_id)
        .outerjoin(account, account.c.id == decision.c.asked_by)
        .where(
            decision.c.at >= since,
            decision.c.at < until,
            person.c.erasure_begun_at.is_(None),
            or_(
                decision.c.asked_for.in_(("start", "contact")),
                and_(decision.c.asked_for == "permit", ~started),
            ),
        )
    )
