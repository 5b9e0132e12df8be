"""One cell of a line at a time: its text made a value, or a fault. Pure."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from crm.borrowers.rules.points import PointKind, spelt
from crm.contacts.imports.moments import bound_in, moment_in
from crm.contacts.outcomes import codes
from crm.contacts.rules.said import Kind
from crm.loans.imports import faults as f
from crm.loans.imports.cells import BadCell, read_cell, read_prose
from crm.loans.imports.faults import Fault
from crm.rulebook.vocabulary import (
    Agent,
    Channel,
    CircumstanceKind,
    ConsentKind,
    Direction,
    Outcome,
    Place,
    Purpose,
    Receiver,
    Target,
)
from crm.words import N_

UNKNOWN_WORD = Fault(
    N_("This word is not known."),
    N_("Use a word of the guide, or say under values in the mapping what it stands for."),
)
NOT_DAYS = Fault(N_("These are no weekdays."), N_("Write them from 1 (Monday) to 7, as in 1 3 5."))
NOT_YES = Fault(N_("This is neither yes nor no."), N_("Write yes or no."))
WITH_STOPS = Fault(
    N_("What binds us does not come in with contacts."),
    N_("Bring it in with a file of stops or consents, and leave it out here."),
)

# What was said and binds nobody: the rest comes with the files of stops and consents.
PLAIN_SAID = frozenset({Kind.PROMISE, Kind.REFUSAL, Kind.CALLBACK})
LONGEST_NOTE, LONGEST_WORDS, LONGEST_REFERENCE = 2000, 500, 80
PERSONAL = frozenset(
    {"loan_number", "national_id", "number", "only_loan", "only_number", "reference", "note"}
) | {"words"}


class Cell(NamedTuple):
    """A text, never empty; the zone of its local times and the country of its numbers."""

    text: str
    zone: tzinfo | None
    country: str


Read = Callable[[Cell], Any]


def read_part(kind: str, part: str) -> Read:
    """Return what reads the cells of a part in files of a kind."""
    return _OF_KIND[kind].get(part) or _ANYWHERE[part]


def _word(words: type[StrEnum]) -> Read:
    def read(cell: Cell) -> str:
        try:
            return str(words(cell.text.lower().replace(" ", "_").replace("-", "_")))
        except ValueError:
            raise BadCell(UNKNOWN_WORD) from None

    return read


def _outcome(cell: Cell) -> tuple[str, str | None]:
    """Return the contract's outcome, and our own code where the cell has one."""
    code = codes().get(cell.text.upper())
    if code is not None:
        return code.outcome, code.code
    word = _word(Outcome)(cell)
    if word == Outcome.PENDING:
        raise BadCell(UNKNOWN_WORD)
    return word, None


def _text(part: str) -> Read:
    return lambda cell: read_cell(part, cell.text, "", cell.country)


def _prose(longest: int) -> Read:
    return lambda cell: read_prose(cell.text, longest)


def _number(cell: Cell) -> Any:
    """Return a telephone number or an e-mail address in its one spelling."""
    if "@" in cell.text[1:]:
        email = spelt(PointKind.EMAIL, cell.text)
        if email is None:
            raise BadCell(f.NOT_EMAIL)
        return email
    return read_cell("phone", cell.text, "", cell.country)


def _loans(cell: Cell) -> str:
    return ";".join(read_cell("number", one, "", cell.country) for one in _parts(cell.text))


def _moment(cell: Cell) -> Any:
    return moment_in(cell.text, cell.zone)


def _bound(cell: Cell) -> str:
    return bound_in(cell.text, cell.zone)


def _clock(cell: Cell) -> str:
    return cell.text.zfill(5)  # 9:30 as 09:30; the contract judges it


def _days(cell: Cell) -> list[int]:
    days = cell.text.replace(",", " ").replace(";", " ").split()
    if not days or not all(day in "1234567" and len(day) == 1 for day in days):
        raise BadCell(NOT_DAYS)
    return sorted({int(day) for day in days})


def _yes(cell: Cell) -> bool:
    known = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if cell.text.lower() not in known:
        raise BadCell(NOT_YES)
    return known[cell.text.lower()]


def _said(cell: Cell) -> list[str]:
    found = [_word(Kind)(cell._replace(text=one)) for one in _parts(cell.text)]
    if not {Kind(one) for one in found} <= PLAIN_SAID:
        raise BadCell(WITH_STOPS)
    return found


def _parts(text: str) -> list[str]:
    return [part for one in text.split(";") if (part := one.strip())]


_ANYWHERE: Mapping[str, Read] = {
    "loan_number": _text("number"),
    "national_id": _text("national_id"),
    "number": _number,
    "reference": _prose(LONGEST_REFERENCE),
    "channel": _word(Channel),
    "only_loan": _loans,
    "only_number": _number,
    "place": _word(Place),
    "target": _word(Target),
    "days": _days,
    "from": _clock,
    "to": _clock,
    "until": _bound,
}
_OF_KIND: Mapping[str, Mapping[str, Read]] = {
    "contacts": {
        "direction": _word(Direction),
        "outcome": _outcome,
        "at": _moment,
        "ended_at": _moment,
        "agent": _word(Agent),
        "purpose": _word(Purpose),
        "in_reply_to_at": _moment,
        "in_reply_to_channel": _word(Channel),
        "said": _said,
        "note": _prose(LONGEST_NOTE),
    },
    "stops": {
        "kind": _word(CircumstanceKind),
        "since": _bound,
        "released_at": _bound,
        "validation_period_ends": _bound,
        "verified_at": _bound,
    },
    "consents": {
        "kind": _word(ConsentKind),
        "at": _bound,
        "given_to": _word(Receiver),
        "given_in_breach": _yes,
        "words": _prose(LONGEST_WORDS),
    },
}
