"""One line of the file made an account, or refused cell by cell. Pure but for sealing."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from crm.loans.imports import faults as f
from crm.loans.imports.cells import AMOUNTS, PHONES, BadCell, read_cell
from crm.loans.imports.mapping import FileMapping, Month
from crm.loans.imports.reading import Reject, Row
from crm.loans.rules import (
    Figures,
    Standing,
    days_of_status,
    end_of,
    estimated_overdue,
    first_of,
    months_before,
)
from crm.privacy.sealed import Sealed

PLACES = {"phone": "mobile", "phone_home": "home", "phone_work": "work"}


@dataclass(frozen=True, slots=True)
class Point:
    """A telephone number, e-mail or postal address of the person."""

    kind: str  # phone, email, postal
    place: str  # home, work, mobile, other
    value: Sealed


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What the address columns say of where the person lives."""

    country: str | None = None
    region: str | None = None
    postcode: Sealed | None = None
    city: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the borrower is, as far as the file says; all of it may be missing."""

    name: Sealed | None = None
    national_id: Sealed | None = None
    language: str | None = None
    collector: Sealed | None = None
    points: tuple[Point, ...] = ()
    where: Whereabouts = field(default_factory=Whereabouts)


@dataclass(frozen=True, slots=True)
class MonthOf:
    """One month of the account: minor units, the source's own status, days past due."""

    first: date
    bill: int | None
    paid: int | None
    status: int | None
    days: int


@dataclass(frozen=True, slots=True)
class Account:
    """A line of the file, understood."""

    line: int
    number: Sealed
    identity: Identity
    limit: int | None
    standing: Standing
    as_of: date
    months: tuple[MonthOf, ...]
    amounts: tuple[tuple[str, int], ...]  # by column, for the control totals


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which month the file's last one stands for, and the day its balances are of."""

    last: date | None  # first day of the last month; None where the file has no months
    as_of: date

    @classmethod
    def of(cls, mapping: FileMapping, today: date) -> "Calendar":
        """Return the calendar of a file read today: moved to last month where the mapping says."""
        if not mapping.months or mapping.last_month is None:
            return cls(None, today)
        first = first_of(mapping.last_month)
        if mapping.move_to_last_month:
            first = months_before(today.replace(day=1), 1)
        return cls(first, end_of(first))


class AccountReader:
    """Reads lines of one file under one mapping."""

    def __init__(self, mapping: FileMapping, calendar: Calendar) -> None:
        self._mapping, self._calendar = mapping, calendar
        self._currency, self._country = mapping.currency, mapping.country
        self._months = sorted(mapping.months, key=lambda month: month.back)

    def read(self, row: Row) -> Account | list[Reject]:
        """Return the account of a line, or one reject for each cell that cannot be used."""
        cells = _Cells(row, self._currency, self._country)
        values = {part: cells.read(part, name) for part, name in self._mapping.columns.items()}
        months = tuple(self._month(cells, month) for month in self._months)
        return cells.rejects or self._account(cells, values, months)

    def _month(self, cells: "_Cells", month: Month) -> MonthOf:
        assert self._calendar.last is not None
        status = cells.read("status", month.status)
        return MonthOf(
            first=months_before(self._calendar.last, month.back),
            bill=cells.read("bill", month.bill),
            paid=cells.read("paid", month.paid),
            status=status,
            days=days_of_status(status or 0, self._mapping.days_per_status),
        )

    def _account(
        self, cells: "_Cells", values: dict[str, Any], months: tuple[MonthOf, ...]
    ) -> Account:
        return Account(
            line=cells.row.line,
            number=Sealed.fresh(values["number"]),
            identity=_identity(values),
            limit=values.get("limit"),
            standing=_standing(values, months),
            as_of=self._calendar.as_of,
            months=months,
            amounts=tuple(cells.amounts),
        )


class _Cells:
    """The cells of one line, read one by one; what is wrong with them is collected."""

    def __init__(self, row: Row, currency: str, country: str) -> None:
        self.row, self._currency, self._country = row, currency, country
        self.rejects: list[Reject] = []
        self.amounts: list[tuple[str, int]] = []

    def read(self, part: str, column: str | None) -> Any:
        """Return the value of a cell, None where there is none or where it is at fault."""
        if column is None:
            return None
        text = self.row.cells[column]
        try:
            value = read_cell(part, text, self._currency, self._country)
        except BadCell as bad:
            self.rejects.append(reject(self.row.line, column, part, text, bad.fault))
            return None
        if part in AMOUNTS and value is not None:
            self.amounts.append((column, value))
        return value


def reject(line: int, column: str | None, part: str, text: str, fault: f.Fault) -> Reject:
    """Return a reject that keeps only as much of the value as it may."""
    return Reject(line, column, f.kept_of(part, text), fault.reason, fault.hint)


def _standing(values: dict[str, Any], months: tuple[MonthOf, ...]) -> Standing:
    """Return how the loan stands: the file's own figures first, else what its months say.

    Where the file has days past due but neither months nor an overdue amount, all of the
    balance is shown as overdue: less would be a guess in the reader's favour.
    """
    newest = months[0] if months else None
    balance = values.get("balance")
    if balance is None:
        balance = (newest.bill if newest else None) or 0
    days = values.get("days_past_due")
    if days is None:
        days = newest.days if newest else 0
    overdue = values.get("overdue")
    if overdue is None and months:
        figures = [Figures(month.bill, month.paid) for month in months]
        late = newest.status or 0 if newest else 0
        overdue = estimated_overdue(figures, late)
    elif overdue is None:
        overdue = max(0, balance) if days > 0 else 0
    return Standing(balance, overdue, days)


def _identity(values: dict[str, Any]) -> Identity:
    points = [
        Point("phone", PLACES[part], Sealed.fresh(values[part]))
        for part in PHONES
        if values.get(part)
    ]
    if values.get("email"):
        points.append(Point("email", "other", Sealed.fresh(values["email"])))
    if values.get("address"):
        points.append(Point("postal", "home", Sealed.fresh(_whole_address(values))))
    return Identity(
        name=_sealed(values.get("name")),
        national_id=_sealed(values.get("national_id")),
        language=values.get("language"),
        collector=_sealed(values.get("collector")),
        points=tuple(points),
        where=Whereabouts(
            values.get("country"),
            values.get("region"),
            _sealed(values.get("postcode")),
            _sealed(values.get("city")),
        ),
    )


def _whole_address(values: dict[str, Any]) -> str:
    """Return street, city and postcode as one address, each once."""
    parts: list[str] = [values["address"]]
    for part in ("city", "postcode"):
        if values.get(part) and values[part] not in parts[0]:
            parts.append(values[part])
    return ", ".join(parts)


def _sealed(text: str | None) -> Sealed | None:
    return Sealed.fresh(text) if text else None
