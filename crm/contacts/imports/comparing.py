"""What a batch of lines would do here: which are new, which came before, which clash."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from crm.borrowers.models import circumstance, consent, contact_point
from crm.borrowers.rules.points import number_of
from crm.contacts.facts.document import KINDS_OF_CHANNEL
from crm.contacts.imports.clashing import consent_clash, stop_clash
from crm.contacts.imports.lines import CHECK, Line
from crm.contacts.imports.models import import_item
from crm.contacts.imports.people import NotFound, People, Whom, token_of
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.loans.imports.conflicts import Clash, Conflict
from crm.loans.imports.reading import Reject
from crm.loans.imports.row_mapping import RowMapping
from crm.loans.models import loan_party
from crm.privacy.index import token
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.words import N_

UNJUDGED = N_("This contact cannot be judged: the person stands on no loan of this house.")
IMPORT_FIRST = N_("Import the portfolio first, or correct the value.")
WRONG_WAY = N_("This number or address is not reached that way.")


@dataclass(frozen=True, slots=True)
class Item:
    """A line that is about somebody here; `scope` is what bounds a stop or a consent."""

    line: Line
    whom: Whom
    digest: bytes
    content: bytes
    scope: dict[str, Any]


@dataclass(slots=True)
class Compared:
    """A batch, sorted by what it would do."""

    new: list[Item] = field(default_factory=list)
    same: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True)
class CompareLines(Question, needs=Permission.IMPORT_DATA):
    """What importing these lines would do; asked by the machine for its preview."""

    mapping: RowMapping
    lines: tuple[Line, ...]

    def read(self, reader: Reader, subject: Subject | None) -> Compared:
        """Compare them with what is here."""
        return compare(reader, self.mapping, self.lines)


def compare(reader: Reader, mapping: RowMapping, lines: Sequence[Line]) -> Compared:
    """Sort a batch of lines by what importing them would do; change nothing."""
    found = Compared()
    items = list(_about_somebody(People(reader, lines), mapping, lines, found))
    fresh = _fresh(reader, items, found)
    if mapping.kind == "contacts":
        _contacts(_on_a_loan(reader, fresh, found), mapping, found)
    else:
        _limits(reader, fresh, mapping, found)
    return found


def _about_somebody(
    people: People, mapping: RowMapping, lines: Sequence[Line], found: Compared
) -> Iterable[Item]:
    for line in lines:
        try:
            whom = people.whom(line)
            debts = people.only_loans(line, whom.person_id)
        except NotFound as no:
            column = mapping.columns[no.part]
            found.rejects.append(Reject(line.line, column, "", no.fault.reason, no.fault.hint))
            continue
        scope = line.bounds() if mapping.kind != "contacts" else {}
        if debts:
            scope["debts"] = debts
        if line.values.get("only_number") is not None:
            scope["number"] = number_of(token_of(line.values["only_number"]))
        yield Item(line, whom, *_digests(mapping, line), scope)


def _digests(mapping: RowMapping, line: Line) -> tuple[bytes, bytes]:
    """Return what a line is known by, and what it says; both keyed, neither of them readable.

    Where the sender gives each line a reference, that is what it is known by.
    """
    told = {name: _plain(value) for name, value in line.values.items() if value is not None}
    reference = told.pop("reference", None)
    content = token("import_item", json.dumps([mapping.kind, told], sort_keys=True))
    if reference is None:
        return content, content
    return token("import_item", json.dumps([mapping.kind, mapping.name, reference])), content


def _plain(value: Any) -> Any:
    if isinstance(value, Sealed):
        return reopen(value)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _fresh(reader: Reader, items: Sequence[Item], found: Compared) -> list[Item]:
    """Return the items whose lines did not come in before, nor earlier in this batch."""
    its = import_item.c
    query = select(its.digest, its.content, its.record_id).where(
        its.digest.in_([item.digest for item in items])
    )
    before = {row.digest: (row.content, row.record_id) for row in reader.all(query)}
    fresh = []
    for item in items:
        known = before.get(item.digest)
        if known is None:
            before[item.digest] = (item.content, None)
            fresh.append(item)
        elif known[0] == item.content:
            found.same += 1
        else:
            found.conflicts.append(_clash(item, Clash.ROW_CHANGED, "import_item", known[1]))
    return fresh


def _on_a_loan(reader: Reader, items: Sequence[Item], found: Compared) -> list[Item]:
    """Return the items of people who stand on a loan: nobody else's contacts can be judged."""
    people = {item.whom.person_id for item in items}
    query = select(loan_party.c.person_id).where(loan_party.c.person_id.in_(people)).distinct()
    stand = {row.person_id for row in reader.all(query)} if people else set()
    for item in items:
        if item.whom.person_id not in stand:
            found.rejects.append(Reject(item.line.line, None, "", UNJUDGED, IMPORT_FIRST))
    return [item for item in items if item.whom.person_id in stand]


