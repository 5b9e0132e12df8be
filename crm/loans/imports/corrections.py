"""Corrections for the core system: where files say otherwise than this house, line by line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, select

from crm.borrowers.models import circumstance, consent, contact_point
from crm.borrowers.rules.words import CIRCUMSTANCES, CONSENTS, END_REASONS
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.gate.words import N_
from crm.loans.imports.conflicts import WORDS
from crm.loans.models import import_conflict, import_run, loan
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored

COLUMNS = (
    ("line", N_("Line")),
    ("loan_number", N_("Loan number")),
    ("about", N_("What stands here")),
    ("kind", N_("Kind")),
    ("value", N_("Value, masked")),
    ("since", N_("Since")),
    ("reason", N_("What to correct")),
)
_TABLES = {table.name: table for table in (contact_point, circumstance, consent)}
_ABOUT = {
    "contact_point": N_("Number or address"),
    "circumstance": N_("Stop"),
    "consent": N_("Consent"),
    "contact": N_("Contact"),
    "import_item": N_("Line taken in before"),
}


@dataclass(frozen=True)
class Corrections(
    Question, needs=Permission.IMPORT_DATA, recorded_as="loans.corrections.downloaded"
):
    """What a file has otherwise than this house, to be corrected where the file comes from."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the run."""
        found = reader.scalar(select(import_run.c.id).where(import_run.c.id == self.id))
        if found is None:
            raise Missing("import_run")
        return Subject("import_run", found)

    def read(self, reader: Reader, subject: Subject | None) -> list[dict[str, Any]]:
        """Return them in the order of their lines, masked as the reader's role says."""
        return conflicts_of(reader, self.id, Context.EXPORT, None)


def conflicts_of(
    reader: Reader, run_id: UUID, context: Context, most: int | None
) -> list[dict[str, Any]]:
    """Return the conflicts of a run with what stands here, as the reader's actor may see it."""
    query = select(import_conflict).where(import_conflict.c.run_id == run_id)
    rows = reader.all(query.order_by(import_conflict.c.line, import_conflict.c.id).limit(most))
    loans = _by_id(reader, loan, (row.loan_id for row in rows))
    held = {
        name: _by_id(reader, table, (row.record_id for row in rows if row.about == name))
        for name, table in _TABLES.items()
    }
    looker = Looker(reader.actor.role, "all")
    return [_told(row, loans, held, looker, context) for row in rows]


def _told(
    row: Row[Any],
    loans: dict[UUID, Row[Any]],
    held: dict[str, dict[UUID, Row[Any]]],
    looker: Looker,
    context: Context,
) -> dict[str, Any]:
    here = held.get(row.about, {}).get(row.record_id)
    value = number = None
    if here is not None and row.about == "contact_point":
        value = present(stored(contact_point, here._asdict())["value"], looker, context)
    if row.loan_id in loans:
        number = present(stored(loan, loans[row.loan_id]._asdict())["number"], looker, context)
    return {
        "line": row.line,
        "person_id": row.person_id,
        "loan_number": number,
        "about": _ABOUT[row.about],
        "kind": _kind(row.about, here),
        "value": value,
        "since": _since(here),
        "reason": WORDS[row.reason],
    }


def _kind(about: str, here: Row[Any] | None) -> str | None:
    """Return the word for what stands here: the kind of a stop, why a number ended."""
    if here is None:
        return None
    if about == "circumstance":
        return CIRCUMSTANCES.get(here.kind)
    return CONSENTS.get(here.kind) if about == "consent" else END_REASONS.get(here.ended_because)


def _since(here: Any) -> datetime | None:
    """Return since when it stands here otherwise."""
    for name in ("valid_until", "lifted_at", "revoked_at", "created_at"):
        found = getattr(here, name, None)
        if found is not None:
            return datetime.fromisoformat(found) if isinstance(found, str) else found
    return None


def _by_id(reader: Reader, table: Table, ids: Iterable[UUID | None]) -> dict[UUID, Row[Any]]:
    wanted: Sequence[UUID] = sorted({one for one in ids if one is not None})
    if not wanted:
        return {}
    return {row.id: row for row in reader.all(select(table).where(table.c.id.in_(wanted)))}
