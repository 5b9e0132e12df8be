"""The clock on the person's wall where it is certain, and what takes one away that counts."""

from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import place_evidence
from crm.borrowers.queries.file import evidence_of
from crm.borrowers.rules.evidence import ending_loosens, place_of
from crm.gate.reader import Reader
from crm.rulebook.in_force import books_in_force


def clock_of(reader: Reader, person_id: UUID) -> str | None:
    """Return the person's time zone; None where the evidence leaves several, or none."""
    rows = reader.all(select(place_evidence).where(place_evidence.c.person_id == person_id))
    placed = place_of([evidence_of(row) for row in rows], reader.now, books_in_force().ids)
    return placed.zones[0] if len(placed.zones) == 1 else None


def drops_clock(
    reader: Reader,
    person_id: UUID,
    *,
    point_id: UUID | None = None,
    evidence_id: UUID | None = None,
) -> bool:
    """Tell whether a clock or a law would count no more without the evidence of a number or
    address, or without one piece of it.
    """
    its = place_evidence.c
    rows = reader.all(select(place_evidence).where(its.person_id == person_id))
    ended = {
        row.id
        for row in rows
        if row.id == evidence_id or (point_id is not None and row.contact_point_id == point_id)
    }
    shelved = books_in_force().shelved(reader.now)
    return ending_loosens(list(map(evidence_of, rows)), ended, reader.now, *shelved)
