"""What follows from days, amounts and dates alone: no database, no clock, no floats."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision

LAST_BUCKET = 7
MOST_MINOR = 10**15  # far beyond any loan, and exact wherever a number travels as JSON
MOST_DAYS = 36500

_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


class BadAmount(ValueError):
    """A text that is not an amount of this currency."""


def bucket_of(days: int) -> str:
    """Return the stage by days past due: M0 for none, M1 for 1 to 30, ... M7 beyond 180."""
    if days <= 0:
        return "M0"
    return f"M{min(LAST_BUCKET, (days + 29) // 30)}"


def days_past_due(days: int, as_of: date, on: date) -> int:
    """Return the days past due on `on`, of a loan that was `days` past due on `as_of`.

    What is overdue grows older every day; what is not does not become overdue by itself here,
    because the next instalment's date is the source's to know.
    """
    if days <= 0:
        return 0
    return max(0, days + (on - as_of).days)


def decimals_of(currency: str) -> int:
    """Return how many decimals a currency has: 2 for CNY, 0 for JPY."""
    return int(get_currency_precision(currency))


def minor_units(text: str, currency: str) -> int:
    """Return an amount as whole minor units; raise BadAmount where it is none.

    Takes 1234.5, 1,234.50 and full-width digits; never a float, an exponent, or more decimals
    than the currency has.
    """
    plain = text.strip().translate(_NARROW)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _PLAIN.fullmatch(plain):
        raise BadAmount(text)
    try:
        scaled = Decimal(plain).scaleb(decimals_of(currency))
    except InvalidOperation:
        raise BadAmount(text) from None
    if scaled != scaled.to_integral_value() or abs(scaled) > MOST_MINOR:
        raise BadAmount(text)
    return int(scaled)


def decimal_text(minor: int, currency: str) -> str:
    """Return minor units as digits with their decimals: 123450 in CNY is 1,234.50."""
    return f"{Decimal(minor).scaleb(-decimals_of(currency)):,}"


def first_of(month: str) -> date:
    """Return the first day of a month written 2005-09."""
    year, _, number = month.partition("-")
    return date(int(year), int(number), 1)


def months_before(first: date, back: int) -> date:
    """Return the first day of the month that lies `back` months before that of `first`."""
    number = first.year * 12 + first.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def end_of(first: date) -> date:
    """Return the last day of a month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def days_of_status(status: int, days_per_status: int) -> int:
    """Return the days past due that a monthly status says: n months late, or none."""
    return max(0, status) * days_per_status


@dataclass(frozen=True, slots=True)
class Figures:
    """One month of an account: what was billed and what was paid, in minor units."""

    bill: int | None
    paid: int | None


def estimated_overdue(months: list[Figures], late: int) -> int:
    """Return what is overdue of an account that is `late` months late, newest month first.

    The file does not say the minimum due. What was billed that many months ago, less what was
    paid since, is the most that can be overdue of it; never more than the last balance, never
    less than nothing.
    """
    if late <= 0 or not months or months[0].bill is None:
        return 0
    back = min(late, len(months) - 1)
    billed = months[back].bill
    if billed is None:
        return 0
    since = sum(month.paid or 0 for month in months[:back])
    return max(0, min(billed - since, months[0].bill))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a loan stands: minor units, days and stage."""

    balance: int
    overdue: int
    days: int
    status: str = "open"

    @property
    def bucket(self) -> str:
        """Return its stage."""
        return bucket_of(self.days)


def after_payment(before: Standing, amount: int) -> Standing:
    """Return how a loan stands after a payment of `amount` minor units.

    Money meets what is overdue first. Days past due end only when nothing is overdue any more:
    which instalment a part payment meets is the source's to say, at its next file. A balance
    below nothing is a credit.
    """
    balance = before.balance - amount
    overdue = max(0, min(before.overdue - amount, balance))
    days = before.days if overdue > 0 else 0
    return Standing(balance, overdue, days, "paid" if balance <= 0 else before.status)


_NARROW = {0xFF10 + digit: str(digit) for digit in range(10)} | {
    ord("，"): ",",
    ord("．"): ".",
    ord("－"): "-",
    ord("−"): "-",
}
