"""Who is away, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import absence, account
from crm.identity.queries import colleagues, names_of
from crm.identity.rules import is_away

SHOWN = timedelta(days=30)  # how long one that is over stays in the list
MOST = 500
_SLACK = timedelta(days=1)  # somewhere it is yesterday still, or tomorrow already


@dataclass(frozen=True)
class Absences(Question, needs=Permission.SET_ABSENCE, recorded_as="identity.absences.listed"):
    """One's own absences; a leader's: those of the team."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return those that last, come or ended within thirty days, and whose can be set."""
        reach = colleagues(reader, self.needs)
        query = (
            _rows()
            .where(reach, absence.c.ends_on >= reader.now.date() - SHOWN)
            .order_by(absence.c.begins_on.desc(), absence.c.id)
        )
        rows = reader.all(query.limit(MOST))
        staff = reader.all(
            select(account.c.id)
            .where(reach, account.c.active)
            .order_by(account.c.created_at)
            .limit(MOST)
        )
        names = names_of(reader, {row.account_id for row in rows} | {row.id for row in staff})
        return {
            "items": [_shown(row, reader, names) for row in rows],
            "accounts": [(row.id, names.get(row.id)) for row in staff],
            "leads": reader.reach(Permission.SET_ABSENCE) is not Scope.OWN,
        }


def away(reader: Reader, condition: ColumnElement[bool], days_ago: int = 0) -> dict[UUID, date]:
    """Return who of the accounts that meet the condition is away, and his last day away.

    Today by each account's own zone, or `days_ago`.
    """
    ago = timedelta(days=days_ago)
    its, about = absence.c, reader.now.date() - ago
    query = _rows().where(condition, its.begins_on <= about + _SLACK, its.ends_on >= about - _SLACK)
    return {
        row.account_id: row.ends_on
        for row in reader.all(query.order_by(its.ends_on))
        if _covers(row, reader, ago)
    }


def _rows() -> Any:
    return select(absence, account.c.zone).join(account, account.c.id == absence.c.account_id)


def _covers(row: Any, reader: Reader, ago: timedelta = timedelta()) -> bool:
    zone = ZoneInfo(row.zone)
    back_on = row.ended_at.astimezone(zone).date() if row.ended_at else None
    day = reader.now.astimezone(zone).date() - ago
    return is_away(row.begins_on, row.ends_on, back_on, day)


def _shown(row: Any, reader: Reader, names: Mapping[UUID, Any]) -> dict[str, Any]:
    today = reader.now.astimezone(ZoneInfo(row.zone)).date()
    is_over = row.ended_at is not None or row.ends_on < today
    state = "over" if is_over else "now" if _covers(row, reader) else "coming"
    return dict(row._mapping) | {"name": names.get(row.account_id), "state": state}
