"""What a batch of accounts would do here: which are new, which changed, which are as they were."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, select

from crm.borrowers.models import contact_point, person
from crm.gate.errors import Invalid
from crm.gate.reader import Reader
from crm.gate.words import N_
from crm.identity.models import account as staff_account
from crm.identity.models import team
from crm.loans.imports import faults as f
from crm.loans.imports.accounts import Account, MonthOf, Point, reject
from crm.loans.imports.changes import Change, Comparison
from crm.loans.imports.conflicts import Clash, Conflict
from crm.loans.imports.mapping import FileMapping
from crm.loans.imports.reading import Reject
from crm.loans.models import loan, loan_month, payment, portfolio
from crm.loans.rules import end_of
from crm.privacy.index import blind, normal, token
from crm.privacy.openers import match, reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed

FROM_FILE = "file"


def index_of(number: Sealed) -> bytes:
    """Return the blind index of an account number, 16 bytes."""
    found = blind("loan.number", 128, normal("loan.number", reopen(number)))
    assert isinstance(found, bytes)
    return found


def token_of(point: Point) -> bytes:
    """Return the token of a contact point: equal for all people who have this value."""
    return token("contact_point", reopen(point.value))


def portfolio_of(reader: Reader, mapping: FileMapping) -> UUID | None:
    """Return the portfolio the mapping names, or None while it is not made yet.

    Raises Invalid where the one of that name is another's, of another kind or currency.
    """
    said = mapping.portfolio
    row = reader.one(select(portfolio).where(portfolio.c.name == said["name"]))
    if row is None:
        return None
    if any(getattr(row, name) != value for name, value in said.items()):
        fault = N_("A portfolio of this name has another creditor, kind, role or currency.")
        raise Invalid({"mapping": [fault]})
    found: UUID = row.id
    return found


def compare(reader: Reader, mapping: FileMapping, accounts: Sequence[Account]) -> Comparison:
    """Sort a batch of accounts by what importing them would do; change nothing."""
    found = Comparison()
    found.collectors = _collectors(reader, accounts)
    found.team = _team(reader, mapping)
    usable = [a for a in accounts if _collector_known(a, mapping, found)]
    ours = portfolio_of(reader, mapping)
    here = _loans(reader, [index_of(a.number) for a in usable])
    changes: list[Change] = []
    for item in usable:
        row = here.get(index_of(item.number))
        if row is None:
            found.new.append(item)
        elif row.portfolio_id != ours:
            found.rejects.append(_of_column(item, mapping, "number", item.number, f.ELSEWHERE))
        else:
            changes.append(Change(item, row, loan_values=_loan_values(row, item)))
    _compare_months(reader, changes)
    _compare_payments(reader, changes)
    _compare_people(reader, changes, found)
    found.changed = [change for change in changes if change]
    found.same = len(changes) - len(found.changed)
    return found


def collector_values(collectors: dict[str, Any], item: Account) -> dict[str, Any]:
    """Return who works this account: the collector the file names, with team and agency."""
    if item.identity.collector is None:
        return {}
    row = collectors[reopen(item.identity.collector)]
    return {"collector_id": row.id, "team_id": row.team_id, "agency_id": row.agency_id}


def _team(reader: Reader, mapping: FileMapping) -> dict[str, Any]:
    """Return what a new person has of the mapping's team; raise Invalid where there is none."""
    if mapping.team is None:
        return {}
    row = reader.one(select(team.c.id, team.c.agency_id).where(team.c.name == mapping.team))
    if row is None:
        fault = N_("There is no team of this name: make it first, or correct the mapping.")
        raise Invalid({"team": [fault], "named": [mapping.team]})
    return {"team_id": row.id, "agency_id": row.agency_id}


def _collectors(reader: Reader, accounts: Iterable[Account]) -> dict[str, Any]:
    emails = {reopen(a.identity.collector) for a in accounts if a.identity.collector is not None}
    if not emails:
        return {}
    by_index = {blind("account.email", 128, email): email for email in emails}
    columns = [staff_account.c[n] for n in ("id", "team_id", "agency_id", "email_index")]
    query = select(*columns).where(
        staff_account.c.email_index.in_(list(by_index)), staff_account.c.active
    )
    return {by_index[row.email_index]: row for row in reader.all(query)}


def _collector_known(item: Account, mapping: FileMapping, found: Comparison) -> bool:
    named = item.identity.collector
    if named is None or reopen(named) in found.collectors:
        return True
    found.rejects.append(_of_column(item, mapping, "collector", named, f.NO_COLLECTOR))
    return False


def _of_column(
    item: Account, mapping: FileMapping, part: str, value: Sealed, fault: f.Fault
) -> Reject:
    return reject(item.line, mapping.columns[part], part, reopen(value), fault)


def _loans(reader: Reader, indexes: list[bytes]) -> dict[bytes, Row[Any]]:
    query = select(loan).where(loan.c.number_index.in_(indexes))
    return {row.number_index: row for row in reader.all(query)}


