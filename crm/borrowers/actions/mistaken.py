"""What a contact record made by a slip, undone with the slip; the correction asks who agrees."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import circumstance, contact_point, place_evidence
from crm.borrowers.queries.subjects import belonging, owner_of
from crm.gate.action import Action, Subject
from crm.gate.permissions import Permission
from crm.gate.work import Work


@dataclass(frozen=True)
class WithdrawCircumstance(
    Action, needs=Permission.CORRECT_CONTACT, recorded_as="borrowers.circumstance.withdrawn"
):
    """End a circumstance that nobody ever stated; until now it bound."""

    id: UUID
    contact_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return owner_of(work, circumstance, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the circumstance."""
        return belonging(work, circumstance, self.id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Lift it from now on."""
        assert subject is not None
        work.change(circumstance, self.id, version=subject.row.version, lifted_at=work.now)
        return {"id": self.id, "person_id": subject.row.person_id}


@dataclass(frozen=True)
class ReopenContactPoint(
    Action, needs=Permission.CORRECT_CONTACT, recorded_as="borrowers.contact_point.reopened"
):
    """Make a number or address good again that was ended by a slip.

    What it told of his place counts again. Consents that ended with it stay ended: only he can
    give them.
    """

    id: UUID
    contact_id: UUID

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return owner_of(work, contact_point, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the contact point."""
        return belonging(work, contact_point, self.id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Open it with the evidence that ended with it, or after it by two people."""
        assert subject is not None
        row, its = subject.row, place_evidence.c
        work.change(
            contact_point, self.id, version=row.version, valid_until=None, ended_because=None
        )
        ended = its.contact_point_id == self.id, its.ended_at >= row.valid_until
        for found in work.all(select(its.id).where(*ended)):
            work.change(place_evidence, found.id, ended_at=None)
        return {"id": self.id, "person_id": row.person_id}
