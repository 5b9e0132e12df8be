"""Who may be one person: the pairs, what they share, and each beside the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.borrowers.models import contact_point, person, person_match
from crm.borrowers.queries.file import person_file
from crm.borrowers.queries.lines import lines, lines_query
from crm.borrowers.queries.subjects import ALIVE, person_subject
from crm.borrowers.rules.matching import MatchState
from crm.borrowers.rules.words import WORDS
from crm.gate.action import Subject
from crm.gate.approvals import RequestState, approval
from crm.gate.cursor import sealed
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.queries import names_of

LIST = "borrowers.matches"
PAGE = 50


def match_subject(reader: Reader, match_id: UUID) -> Subject:
    """Return a match as a subject; raises Missing.

    Its two people may be of two teams, so it lies as far off as anything can.
    """
    row = reader.one(select(person_match).where(person_match.c.id == match_id))
    if row is None:
        raise Missing("person_match")
    return Subject("person_match", row.id, Scope.ALL, row.version, row)


@dataclass(frozen=True)
class Matches(Question, needs=Permission.MATCH_PEOPLE, recorded_as="borrowers.matches.listed"):
    """Pairs of people who may be one, the latest first; `state` is a word of MatchState."""

    state: str = MatchState.PROPOSED
    after: Sequence[str] | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page: each pair with its two people, masked for a list."""
        its = person_match.c
        query = select(person_match).where(its.state == self.state)
        if self.after is not None:
            query = query.where(its.id < UUID(self.after[0]))
        rows = reader.all(query.order_by(its.id.desc()).limit(PAGE + 1))
        shown = rows[:PAGE]
        people = _people(reader, shown)
        items = [
            {**row._mapping, "people": [people.get(row.one_id), people.get(row.other_id)]}
            for row in shown
        ]
        more = [str(shown[-1].id)] if len(rows) > PAGE else None
        return {
            "items": items,
            "next": sealed(LIST, more) if more else None,
            "filters": self,
            "words": WORDS,
        }

    def details(self, result: dict[str, Any]) -> dict[str, Any]:
        """Name the people who were shown."""
        shown = [one for item in result["items"] for one in item["people"] if one is not None]
        return {"people": [one["id"] for one in shown]}


@dataclass(frozen=True)
class OneMatch(Question, needs=Permission.MATCH_PEOPLE, recorded_as="borrowers.match.viewed"):
    """One pair: each beside the other, and what they share."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the match."""
        return match_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return both files, masked; raises Missing where one of the two is erased."""
        assert subject is not None
        row = subject.row
        pair = (row.one_id, row.other_id)
        waits = select(approval.c.id).where(
            approval.c.subject_id == self.id, approval.c.state == RequestState.WAITING
        )
        decided_by = {row.decided_by} if row.decided_by else set()
        return {
            **row._mapping,
            "people": [person_file(reader, person_subject(reader, one)) for one in pair],
            "shared": _shared(reader, *pair),
            "decider": names_of(reader, decided_by).get(row.decided_by),
            "waits": reader.scalar(waits.limit(1)),
            "words": WORDS,
        }

    def details(self, result: dict[str, Any]) -> dict[str, Any]:
        """Name the two who were shown."""
        return {"people": [one["id"] for one in result["people"]]}


def _people(reader: Reader, rows: Sequence[Row[Any]]) -> dict[UUID, dict[str, Any]]:
    ids = {person_id for row in rows for person_id in (row.one_id, row.other_id)}
    found = reader.all(lines_query().where(person.c.id.in_(ids), ALIVE)) if ids else ()
    return {line["id"]: line for line in lines(reader, found)}


def _shared(reader: Reader, one: UUID, other: UUID) -> list[UUID]:
    """Return the numbers and addresses of both that are the same."""
    theirs = contact_point.alias("theirs")
    query = select(contact_point.c.id, theirs.c.id.label("other")).where(
        contact_point.c.person_id == one,
        theirs.c.person_id == other,
        contact_point.c.token == theirs.c.token,
    )
    return sorted({found for row in reader.all(query) for found in row})
