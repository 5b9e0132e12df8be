"""Writing a batch: the rows of new accounts, and what changed of known ones."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from crm.borrowers.models import contact_point, person, place_evidence
from crm.borrowers.rules.evidence import RANK, Source
from crm.borrowers.rules.origin import (
    Origin,
    origin_of_address,
    origin_of_phone,
    origin_of_place,
)
from crm.gate.work import Work
from crm.loans.imports.accounts import Account, MonthOf, Point
from crm.loans.imports.changes import Change, Comparison
from crm.loans.imports.comparing import (
    FROM_FILE,
    collector_values,
    month_values,
    paid_on,
    token_of,
)
from crm.loans.imports.mapping import FileMapping
from crm.loans.models import loan, loan_month, loan_party, payment
from crm.privacy.openers import reopen
from crm.storage.ids import new_id

Rows = list[dict[str, Any]]


class Batch:
    """The rows of one batch, collected table by table and written with one statement each."""

    def __init__(self, work: Work, mapping: FileMapping, portfolio_id: UUID, run_id: UUID) -> None:
        self._work, self._mapping = work, mapping
        self._portfolio_id, self._run_id = portfolio_id, run_id
        self._rows: dict[Table, Rows] = {}
        self.people: set[UUID] = set()  # who were entered

    def add_new(self, found: Comparison) -> None:
        """Collect the rows of accounts that are not here yet: each with a person of its own."""
        for item in found.new:
            person_id, loan_id = new_id(), new_id()
            self.people.add(person_id)
            self._put(person, self._person(person_id, item, found))
            self._put(loan, self._loan(loan_id, person_id, item))
            party = {"loan_id": loan_id, "person_id": person_id, "role": "borrower"}
            self._put(loan_party, party | {"created_at": self._work.now})
            for point in item.identity.points:
                self._point(person_id, point, item, self._since(item))
            self._whereabouts(person_id, item)
            self._months(loan_id, item.months)
            self._payments(loan_id, (month for month in item.months if month.paid))

    def add_changes(self, changes: Sequence[Change]) -> None:
        """Collect the new rows of known accounts (months, payments, contact points)."""
        for change in changes:
            self._months(change.loan.id, change.new_months)
            self._payments(change.loan.id, change.new_payments)
            for point in change.points:
                self._point(change.loan.borrower_id, point, change.account, self._work.now)

    def write(self) -> None:
        """Insert what was collected, parents first."""
        for table in (person, loan, loan_party, contact_point, place_evidence, loan_month, payment):
            self._work.add_many(table, self._rows.get(table, []))
        self._rows = {}

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        self._rows.setdefault(table, []).append(row)

    def _person(self, person_id: UUID, item: Account, found: Comparison) -> dict[str, Any]:
        nobody = {"collector_id": None, "team_id": None, "agency_id": None}
        return {
            "id": person_id,
            "name": item.identity.name,
            "national_id": item.identity.national_id,
            "language": item.identity.language,
            **nobody,
            **(collector_values(found.collectors, item) or found.team),
            "created_at": self._work.now,
            "version": 1,
        }

    def _loan(self, loan_id: UUID, person_id: UUID, item: Account) -> dict[str, Any]:
        standing = item.standing
        return {
            "id": loan_id,
            "portfolio_id": self._portfolio_id,
            "borrower_id": person_id,
            "number": item.number,
            "currency": self._mapping.currency,
            "balance": standing.balance,
            "overdue": standing.overdue,
            "days_past_due": standing.days,
            "as_of": item.as_of,
            "bucket": standing.bucket,
            "credit_limit": item.limit,
            "status": standing.status,
            "created_at": self._work.now,
            "version": 1,
        }

    def _months(self, loan_id: UUID, months: Iterable[MonthOf]) -> None:
        for month in months:
            row = {"loan_id": loan_id, "month": month.first}
            self._put(loan_month, row | month_values(month))

    def _payments(self, loan_id: UUID, months: Iterable[MonthOf]) -> None:
        for month in months:
            row = {
                "loan_id": loan_id,
                "amount": month.paid,
                "currency": self._mapping.currency,
                "paid_on": paid_on(month),
                "source": FROM_FILE,
                "run_id": self._run_id,
                "created_at": self._work.now,
            }
            self._put(payment, row)

    def _point(self, person_id: UUID, point: Point, item: Account, since: datetime) -> None:
        point_id = new_id()
        row = {
            "id": point_id,
            "person_id": person_id,
            "kind": point.kind,
            "place": point.place,
            "address_type": "personal",
            "value": point.value,
            "token": token_of(point),
            "valid_from": since,
            "source": FROM_FILE,
            "created_at": self._work.now,
            "version": 1,
        }
        self._put(contact_point, row)
        about = {"person_id": person_id, "contact_point_id": point_id, "observed_at": since}
        self._evidence(about, *self._origin(point, item))

    def _origin(self, point: Point, item: Account) -> tuple[Source, Origin | None]:
        """Return where a number or address points to, and how strong that is."""
        if point.kind == "phone":
            return Source.AREA_CODE, origin_of_phone(reopen(point.value))
        if point.kind == "postal":
            where = item.identity.where
            country = where.country or self._mapping.country
            origin = origin_of_address(reopen(point.value), country, where.region)
            return Source.ADDRESS, origin
        return Source.FILE, None

    def _whereabouts(self, person_id: UUID, item: Account) -> None:
        """Keep the country and region columns as evidence where no address carries them."""
        where = item.identity.where
        if where.country and not any(p.kind == "postal" for p in item.identity.points):
            origin = origin_of_place(where.country, where.region, None)
            about = {"person_id": person_id, "contact_point_id": None}
            self._evidence(about | {"observed_at": self._since(item)}, Source.FILE, origin)

    def _since(self, item: Account) -> datetime:
        """Return since when a new person's details held: the months that the file covers.

        Contacts of those months, taken in later, are judged by where he was known to be then.
        """
        first = min((month.first for month in item.months), default=item.as_of)
        return min(datetime.combine(first, time(), UTC), self._work.now)

    def _evidence(self, about: dict[str, Any], source: Source, origin: Origin | None) -> None:
        """Keep where a number, an address or the file points to; `about` names whom and since."""
        if origin is None or origin.country is None:
            return
        row = {
            "source": source,
            "rank": RANK[source],
            "country": origin.country,
            "region": origin.region,
            "city": origin.city,
            "zones": list(origin.zones),
        }
        self._put(place_evidence, about | row)


def write_changes(work: Work, changes: Sequence[Change]) -> None:
    """Update the rows of known accounts, few statements for many."""
    loans = [(c.loan.id, c.loan, c.loan_values) for c in changes if c.loan_values]
    whole = ("balance", "overdue", "days_past_due", "bucket", "as_of", "credit_limit", "status")
    rows = []
    for loan_id, row, values in loans:
        kept = {name: getattr(row, name) for name in whole} | values
        kept["status"] = "open" if kept["balance"] > 0 else row.status
        rows.append({"id": loan_id, **kept, "version": row.version + 1})
    work.change_many(loan, rows)
    for group in _alike(_people(changes)):
        work.change_many(person, group)
    work.change_many(loan_month, [{"id": i} | v for c in changes for i, v in c.months.items()])
    work.change_many(payment, [{"id": i} | v for c in changes for i, v in c.payments.items()])


def _people(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
    for change in changes:
        if change.person_values:
            yield {"id": change.loan.borrower_id, **change.person_values}


def _alike(rows: Iterable[dict[str, Any]]) -> Iterable[Rows]:
    """Group rows that change the same columns: each group is one statement."""
    groups: dict[tuple[str, ...], Rows] = {}
    for row in rows:
        groups.setdefault(tuple(sorted(row)), []).append(row)
    return groups.values()
