"""People to be shared out anew: whose, to whom, and who would get whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.borrowers.queries.lines import lines, lines_query
from crm.contacts.queries.permits import open_permits
from crm.gate.action import Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.loans.models import loan, loan_party
from crm.words import N_
from crm.worklists.queries.sharings import lately
from crm.worklists.queries.team import cases_by_collector, desk_of
from crm.worklists.rules.sharing import Taker, shares

MOST = 500  # people shared out at once
ABSENT, NOBODY, GONE = "absent", "nobody", "gone"
WHOSE = (ABSENT, NOBODY, GONE)
BUCKETS = ("M1", "M2", "M3", "M4", "M5", "M6", "M7")
NEEDS = Permission.ASSIGN_PEOPLE

Row = dict[str, Any]


@dataclass(frozen=True)
class Chosen:
    """Whose people: a colleague's (his id), `absent`, `nobody` or `gone`; to whom (nobody named:
    to everybody who is there); the longest overdue first, `count` of them.
    """

    of: str | None = None
    bucket: str | None = None
    count: int = MOST
    to: tuple[UUID, ...] = ()
    by_language: bool = False  # before all others to whoever reads the person's language


@dataclass(frozen=True)
class Plan:
    """Who gets whom; `seen` names the plan, so that what is done is what was looked at."""

    rows: Sequence[Any]  # of the people, in their order
    moves: Sequence[tuple[UUID, UUID]]
    takers: Sequence[Taker]
    seen: str


@dataclass(frozen=True)
class Rebalance(Chosen, Question, needs=NEEDS, recorded_as="worklists.sharing.previewed"):
    """Look who would get whom; nothing is changed by it."""

    def read(self, reader: Reader, subject: Subject | None) -> Row:
        """Return the choices, and where people are chosen: the plan with its people."""
        desk, cases = desk_of(reader), cases_by_collector(reader)
        plan = plan_of(reader, self, desk, cases)
        goes_to = dict(plan.moves)
        names = {one["id"]: one["name"] for one in desk}
        items = [
            line
            | {"days_past_due": row.worst, "to_id": goes_to[line["id"]]}
            | {"to": names[goes_to[line["id"]]]}
            for line, row in zip(lines(reader, plan.rows), plan.rows, strict=True)
            if line["id"] in goes_to
        ]
        gets = [to for _, to in plan.moves]
        return {
            "filters": self,
            "desk": [one | {"cases": cases.get(one["id"], 0)} for one in desk],
            "counts": _counts(desk, cases),
            "buckets": BUCKETS,
            "most": MOST,
            "items": items,
            "takers": [
                {"id": one.id, "name": names[one.id], "has": one.load, "gets": gets.count(one.id)}
                for one in plan.takers
            ],
            "open_permits": len(open_permits(reader, list(goes_to))) if goes_to else 0,
            "seen": plan.seen,
            "lately": lately(reader),
        }

    def details(self, result: Row) -> Row:
        """Name the people who were shown."""
        return {"people": [str(item["id"]) for item in result["items"]]}


def plan_of(
    reader: Reader,
    chosen: Chosen,
    desk: Sequence[Row] | None = None,
    cases: dict[UUID | None, int] | None = None,
) -> Plan:
    """Return who would get whom now. Raises Invalid for a colleague who is not there."""
    desk = desk_of(reader) if desk is None else desk
    cases = cases_by_collector(reader) if cases is None else cases
    takers = [
        Taker(one["id"], cases.get(one["id"], 0), one["language"])
        for one in desk
        if not one["away_until"] and (one["id"] in chosen.to or not chosen.to)
        and str(one["id"]) != chosen.of
    ]  # fmt: skip
    if len(takers) < len(set(chosen.to) - {_as_id(chosen.of)}):
        raise Invalid({"to": [N_("Choose colleagues of your own area who are there.")]})
    rows = reader.all(_people(reader, chosen, desk)) if chosen.of else []
    people = [(row.id, row.language) for row in rows]
    moves = shares(people, takers, by_language=chosen.by_language)
    told = "\n".join(f"{row.id} {row.collector_id} {to}" for row, (_, to) in zip(rows, moves))  # noqa: B905  no takers, no moves
    return Plan(rows, moves, takers, sha256(told.encode()).hexdigest()[:32])


def _people(reader: Reader, chosen: Chosen, desk: Sequence[Row]) -> Any:
    """Return the select of the people chosen, the longest overdue first."""
    days = (
        select(func.max(loan.c.days_past_due))
        .join(loan_party, loan_party.c.loan_id == loan.c.id)
        .where(loan_party.c.person_id == person.c.id, loan.c.status == "open")
    )
    if chosen.bucket:
        days = days.where(loan.c.bucket == chosen.bucket)
    worst = days.scalar_subquery()
    query = lines_query(worst.label("worst")).where(within(reader, NEEDS), _whose(chosen, desk))
    if chosen.bucket:
        query = query.where(worst.is_not(None))
    return query.order_by(func.coalesce(worst, -1).desc(), person.c.id).limit(chosen.count)


def _whose(chosen: Chosen, desk: Sequence[Row]) -> ColumnElement[bool]:
    of = person.c.collector_id
    if chosen.of == NOBODY:
        return of.is_(None)
    if chosen.of == ABSENT:
        return of.in_([one["id"] for one in desk if one["away_until"]])
    if chosen.of == GONE:
        return of.is_not(None) & of.not_in([one["id"] for one in desk])
    return of == _as_id(chosen.of)


def _as_id(of: str | None) -> UUID | None:
    return UUID(of) if of and of not in WHOSE else None


def _counts(desk: Sequence[Row], cases: dict[UUID | None, int]) -> Row:
    """Return how many people there are to choose from, by whose they are."""
    there = {one["id"] for one in desk}
    return {
        ABSENT: sum(cases.get(one["id"], 0) for one in desk if one["away_until"]),
        NOBODY: cases.get(None, 0),
        GONE: sum(n for collector, n in cases.items() if collector and collector not in there),
    }
