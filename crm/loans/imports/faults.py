"""What can be wrong with a line, in sentences, and how much of its value a reject may keep."""

import re
from dataclasses import dataclass

from crm.gate.words import N_

NUMERIC = frozenset({"limit", "balance", "overdue", "days_past_due", "status", "bill", "paid"})
SHOWN = 40

_LETTER = re.compile(r"[^\W\d_]")
_MANY_DIGITS = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason and what to do about it; both are msgids."""

    reason: str
    hint: str


EMPTY = Fault(
    N_("This value is missing."), N_("Fill it in: without it the account cannot be told apart.")
)
TOO_LONG = Fault(N_("This value is too long."), N_("Shorten it, or check the quotes before it."))
UNPRINTABLE = Fault(
    N_("This value holds control characters."), N_("Remove them and send the line again.")
)
FORMULA = Fault(
    N_("This value begins like a formula."),
    N_("Remove the sign it begins with: a spreadsheet would run it."),
)
NOT_AMOUNT = Fault(
    N_("This is not an amount of this currency."),
    N_("Write digits with a point before the decimals, such as 1234.50."),
)
NOT_WHOLE = Fault(N_("This is not a whole number."), N_("Write digits only."))
NEGATIVE = Fault(
    N_("This amount must not be negative."), N_("Check the sign, or the column it came from.")
)
OUT_OF_RANGE = Fault(
    N_("This number is outside what is possible."), N_("Check the column it came from.")
)
NOT_PHONE = Fault(
    N_("This is not a telephone number."), N_("Write it with its country code, such as +86.")
)
NOT_EMAIL = Fault(N_("This is not an e-mail address."), N_("Write it like name@bank.example."))
NOT_ADDRESS = Fault(
    N_("This is not a postal address."), N_("Give street and place, in up to six lines.")
)
NOT_CODE = Fault(
    N_("This code is not known."),
    N_("Use ISO codes: CN for a country, US-NY for a region, zh for a language."),
)
TWICE = Fault(
    N_("This account number came earlier in the file."),
    N_("Keep one line for each account; the earlier line counts."),
)
ELSEWHERE = Fault(
    N_("This account number belongs to another portfolio."),
    N_("Choose the mapping of that portfolio, or correct the number."),
)
NO_COLLECTOR = Fault(
    N_("Nobody who works here has this e-mail address."),
    N_("Make the account first, or leave the value empty."),
)


def kept_of(part: str, value: str) -> str:
    """Return what a reject keeps of a value: figures where figures belong, else hardly anything.

    A reject shows where to look in one's own file; it is no second copy of it. Letters in a
    column of figures are masked too, since a shifted line puts names there.
    """
    text = value.strip()
    if part in NUMERIC:
        return _MANY_DIGITS.sub("•••", _LETTER.sub("•", text[:SHOWN]))
    if not text:
        return ""
    return f"{text[0]}•••{text[-1] if len(text) > 4 else ''} ({len(text)})"
