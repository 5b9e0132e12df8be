"""A file of colleagues: each line an account to be made, by whoever may make accounts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import ValidationError
from sqlalchemy import select

from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.gate.words import N_
from crm.identity.models import account, agency, team
from crm.identity.schemas import AccountFields
from crm.loans.imports.faults import kept_of
from crm.loans.imports.reading import Reject, Row, encoding_of, rows
from crm.privacy.index import blind, normal_email
from crm.privacy.openers import reopen

NEEDED = ("email", "name", "role")
PARTS = (*NEEDED, "team", "agency", "language", "zone", "valid_until")
CHECK = N_("Correct it and send the line again.")
SEVERAL = N_("This e-mail address came earlier in the file.")


@dataclass(frozen=True, slots=True)
class Colleague:
    """One line: what `CreateAccount` takes, and where he works, by name."""

    line: int
    values: Mapping[str, Any]
    team: str | None
    agency: str | None

    @property
    def index(self) -> bytes:
        """Return the blind index of his e-mail address."""
        return index_of(self.values["email"])


def index_of(email: Any) -> bytes:
    """Return the blind index of a sealed e-mail address, as accounts have it."""
    found = blind("account.email", 128, normal_email(reopen(email)))
    assert isinstance(found, bytes)
    return found


@dataclass(frozen=True)
class KnownStaff(Question, needs=Permission.MANAGE_STAFF):
    """Who of these has an account already, and the teams and agencies there are."""

    indexes: tuple[bytes, ...]

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the indexes that are taken, and ids by name."""
        return known_staff(reader, self.indexes)


def known_staff(reader: Reader, indexes: Sequence[bytes]) -> dict[str, Any]:
    """Return which of these addresses have an account, and teams and agencies by name."""
    taken = select(account.c.email_index).where(account.c.email_index.in_(indexes))
    return {
        "taken": {row.email_index for row in reader.all(taken)},
        "teams": _by_name(reader, team),
        "agencies": _by_name(reader, agency),
    }


def colleagues(chunks: Iterable[bytes], again: Iterable[bytes]) -> Iterator[Colleague | Reject]:
    """Yield each line of a file (given twice: it is read twice) as a colleague or as a reject.

    Raises Invalid where the file as a whole cannot be used.
    """
    seen: set[bytes] = set()
    for row in rows(again, encoding_of(chunks), ",", set(NEEDED)):
        if isinstance(row, Reject):
            yield row
            continue
        for found in _read(row):
            if isinstance(found, Colleague) and found.index in seen:
                yield Reject(row.line, "email", "", SEVERAL, CHECK)
                continue
            if isinstance(found, Colleague):
                seen.add(found.index)
            yield found


def _read(row: Row) -> Iterator[Colleague | Reject]:
    told = {part: row.cells[part] for part in PARTS if row.cells.get(part)}
    where = {name: told.pop(name, None) for name in ("team", "agency")}
    try:
        values = AccountFields().load(told)
    except ValidationError as fault:
        messages = fault.messages_dict
        for part, sentences in messages.items():
            kept = kept_of(part, row.cells.get(part, ""))
            yield Reject(row.line, part, kept, str(sentences[0]), CHECK)
        return
    yield Colleague(row.line, values, where["team"], where["agency"])


def _by_name(reader: Reader, table: Any) -> dict[str, UUID]:
    return {row.name: row.id for row in reader.all(select(table.c.id, table.c.name))}
