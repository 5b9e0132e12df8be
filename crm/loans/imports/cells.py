"""One cell at a time: its text made a value, or a fault. Pure."""

import re
import unicodedata
from typing import Any

from crm.borrowers.rules.points import PointKind, spelt
from crm.borrowers.rules.regions import countries, is_region
from crm.loans.imports import faults as f
from crm.loans.rules import MOST_DAYS, BadAmount, minor_units
from crm.privacy.index import normal_phone

LONGEST = {
    "number": 64,
    "name": 120,
    "national_id": 32,
    "phone": 40,
    "phone_home": 40,
    "phone_work": 40,
    "email": 200,
    "address": 300,
    "postcode": 16,
    "city": 80,
    "country": 2,
    "region": 8,
    "language": 8,
    "collector": 200,
}
PHONES = ("phone", "phone_home", "phone_work")
AMOUNTS = ("limit", "balance", "overdue", "bill", "paid")
MAY_BE_NEGATIVE = frozenset({"balance", "bill"})  # an account in credit
LEAST_STATUS, MOST_STATUS = -9, 120

_FORMULA = re.compile(r"[=+\-@\t\r]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")


class BadCell(ValueError):
    """A cell that cannot be used, and why."""

    def __init__(self, fault: f.Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


def read_cell(part: str, text: str, currency: str, country: str) -> Any:
    """Return the value of a cell of this part (None where it is empty); raise BadCell.

    Amounts are whole minor units of `currency`; a telephone number without its country code is
    one of `country`.
    """
    value = unicodedata.normalize("NFC", text).strip()
    if not value:
        if part == "number":
            raise BadCell(f.EMPTY)
        return None
    if part in AMOUNTS:
        return _amount(part, value, currency)
    if part in {"days_past_due", "status"}:
        least, most = (0, MOST_DAYS) if part == "days_past_due" else (LEAST_STATUS, MOST_STATUS)
        return _whole(value, least, most)
    return _text(part, value, country)


def read_prose(text: str, longest: int) -> str | None:
    """Return several words or lines as they were written, None where there are none."""
    value = unicodedata.normalize("NFC", text).strip()
    if len(value) > longest:
        raise BadCell(f.TOO_LONG)
    if any(_UNPRINTABLE.search(line) for line in value.splitlines()):
        raise BadCell(f.UNPRINTABLE)
    return value or None


def _amount(part: str, value: str, currency: str) -> int:
    try:
        amount = minor_units(value, currency)
    except BadAmount:
        raise BadCell(f.NOT_AMOUNT) from None
    if amount < 0 and part not in MAY_BE_NEGATIVE:
        raise BadCell(f.NEGATIVE)
    return amount


def _whole(value: str, least: int, most: int) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", value):
        raise BadCell(f.NOT_WHOLE)
    number = int(value)
    if number < 0 and least == 0:
        raise BadCell(f.NEGATIVE)
    if not least <= number <= most:
        raise BadCell(f.OUT_OF_RANGE)
    return number


def _text(part: str, value: str, country: str) -> str:
    if len(value) > LONGEST[part]:
        raise BadCell(f.TOO_LONG)
    lines = value.replace("\r\n", "\n").split("\n") if part == "address" else [value]
    if any(_UNPRINTABLE.search(one) for one in lines):
        raise BadCell(f.UNPRINTABLE)
    if part in PHONES:
        return _phone(value, country)
    if _FORMULA.match(value):
        raise BadCell(f.FORMULA)
    if part in {"email", "collector"}:
        return _spelt(PointKind.EMAIL, value, f.NOT_EMAIL)
    if part == "address":
        return _spelt(PointKind.POSTAL, value, f.NOT_ADDRESS)
    if part in {"country", "region", "language"}:
        return _code(part, value)
    return value


def _phone(value: str, country: str) -> str:
    if value.startswith(("=", "-", "@")) or value[1:2] in {"=", "@"}:
        raise BadCell(f.FORMULA)
    return _spelt(PointKind.PHONE, normal_phone(value, country) or "", f.NOT_PHONE)


def _spelt(kind: PointKind, value: str, fault: f.Fault) -> str:
    text = spelt(kind, value)
    if text is None:
        raise BadCell(fault)
    return text


def _code(part: str, value: str) -> str:
    code = value.lower() if part == "language" else value.upper()
    known = {
        "country": lambda: code in countries(),
        "region": lambda: is_region(code, code[:2]),
        "language": lambda: _LANGUAGE.fullmatch(code) is not None,
    }
    if not known[part]():
        raise BadCell(f.NOT_CODE)
    return code
