"""Callers who were turned away, by whoever took the call: what compliance looks at."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, func, or_, select

from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.contacts.callers.models import caller
from crm.contacts.callers.rules import Away, Found
from crm.contacts.queries.span import Span, by_whom
from crm.contacts.queries.timeline import older_than
from crm.gate.action import Subject
from crm.gate.cursor import sealed
from crm.gate.listing import Listing
from crm.gate.permissions import Permission, reaches
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.models import account, team
from crm.identity.queries import colleagues, names_of
from crm.identity.queries.choices import whose
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored
from crm.rulebook.moments import start_of_day
from crm.words import N_

NEEDS = Permission.READ_FINDINGS
PAGE = 50
LIST = "contacts.callers_away"
CALLERS = Listing(
    "callers",
    "/compliance/callers",
    N_("Callers turned away"),
    (
        ("person", N_("Person")),
        ("by", N_("Looked up by")),
        ("collector", N_("Collector")),
        ("team", N_("Team")),
    ),
)
# Of each call why it was turned away, if it was.
_AWAY: dict[Away, ColumnElement[bool]] = {
    Away.RESERVED: caller.c.outcome == Found.RESERVED,
    Away.FAILED: caller.c.failed_at.is_not(None),
    Away.LIMIT: caller.c.outcome == Found.REFUSED,
}


def callers_counted(
    reader: Reader, span: Span, by: UUID | None, team_id: UUID | None
) -> list[dict[str, Any]]:
    """Return for each colleague who turned callers away how many, why, and of how many looks."""
    query = (
        select(
            caller.c.asked_by.label("by"),
            func.count().label("looks"),
            *(_sum(condition).label(str(why)) for why, condition in _AWAY.items()),
        )
        .join(account, account.c.id == caller.c.asked_by)
        .where(
            colleagues(reader, NEEDS),
            caller.c.at >= span.begins,
            caller.c.at < span.ends,
            *by_whom(caller.c.asked_by, by, team_id),
        )
        .group_by(caller.c.asked_by)
    )
    rows = [row._asdict() for row in reader.all(query)]
    found = [row | {"away": sum(row[why] for why in Away)} for row in rows]
    found = [row for row in found if row["away"]]
    names = names_of(reader, {row["by"] for row in found})
    found.sort(key=lambda row: (-row["away"], str(row["by"])))
    return [row | {"name": names.get(row["by"])} for row in found]


@dataclass(frozen=True)
class CallersAway(Question, needs=NEEDS, recorded_as="contacts.callers.listed"):
    """Callers who were turned away by colleagues in the actor's reach, newest first.

    `since` and `until` (not included) are days of the actor's own zone. Whose the borrower is does
    not matter: the look was the colleague's.
    """

    why: str | None = None
    by: UUID | None = None
    team: UUID | None = None
    since: date | None = None
    until: date | None = None
    before: list[str] | None = None
    context: ClassVar[Context] = Context.LIST

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page."""
        rows = reader.all(self._query(reader))
        shown = rows[: self.size()]
        last = shown[-1] if len(rows) > self.size() else None
        names = names_of(reader, {row.asked_by for row in shown})
        return {
            "items": [self._item(reader, row, names) for row in shown],
            "next": sealed(LIST, [last.at.isoformat(), str(last.id)]) if last else None,
            "filters": self,
            **whose(reader, self.needs),
        }

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were shown."""
        return {"shown": len(result["items"])}

    def size(self) -> int:
        """Return how many rows a page has."""
        return PAGE

    def _query(self, reader: Reader) -> Select[Any]:
        its, zone = caller.c, ZoneInfo(reader.actor.zone)
        wanted = _AWAY[Away(self.why)] if self.why else or_(*_AWAY.values())
        found = [wanted, colleagues(reader, NEEDS), *by_whom(its.asked_by, self.by, self.team)]
        found += [its.at >= start_of_day(self.since, zone)] if self.since else []
        found += [its.at < start_of_day(self.until, zone)] if self.until else []
        found += [older_than(its.at, its.id, self.before)] if self.before else []
        columns = (its.id, its.at, its.asked_by, its.kind, its.outcome, its.person_id)
        owner = (person.c.name, person.c.collector_id, person.c.team_id, person.c.agency_id)
        return (
            select(*columns, *owner, team.c.name.label("team"))
            .join(account, account.c.id == its.asked_by)
            .outerjoin(team, team.c.id == account.c.team_id)
            .outerjoin(person, and_(person.c.id == its.person_id, ALIVE))
            .where(*found)
            .order_by(its.at.desc(), its.id.desc())
            .limit(self.size() + 1)
        )

    def _item(self, reader: Reader, row: Any, names: Any) -> dict[str, Any]:
        """Return a row; who the borrower is only where he lies in the reader's reach."""
        relation = relation_of(reader.actor, row)
        seen = row.name is not None and reaches(reader.actor.role, NEEDS, relation)
        name = stored(person, {"id": row.person_id, "name": row.name})["name"] if seen else None
        return {
            "id": row.id,
            "at": row.at,
            "why": str(_WHYS.get(row.outcome, Away.FAILED)),
            "kind": row.kind,
            "by": row.asked_by,
            "collector": names.get(row.asked_by),
            "team": row.team,
            "person_id": row.person_id if seen else None,
            "person": present(name, Looker(reader.actor.role, relation), self.context),
        }


_WHYS = {Found.RESERVED: Away.RESERVED, Found.REFUSED: Away.LIMIT}


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(cast(case((condition, 1), else_=0), Integer))
