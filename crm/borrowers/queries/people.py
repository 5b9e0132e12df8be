"""The list of people: newest first, by whom they are worked; never by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, select

from crm.borrowers.models import person
from crm.borrowers.queries.assignees import assignees
from crm.borrowers.queries.lines import lines, lines_query
from crm.borrowers.queries.subjects import his, reached, within
from crm.borrowers.rules.words import LANGUAGES
from crm.gate.action import Subject
from crm.gate.beside import neighbours
from crm.gate.cursor import sealed as sealed_cursor
from crm.gate.listing import Listing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import team
from crm.privacy.masks import Context
from crm.storage.prepared import Prepared
from crm.storage.types import Id
from crm.words import N_

LIST = "borrowers.people"
PAGE = 50
PEOPLE = Listing(
    "people",
    "/people",
    N_("People"),
    (
        ("collector", N_("Collector")),
        ("team", N_("Team")),
        ("organisation", N_("Organisation")),
        ("language", N_("Language")),
        ("since", N_("Since")),
    ),
    record="/people/{}",
)


@dataclass(frozen=True)
class People(Question, needs=Permission.READ_PEOPLE, recorded_as="borrowers.people.listed"):
    """The people one may work with, newest first; each page is an entry of its own.

    `assigned` False leaves those whom nobody has yet; `after` is what the last page's cursor
    was made of.
    """

    collector_id: UUID | None = None
    team_id: UUID | None = None
    assigned: bool | None = None
    after: Sequence[str] | None = None
    context: ClassVar[Context] = Context.LIST
    most: ClassVar[int] = PAGE

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page, masked for a list, the next one's cursor, and teams to filter by."""
        rows = reader.all(*self._query(reader))
        items = lines(reader, rows[: self.most], self.context)
        more = [str(items[-1]["id"])] if len(rows) > self.most else None
        return {
            "items": items,
            "next": sealed_cursor(LIST, more) if more else None,
            "teams": [(row.id, row.name) for row in reader.all(_teams)],
            "assignees": assignees(reader),
            "filters": self,
            "languages": LANGUAGES,
        }

    def details(self, result: dict[str, Any]) -> dict[str, Any]:
        """Name the people who were shown."""
        return {"people": [item["id"] for item in result["items"]]}

    def beside(self, reader: Reader, record: UUID) -> dict[str, Any]:
        """Return the people before and after one."""
        query = select(person.c.id).where(within(reader, Permission.READ_PEOPLE))
        its, assigned = person.c, person.c.collector_id.is_not(None)
        query = query.where(its.team_id == self.team_id) if self.team_id else query
        query = query.where(its.collector_id == self.collector_id) if self.collector_id else query
        if self.assigned is not None:
            query = query.where(assigned if self.assigned else ~assigned)
        return neighbours(reader, query, (its.id, its.id), record, newest_first=True)

    def _query(self, reader: Reader) -> tuple[Prepared, dict[str, Any]]:
        actor, given = (
            reader.actor,
            {
                "collector": self.collector_id,
                "team": self.team_id,
                "before": UUID(self.after[0]) if self.after is not None else None,
                "assigned": self.assigned or None,
                "nobodys": self.assigned is False or None,
            },
        )
        chosen = tuple(name for name, value in given.items() if value is not None)
        reach = reader.reach(Permission.READ_PEOPLE)
        return _list(reach, actor.hands_out, chosen, self.most), his(actor) | given


@dataclass(frozen=True)
class PeopleForFile(People, needs=Permission.READ_PEOPLE, recorded_as="borrowers.people.exported"):
    """The same list, a thousand rows at once, masked as whatever leaves the house."""

    context: ClassVar[Context] = Context.EXPORT
    most: ClassVar[int] = 1000


_FILTERS: dict[str, ColumnElement[bool]] = {
    "collector": person.c.collector_id == bindparam("collector", type_=Id),
    "team": person.c.team_id == bindparam("team", type_=Id),
    "before": person.c.id < bindparam("before", type_=Id),
    "assigned": person.c.collector_id.is_not(None),
    "nobodys": person.c.collector_id.is_(None),
}


@cache
def _list(reach: Scope | None, hands_out: bool, chosen: tuple[str, ...], most: int) -> Prepared:
    """Return the list that shows these people, by these filters; there are few of them."""
    query = lines_query().where(reached(reach, hands_out=hands_out))
    for name in chosen:
        query = query.where(_FILTERS[name])
    return Prepared(query.order_by(person.c.id.desc()).limit(most + 1))


_teams = Prepared(select(team.c.id, team.c.name).order_by(team.c.name).limit(200))
