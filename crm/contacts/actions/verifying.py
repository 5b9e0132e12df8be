"""Who is speaking: an answer compared with what is known, and forgotten at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select

from crm.audit.models import audit_entry
from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import relation_of
from crm.contacts.models import contact, permit
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.privacy.openers import match
from crm.privacy.sealed import Sealed
from crm.words import N_

ITEMS = ("name", "national_id", "phone", "email", "postal")
MOST_ANSWERS = 6  # of one contact: a stranger does not try until it fits


@dataclass(frozen=True)
class VerifyAnswer(Action, needs=Permission.LOG_CONTACT, recorded_as="contacts.answer.verified"):
    """Compare what the person speaking answered with what is known; the answer is never kept.

    It is asked in a contact: under a permit, or in an inbound one that is recorded already.
    """

    item: str
    answer: Sealed
    permit_id: UUID | None = None
    inbound_id: UUID | None = None

    def subject(self, work: Work) -> Subject:
        """Find whom the contact is with."""
        row = self._person(work)
        if row is None or row.erasure_begun_at is not None:
            raise Missing("permit" if self.permit_id else "contact")
        kind = "permit" if self.permit_id else "contact"
        return Subject(kind, row.contact_of, relation_of(work.actor, row), row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Stop guessing."""
        assert subject is not None
        asked = select(func.count()).select_from(audit_entry)
        given = asked.where(
            audit_entry.c.subject_id == subject.id, audit_entry.c.action == self.recorded_as
        )
        if work.scalar(given) >= MOST_ANSWERS:
            return refuse("verification.limit", N_("Too many answers in this contact."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Say whether it matches, and record only that."""
        assert subject is not None
        matches = self._matches(work, subject.row)
        work.note(item=self.item, matches=matches)
        return {"id": subject.id, "matches": matches}

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Answer a repeat as the first time, without another try."""
        return {"id": result_id, "matches": self._matches(work, self._person(work))}

    def _matches(self, work: Work, row: Any) -> bool:
        return any(match(value, self.answer, field) for value, field in self._known(work, row))

    def _person(self, work: Work) -> Row[Any] | None:
        if (self.permit_id is None) == (self.inbound_id is None):
            raise Invalid({"permit_id": [N_("Name the permit, or the inbound contact.")]})
        table, contact_id = (
            (permit, self.permit_id) if self.permit_id is not None else (contact, self.inbound_id)
        )
        query = select(person, table.c.id.label("contact_of")).join(
            table, table.c.person_id == person.c.id
        )
        query = query.where(table.c.id == contact_id)
        if table is contact:
            query = query.where(contact.c.direction == "inbound")
        return work.one(query)

    def _known(self, work: Work, row: Row[Any]) -> Sequence[tuple[Sealed, str]]:
        if self.item in {"name", "national_id"}:
            value = work.stored(person, row)[self.item]
            return [(value, f"person.{self.item}")] if value is not None else []
        points = work.all(
            select(contact_point).where(
                contact_point.c.person_id == row.id,
                contact_point.c.kind == self.item,
                contact_point.c.valid_until.is_(None),
            )
        )
        kept = [work.stored(contact_point, point)["value"] for point in points]
        return [(value, "contact_point.value") for value in kept]