def _loan_values(row: Row[Any], item: Account) -> dict[str, Any]:
    """Return what of the loan itself the file says differently.

    A loan whose only difference is a later day of its balance counts as changed too: its days
    past due are of that day.
    """
    standing = item.standing
    said = {
        "balance": standing.balance,
        "overdue": standing.overdue,
        "days_past_due": standing.days,
        "bucket": standing.bucket,
        "as_of": item.as_of,
        "credit_limit": item.limit if item.limit is not None else row.credit_limit,
    }
    return {name: value for name, value in said.items() if getattr(row, name) != value}


def _rows_by_loan(
    reader: Reader, table: Table, changes: Sequence[Change], *where: Any
) -> dict[UUID, list[Row[Any]]]:
    ids = [change.loan.id for change in changes]
    rows: dict[UUID, list[Row[Any]]] = {}
    for row in reader.all(select(table).where(table.c.loan_id.in_(ids), *where)):
        rows.setdefault(row.loan_id, []).append(row)
    return rows


def _compare_months(reader: Reader, changes: Sequence[Change]) -> None:
    wanted = [change for change in changes if change.account.months]
    if not wanted:
        return
    here = _rows_by_loan(reader, loan_month, wanted)
    for change in wanted:
        known = {row.month: row for row in here.get(change.loan.id, ())}
        for month in change.account.months:
            row = known.get(month.first)
            if row is None:
                change.new_months.append(month)
                continue
            said = month_values(month)
            differs = {name: v for name, v in said.items() if getattr(row, name) != v}
            if differs:
                change.months[row.id] = said


def _compare_payments(reader: Reader, changes: Sequence[Change]) -> None:
    wanted = [change for change in changes if change.account.months]
    if not wanted:
        return
    here = _rows_by_loan(reader, payment, wanted, payment.c.source == FROM_FILE)
    for change in wanted:
        known: dict[date, Row[Any]] = {row.paid_on: row for row in here.get(change.loan.id, ())}
        for month in change.account.months:
            row = known.get(paid_on(month))
            if row is None:
                if month.paid:
                    change.new_payments.append(month)
            elif month.paid is not None and row.amount != month.paid:
                change.payments[row.id] = {"amount": month.paid}


def _compare_people(reader: Reader, changes: Sequence[Change], found: Comparison) -> None:
    wanted = [change for change in changes if _says_who(change.account)]
    if not wanted:
        return
    ids = [change.loan.borrower_id for change in wanted]
    people = {row.id: row for row in reader.all(select(person).where(person.c.id.in_(ids)))}
    held = _points_held(reader, ids)
    for change in wanted:
        owner = change.loan.borrower_id
        change.person_values = _person_values(people[owner], change.account, found.collectors)
        for point in change.account.identity.points:
            row = held.get((owner, token_of(point)))
            if row is None:
                change.points.append(point)
            elif row.valid_until is not None:
                found.conflicts.append(_ended(change, row.id))


def _points_held(reader: Reader, ids: Sequence[UUID]) -> dict[tuple[UUID, bytes], Row[Any]]:
    """Return every number or address these people have or had; one in use before an ended one."""
    its = contact_point.c
    query = select(its.id, its.person_id, its.token, its.valid_until).where(its.person_id.in_(ids))
    in_use_last = query.order_by(its.valid_until.is_(None), its.id)
    return {(row.person_id, row.token): row for row in reader.all(in_use_last)}


def _ended(change: Change, point_id: UUID) -> Conflict:
    """Say that a file brings back a number or address that was ended here: it stays ended."""
    whose = change.loan
    return Conflict(
        line=change.account.line,
        person_id=whose.borrower_id,
        reason=Clash.POINT_ENDED,
        about="contact_point",
        record_id=point_id,
        loan_id=whose.id,
    )


def _says_who(item: Account) -> bool:
    said = item.identity
    return bool(said.name or said.national_id or said.language or said.collector or said.points)


def _person_values(row: Row[Any], item: Account, collectors: dict[str, Any]) -> dict[str, Any]:
    """Return what of the person the file says differently; what it leaves out stays."""
    held, said = stored(person, row._asdict()), item.identity
    values: dict[str, Any] = {}
    for name, value in (("name", said.name), ("national_id", said.national_id)):
        if value is None:
            continue
        if held[name] is None or not match(held[name], value, f"person.{name}"):
            values[name] = value
    plain = collector_values(collectors, item)
    if said.language is not None:
        plain["language"] = said.language
    values |= {name: v for name, v in plain.items() if getattr(row, name) != v}
    return values | {"version": row.version + 1} if values else {}


def month_values(month: MonthOf) -> dict[str, Any]:
    """Return the figures of a month as its row has them."""
    return {
        "bill": month.bill,
        "paid": month.paid,
        "status": month.status,
        "days_past_due": month.days,
    }


def paid_on(month: MonthOf) -> date:
    """Return the day a month's payments stand under: its last, since the file names none."""
    return end_of(month.first)
