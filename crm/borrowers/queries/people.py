"""The list of people: newest first, by whom they are worked; never by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from crm.borrowers.models import person
from crm.borrowers.queries.assignees import assignees
from crm.borrowers.queries.lines import lines, lines_query
from crm.borrowers.queries.subjects import within
from crm.borrowers.rules.words import LANGUAGES
from crm.gate.action import Subject
from crm.gate.cursor import sealed as sealed_cursor
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.models import team

LIST = "borrowers.people"
PAGE = 50


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

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page, masked for a list, the next one's cursor, and teams to filter by."""
        rows = reader.all(self._query(reader))
        items = lines(reader, rows[:PAGE])
        more = [str(items[-1]["id"])] if len(rows) > PAGE else None
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

    def _query(self, reader: Reader) -> Select[Any]:
        query = lines_query().where(within(reader, Permission.READ_PEOPLE))
        if self.collector_id is not None:
            query = query.where(person.c.collector_id == self.collector_id)
        if self.team_id is not None:
            query = query.where(person.c.team_id == self.team_id)
        if self.assigned is not None:
            nobody = person.c.collector_id.is_(None)
            query = query.where(~nobody if self.assigned else nobody)
        if self.after is not None:
            query = query.where(person.c.id < UUID(self.after[0]))
        return query.order_by(person.c.id.desc()).limit(PAGE + 1)


_teams = select(team.c.id, team.c.name).order_by(team.c.name).limit(200)