def _contacts(items: Sequence[Item], mapping: RowMapping, found: Compared) -> None:
    for item in items:
        values, point = item.line.values, item.whom.point
        if point is not None and point.kind not in KINDS_OF_CHANNEL[values["channel"]]:
            column = mapping.columns["channel"]
            found.rejects.append(Reject(item.line.line, column, "", WRONG_WAY, CHECK))
            continue
        found.new.append(item)
        if point is None:
            if values.get("number") is not None:
                found.conflicts.append(_clash(item, Clash.NUMBER_UNKNOWN, "contact_point"))
        elif point.valid_until is not None and point.valid_until <= values["at"]:
            found.conflicts.append(_clash(item, Clash.POINT_ENDED, "contact_point", point.id))


def _limits(reader: Reader, items: Sequence[Item], mapping: RowMapping, found: Compared) -> None:
    """Sort stops or consents: what stands here stays as it is, whatever the file says of it."""
    stops = mapping.kind == "stops"
    table = circumstance if stops else consent
    people = {item.whom.person_id for item in items}
    here = by_person(reader, table, people)
    ended = {} if stops else _ended_numbers(reader, people)
    for item in items:
        alike = [
            row
            for row in here.get(item.whom.person_id, ())
            if row.kind == item.line.values["kind"] and (row.scope or {}) == item.scope
        ]
        clash = (stop_clash if stops else consent_clash)(item.line.values, alike)
        gone = ended.get((item.whom.person_id, item.scope.get("number", "")))
        if gone is not None:
            clash = Clash.POINT_ENDED, gone
        if clash is None:
            found.new.append(item)
        elif clash[0] is None:
            found.same += 1
        else:
            about = "contact_point" if gone is not None else table.name
            found.conflicts.append(_clash(item, clash[0], about, clash[1]))


def by_person(reader: Reader, table: Table, people: set[UUID]) -> dict[UUID, list[Any]]:
    """Return the rows of these people, of each the oldest first."""
    rows: dict[UUID, list[Any]] = {}
    for row in reader.all(select(table).where(table.c.person_id.in_(people)).order_by(table.c.id)):
        rows.setdefault(row.person_id, []).append(row)
    return rows


def _ended_numbers(reader: Reader, people: set[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Return the numbers these people no longer have: no consent about one is brought back."""
    its = contact_point.c
    query = select(its.id, its.person_id, its.token, its.valid_until).where(
        its.person_id.in_(people), its.token.is_not(None)
    )
    rows = reader.all(query.order_by(its.valid_until.is_(None), its.id))
    last = {(row.person_id, number_of(row.token)): row for row in rows}
    return {key: row.id for key, row in last.items() if row.valid_until is not None}


def _clash(item: Item, why: Clash, about: str, record_id: UUID | None = None) -> Conflict:
    return Conflict(
        line=item.line.line,
        person_id=item.whom.person_id,
        reason=why,
        about=about,
        record_id=record_id,
        loan_id=item.whom.loan_id,
    )
