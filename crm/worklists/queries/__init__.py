"""Whom to contact next: one's people, judged all at once, lawful now first."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import func, or_, select

from crm.borrowers.models import circumstance, contact_point, person
from crm.borrowers.queries.lines import lines, lines_query
from crm.contacts.meter.channels import FIRST
from crm.contacts.models import contact
from crm.contacts.queries.meter import meters
from crm.contacts.queries.owed import closed_by_talks
from crm.contacts.queries.permits import open_permits
from crm.gate.action import Subject
from crm.gate.cursor import sealed
from crm.gate.listing import Listing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.loans.models import loan, loan_party
from crm.loans.rules import bucket_of, days_past_due
from crm.privacy.masks import Context
from crm.words import N_
from crm.worklists.queries.remembered import BEGUN, orders
from crm.worklists.queries.strip import strip_of
from crm.worklists.queries.whose import open_loans, values, whose
from crm.worklists.rules import SHOWS, best_line, in_order, in_sort, state_of

PAGE = 50
MOST = 500  # people judged at once; beyond it the longest overdue are offered
LIST = "worklists.work"
WORK = Listing(
    "work",
    "/work",
    N_("My work"),
    (
        ("why", N_("How, and why")),
        ("days", N_("Days past due")),
        ("overdue", N_("Overdue")),
        ("last", N_("Last contact")),
    ),
)
BUCKETS = ("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7")
WAYS = {kind: (channel,) for kind, channel in FIRST.items()}
CARE = ("vulnerable", "bereavement", "hospitalised", "minor")

Row = dict[str, Any]


@dataclass(frozen=True)
class MyWork(Question, needs=Permission.READ_WORK, recorded_as="worklists.work.listed"):
    """The people assigned to oneself (a team leader's: to the team), lawful now first.

    `show` leaves those of one state (now, later, never), `bucket` those of one stage, `mine`
    one's own only; `sort` is another order; `after` holds the place at which the next page begins.
    """

    show: str | None = None
    bucket: str | None = None
    mine: bool | None = None
    sort: str | None = None
    after: list[int] | None = None
    context: ClassVar[Context] = Context.LIST

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page, how many there are of each state, and the next page's cursor."""
        found = ordered(reader, self)
        states = [item["state"] for item in found]
        shown = [item for item in found if self.show in (None, item["state"])]
        first = self.after[0] if self.after else 0
        page = shown[first : first + self.size()]
        more = len(shown) > first + self.size()
        people, loans = closed_by_talks(reader)
        return {
            "items": [
                {**_covered(item, people, loans), "place": first + n} for n, item in enumerate(page)
            ],
            "next": sealed(LIST, [first + self.size()]) if more else None,
            "counts": {state: states.count(state) for state in SHOWS},
            "total": len(found),
            "of": len(shown),
            "most": MOST,
            "filters": self,
            "strip": strip_of(reader, found),
            "team": reader.reach(Permission.READ_WORK) is not Scope.OWN,
        }

    def details(self, result: Any) -> dict[str, Any]:
        """Name the people who were shown."""
        return {"people": [item["id"] for item in result["items"]]}

    def size(self) -> int:
        """Return how many rows a page has."""
        return PAGE


def ordered(reader: Reader, wanted: MyWork) -> Sequence[Mapping[str, Any]]:
    """Return all of the actor's people under the filters, judged now and in their order."""
    people = people_of(reader, wanted, MOST)
    ids = [item["id"] for item in people]
    owed, last = _owed(reader, ids), _last_contact(reader, ids)
    judged = meters(reader, _points(reader, ids), WAYS)
    permits, care = open_permits(reader, ids), _in_care(reader, ids)
    items = []
    for item in people:
        line = best_line(telephone_first(judged.get(item["id"], [])))
        mine = [p for p in permits.get(item["id"], []) if p["mine"]]
        begun = next((p for p in mine if p["state"] == "started"), None)
        items.append(
            {
                **item,
                **owed.get(item["id"], _NOTHING),
                "line": line,
                "state": state_of(line),
                "permit_id": begun["id"] if begun else None,
                "reserved_id": mine[0]["id"] if mine and not begun else None,
                "care": item["id"] in care,
                "last": last.get(item["id"]),
            }
        )
    found = in_sort(in_order(items), wanted.sort)
    orders.keep(
        which(reader, wanted),
        {item["id"]: BEGUN if item["permit_id"] else item["state"] for item in found},
    )
    return found


def which(reader: Reader, wanted: MyWork) -> Hashable:
    """Return by what an order is remembered: whose people, by which filters and how sorted."""
    actor = reader.actor
    him = actor.id, actor.team_id, actor.agency_id
    return him, whose(reader, wanted), wanted.bucket, wanted.sort


_NOTHING: Row = {
    "days_past_due": None,
    "overdue": None,
    "currency": None,
    "bucket": None,
    "loan_id": None,
    "staged_on": None,
    "loans": 0,
}


def _covered(item: Mapping[str, Any], people: set[UUID], loans: set[UUID]) -> Mapping[str, Any]:
    """Return a row without what is owed where one speaks of it, unproven (decision 0019)."""
    if item["id"] in people or item["loan_id"] in loans:
        return {**item, "overdue": None, "currency": None}
    return item


def telephone_first(found: Sequence[Any]) -> Sequence[Any]:
    """Return the calls where there is a telephone; else whatever else there is."""
    return [line for line in found if line["channel"] == "call"] or found


def people_of(reader: Reader, wanted: MyWork, most: int) -> list[Row]:
    """Return the actor's people under the filters, the longest overdue first, at most so many."""
    its = whose(reader, wanted)
    worst = open_loans(func.max(loan.c.days_past_due), staged=its.staged).scalar_subquery()
    query = lines_query(worst.label("worst")).where(its.condition())
    query = query.order_by(worst.desc(), person.c.id).limit(most)
    return lines(reader, reader.all(query, values(reader, wanted)), wanted.context)


def _owed(reader: Reader, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return each person's loan that is longest overdue, and how many he stands on."""
    query = (
        select(
            loan_party.c.person_id,
            loan.c.days_past_due,
            loan.c.as_of,
            loan.c.overdue,
            loan.c.currency,
            loan.c.bucket,
            loan.c.id.label("loan_id"),
        )
        .join(loan, loan.c.id == loan_party.c.loan_id)
        .where(loan_party.c.person_id.in_(ids), loan.c.status == "open")
        .order_by(loan.c.days_past_due.desc(), loan.c.id)
    )
    owed: dict[UUID, Row] = {}
    for row in reader.all(query):
        found = owed.get(row.person_id)
        if found is None:
            late = row.days_past_due if row.overdue > 0 else 0
            days = days_past_due(late, row.as_of, reader.now.date())
            stale = bucket_of(days) != row.bucket  # the file's stage is of the file's day
            told = {"days_past_due": days, "loans": 1, "staged_on": row.as_of if stale else None}
            owed[row.person_id] = row._asdict() | told
            owed[row.person_id].pop("person_id")
        else:
            found["loans"] += 1
    return owed


def _points(reader: Reader, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    its = contact_point.c
    query = select(its.id, its.person_id, its.kind, its.place).where(
        contact_point.c.person_id.in_(ids),
        or_(contact_point.c.valid_until.is_(None), contact_point.c.valid_until > reader.now),
    )
    points: dict[UUID, list[Row]] = {}
    for row in reader.all(query.order_by(contact_point.c.id)):
        point = {"id": row.id, "kind": row.kind, "place": row.place, "label": None}
        points.setdefault(row.person_id, []).append(point)
    return points


def _last_contact(reader: Reader, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return when, how and with which outcome each was last contacted."""
    made = contact.c
    newest = func.row_number().over(partition_by=made.person_id, order_by=made.started_at.desc())
    numbered = (
        select(made.person_id, made.started_at, made.channel, made.outcome, newest.label("nth"))
        .where(made.person_id.in_(ids))
        .subquery()
    )
    rows = reader.all(select(numbered).where(numbered.c.nth == 1))
    return {row.person_id: dict(row._mapping) for row in rows}


def _in_care(reader: Reader, ids: Sequence[UUID]) -> set[UUID]:
    query = select(circumstance.c.person_id).where(
        circumstance.c.person_id.in_(ids),
        circumstance.c.kind.in_(CARE),
        circumstance.c.lifted_at.is_(None),
    )
    return {row.person_id for row in reader.all(query.distinct())}
