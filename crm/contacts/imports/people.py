"""Whom the lines of a file are about: found for a whole batch by a handful of statements."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import ALIVE
from crm.contacts.imports.lines import Line
from crm.gate.reader import Reader
from crm.loans.imports.comparing import index_of
from crm.loans.imports.faults import Fault
from crm.loans.models import loan, loan_party
from crm.privacy.index import blind, normal, token
from crm.privacy.openers import match, reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.words import N_

NOT_HERE = Fault(
    N_("Nobody here has this number."), N_("Import the portfolio first, or correct the value.")
)
SEVERAL = Fault(
    N_("Several people here have this number."), N_("Add a loan number, so that one is meant.")
)
NOT_ON_LOAN = Fault(
    N_("This person does not stand on this loan."), N_("Check which of the two is meant.")
)


class NotFound(Exception):
    """A line that is about nobody here, or not about one person; `part` is at fault."""

    def __init__(self, part: str, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.part, self.fault = part, fault


@dataclass(frozen=True, slots=True)
class Whom:
    """The person a line is about, with the number and the loan it names."""

    person_id: UUID
    loan_id: UUID | None
    point: Row[Any] | None  # the number as it stands here; None: none named, or not known


class People:
    """All that a batch of lines may be about; erased people are nobody."""

    def __init__(self, reader: Reader, lines: Sequence[Line]) -> None:
        loans = {index_of(text) for line in lines for text in _loan_numbers(line)}
        self._loans = {row.number_index: row for row in reader.all(_loans(loans))}
        self._stand: dict[UUID, set[UUID]] = defaultdict(set)  # loan, people on it
        for row in reader.all(_parties({row.id for row in self._loans.values()})):
            self._stand[row.loan_id].add(row.person_id)
        ids = {_national(line.values["national_id"]) for line in lines if _has(line, "national_id")}
        self._people: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in reader.all(_people(ids)):
            self._people[row.national_id_index].append(row)
        tokens = {token_of(line.values["number"]) for line in lines if _has(line, "number")}
        self._points: dict[bytes, list[Row[Any]]] = defaultdict(list)
        for row in reader.all(_points(tokens)):
            self._points[row.token].append(row)

    def whom(self, line: Line) -> Whom:
        """Return the one person that a line is about; raise NotFound.

        A loan number alone means its borrower. With a number beside it, whoever stands on that
        loan and has the number; a number nobody on it has is the borrower's, and unknown here.
        """
        owners = self._owners(line)
        row = self._loan(line)
        if _has(line, "national_id"):
            person_id = self._by_national_id(line)
            if row is not None and person_id not in self._stand[row.id]:
                raise NotFound("national_id", NOT_ON_LOAN)
        elif row is not None:
            person_id = self._on_loan(row, set(owners))
        elif len(owners) > 1:
            raise NotFound("number", SEVERAL)
        elif owners:
            person_id = next(iter(owners))
        else:
            raise NotFound("number", NOT_HERE)
        return Whom(person_id, row.id if row is not None else None, owners.get(person_id))

    def only_loans(self, line: Line, person_id: UUID) -> list[str]:
        """Return the loans that bound a stop or a consent; raise NotFound where one is not his."""
        found = []
        for text in _bounds(line):
            row = self._loans.get(index_of(text))
            if row is None or person_id not in self._stand[row.id]:
                raise NotFound("only_loan", NOT_ON_LOAN)
            found.append(str(row.id))
        return sorted(found)

    def _loan(self, line: Line) -> Row[Any] | None:
        if not _has(line, "loan_number"):
            return None
        row = self._loans.get(index_of(line.values["loan_number"]))
        if row is None:
            raise NotFound("loan_number", NOT_HERE)
        return row

    def _owners(self, line: Line) -> dict[UUID, Row[Any]]:
        """Return who has a line's number, each with it; the one in use before an ended one."""
        if not _has(line, "number"):
            return {}
        return {row.person_id: row for row in self._points[token_of(line.values["number"])]}

    def _by_national_id(self, line: Line) -> UUID:
        told = line.values["national_id"]
        same = [
            row.id
            for row in self._people[_national(told)]
            if match(stored(person, row._asdict())["national_id"], told, "person.national_id")
        ]
        if len(same) != 1:
            raise NotFound("national_id", SEVERAL if same else NOT_HERE)
        return same[0]  # type: ignore[no-any-return]  # an Id

    def _on_loan(self, row: Row[Any], owners: set[UUID]) -> UUID:
        here = owners & self._stand[row.id]
        if not here or row.borrower_id in here:
            return row.borrower_id  # type: ignore[no-any-return]  # an Id
        if len(here) > 1:
            raise NotFound("number", SEVERAL)
        return here.pop()


def token_of(number: Sealed) -> bytes:
    """Return the token of a number or address in its one spelling."""
    return token("contact_point", reopen(number))


def _has(line: Line, part: str) -> bool:
    return line.values.get(part) is not None


def _loan_numbers(line: Line) -> Iterator[Sealed]:
    if _has(line, "loan_number"):
        yield line.values["loan_number"]
    yield from _bounds(line)


def _bounds(line: Line) -> Iterator[Sealed]:
    if _has(line, "only_loan"):
        yield from (Sealed.fresh(one) for one in reopen(line.values["only_loan"]).split(";"))


def _national(told: Sealed) -> int:
    field = "person.national_id"
    found = blind(field, 20, normal(field, reopen(told)))
    assert isinstance(found, int)
    return found


def _loans(indexes: set[bytes]) -> Select[Any]:
    columns = loan.c.id, loan.c.number_index, loan.c.borrower_id
    whose = person.c.id == loan.c.borrower_id
    return select(*columns).join(person, whose).where(loan.c.number_index.in_(indexes), ALIVE)


def _parties(loans: set[UUID]) -> Select[Any]:
    columns = loan_party.c.loan_id, loan_party.c.person_id
    whose = person.c.id == loan_party.c.person_id
    return select(*columns).join(person, whose).where(loan_party.c.loan_id.in_(loans), ALIVE)


def _people(indexes: set[int]) -> Select[Any]:
    columns = person.c.id, person.c.national_id, person.c.national_id_index
    return select(*columns).where(person.c.national_id_index.in_(indexes), ALIVE)


def _points(tokens: set[bytes]) -> Select[Any]:
    its = contact_point.c
    columns = its.id, its.person_id, its.kind, its.place, its.token, its.valid_until
    found = select(*columns).join(person, person.c.id == its.person_id)
    in_use_last = its.valid_until.is_(None), its.valid_from, its.id
    return found.where(its.token.in_(tokens), ALIVE).order_by(*in_use_last)
