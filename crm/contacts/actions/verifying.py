"""Who is speaking: an answer compared with what is known, and forgotten at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.borrowers.models import person
from crm.borrowers.queries.subjects import owner_of, relation_of
from crm.contacts.actions.starting import state_in
from crm.contacts.locks import permit_now
from crm.contacts.models import contact, permit
from crm.contacts.queries.verifying import VERIFIED, answers_tried, known_of
from crm.contacts.rules.permits import may_verify
from crm.contacts.rules.verifying import ITEMS, may_try
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.privacy.openers import match
from crm.privacy.sealed import Sealed
from crm.words import N_


@dataclass(frozen=True)
class VerifyAnswer(Action, needs=Permission.LOG_CONTACT, recorded_as=VERIFIED):
    """Compare what the person speaking answered with what is known; the answer is never kept.

    It is asked in a contact: under one's own permit that is started and not yet logged, or in an
    inbound one that is recorded already.
    """

    item: str
    answer: Sealed
    permit_id: UUID | None = None
    inbound_id: UUID | None = None

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Hold the person, so that tries at the same moment are counted one after the other."""
        if (self.permit_id is None) == (self.inbound_id is None):
            raise Invalid({"permit_id": [N_("Name the permit, or the inbound contact.")]})
        if self.permit_id is not None:
            return owner_of(work, permit, self.permit_id)
        assert self.inbound_id is not None
        return owner_of(work, contact, self.inbound_id)

    def subject(self, work: Work) -> Subject:
        """Find whom the contact is with; in his own contact anybody may ask."""
        row = self._person(work)
        if row is None or row.erasure_begun_at is not None:
            raise Missing("permit" if self.permit_id else "contact")
        kind = "permit" if self.permit_id else "contact"
        mine = row.made_by == work.actor.id
        relation = Scope.OWN if mine else relation_of(work.actor, row)
        return Subject(kind, row.contact_of, relation, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask in a contact of one's own that lasts, and stop guessing."""
        assert subject is not None
        if self.permit_id is not None:
            row = permit_now(work, self.permit_id)
            assert row is not None
            verdict = may_verify(state_in(row), work.actor.id)
            if not verdict:
                return verdict
        tried = answers_tried(work, subject.row.id, subject.row.contact_of)
        return may_try(tried, subject.row.contact_of, work.now)

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
        part = ITEMS[self.item]
        known = known_of(work, row.id, self.item)
        return any(match(value, self.answer, field, part) for value, field in known)

    def _person(self, work: Work) -> Row[Any] | None:
        table, contact_id, made_by = (
            (permit, self.permit_id, permit.c.reserved_by)
            if self.permit_id is not None
            else (contact, self.inbound_id, contact.c.recorded_by)
        )
        query = select(person, table.c.id.label("contact_of"), made_by.label("made_by"))
        query = query.join(table, table.c.person_id == person.c.id).where(table.c.id == contact_id)
        if table is contact:
            query = query.where(contact.c.direction == "inbound")
        return work.one(query)
