"""The clock on the person's wall, where it is certain which one it is."""

from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import place_evidence
from crm.borrowers.queries.file import evidence_of
from crm.borrowers.rules.evidence import place_of
from crm.gate.reader import Reader
from crm.rulebook.in_force import books_in_force


def clock_of(reader: Reader, person_id: UUID) -> str | None:
    """Return the person's time zone; None where the evidence leaves several, or none."""
    rows = reader.all(select(place_evidence).where(place_evidence.c.person_id == person_id))
    placed = place_of([evidence_of(row) for row in rows], reader.now, books_in_force().ids)
    return placed.zones[0] if len(placed.zones) == 1 else None
