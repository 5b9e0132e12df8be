"""The list of people: newest first or in another order, by whom they are worked; never by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, bindparam, func, or_, select

from crm.borrowers.models import organisation, person
from crm.borrowers.queries.assignees import assignees
from crm.borrowers.queries.lines import lines, lines_query
from crm.borrowers.queries.subjects import his, reached, within
from crm.borrowers.rules.words import LANGUAGES
from crm.gate.action import Subject
from crm.gate.beside import neighbours
from crm.gate.cursor import sealed as sealed_cursor
from crm.gate.listing import Listing, both_ways
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


def _name_of(table: Any, its_id: ColumnElement[UUID]) -> ColumnElement[str]:
    """Return the name of what a person belongs to; nothing sorts as an empty name."""
    name = select(table.c.name).where(table.c.id == its_id).correlate(person)
    return func.coalesce(name.scalar_subquery(), "")


# What the list can be ordered by, ids beneath. Words that are sealed cannot be sorted (0026).
_KEYS: dict[str, ColumnElement[Any]] = {
    "since": person.c.id,
    "team": _name_of(team, person.c.team_id),
    "organisation": _name_of(organisation, person.c.organisation_id),
    "language": func.coalesce(person.c.language, ""),
}
SORTS = both_ways(*_KEYS)
NEWEST = "-since"


@dataclass(frozen=True)
class People(Question, needs=Permission.READ_PEOPLE, recorded_as="borrowers.people.listed"):
    """The people one may work with, newest first; each page is an entry of its own.

    `assigned` False leaves those whom nobody has yet; `sort` is one of SORTS; `after` is what the
    last page's cursor was made of: the order, where in it the last one stood, and his id.
    """

    collector_id: UUID | None = None
    team_id: UUID | None = None
    assigned: bool | None = None
    sort: str = NEWEST
    after: Sequence[str] | None = None
    context: ClassVar[Context] = Context.LIST
    most: ClassVar[int] = PAGE

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page, masked for a list, the next one's cursor, and teams to filter by."""
        rows = reader.all(*self._query(reader))
        items = lines(reader, rows[: self.most], self.context)
        last = rows[self.most - 1] if len(rows) > self.most else None
        more = [self.sort, str(last.sorted_by), str(last.id)] if last else None
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
        key, down = _order(self.sort)
        return neighbours(reader, query, (key, its.id), record, newest_first=down)

    def _query(self, reader: Reader) -> tuple[Prepared, dict[str, Any]]:
        actor, given = (
            reader.actor,
            {
                "collector": self.collector_id,
                "team": self.team_id,
                "last": UUID(self.after[2]) if self.after is not None else None,
                "assigned": self.assigned or None,
                "nobodys": self.assigned is False or None,
            },
        )
        chosen = tuple(name for name, value in given.items() if value is not None)
        at = {"at": self.after[1]} if self.after is not None else {}
        reach = reader.reach(Permission.READ_PEOPLE)
        form = _list(reach, actor.hands_out, chosen, self.sort, self.most)
        return form, his(actor) | given | at


@dataclass(frozen=True)
class PeopleForFile(People, needs=Permission.READ_PEOPLE, recorded_as="borrowers.people.exported"):
    """The same list, a thousand rows at once, masked as whatever leaves the house."""

    context: ClassVar[Context] = Context.EXPORT
    most: ClassVar[int] = 1000


_FILTERS: dict[str, ColumnElement[bool]] = {
    "collector": person.c.collector_id == bindparam("collector", type_=Id),
    "team": person.c.team_id == bindparam("team", type_=Id),
    "assigned": person.c.collector_id.is_not(None),
    "nobodys": person.c.collector_id.is_(None),
}


def _order(sort: str) -> tuple[ColumnElement[Any], bool]:
    """Return by what one sorts, and whether downwards."""
    return _KEYS[sort.removeprefix("-")], sort.startswith("-")


def _beyond(key: ColumnElement[Any], *, down: bool) -> ColumnElement[bool]:
    """Return the condition that leaves whoever stands after the last page."""
    its, last = person.c.id, bindparam("last", type_=Id)
    onward = its < last if down else its > last
    if key is its:
        return onward
    at = bindparam("at", type_=String)
    return or_(key < at if down else key > at, and_(key == at, onward))


@cache
def _list(
    reach: Scope | None, hands_out: bool, chosen: tuple[str, ...], sort: str, most: int
) -> Prepared:
    """Return the list that shows these people, by these filters; there are few of them."""
    key, down = _order(sort)
    query = lines_query(key.label("sorted_by")).where(reached(reach, hands_out=hands_out))
    for name in chosen:
        query = query.where(_beyond(key, down=down) if name == "last" else _FILTERS[name])
    keys = (person.c.id,) if key is person.c.id else (key, person.c.id)
    return Prepared(query.order_by(*(k.desc() if down else k.asc() for k in keys)).limit(most + 1))


_teams = Prepared(select(team.c.id, team.c.name).order_by(team.c.name).limit(200))
