"""A contact that a colleague made and cannot log: written down by who leads the team."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from crm.contacts.actions.records import LogContact, checked_end
from crm.contacts.actions.starting import state_in
from crm.contacts.actions.wishes import ONLY_WHO_HEARD, check_heard
from crm.contacts.outcomes import codes
from crm.contacts.rules.permits import may_log_for
from crm.contacts.rules.said import Kind
from crm.gate.action import Subject, Then
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.queries import relation_to


@dataclass(frozen=True)
class LogForColleague(
    LogContact,
    needs=Permission.LOG_FOR_COLLEAGUE,
    recorded_as="contacts.contact.recorded_for_colleague",
):
    """Record what came of a contact that a colleague of the team made, and why not he does.

    The permit says who made it, the record who wrote it down.
    """

    reason: str = field(kw_only=True)

    def subject(self, work: Work) -> Subject:
        """Find the permit; it lies to the actor as whoever made the contact does."""
        row = work.held
        if row is None or row.erasure_begun_at is not None:
            raise Missing("permit")
        relation = relation_to(work, row.reserved_by)
        return Subject("permit", self.permit_id, relation, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """One record a permit, after its start, and not one's own."""
        assert subject is not None
        return may_log_for(state_in(subject.row), work.actor.id)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep the record, but no consent: that takes who heard it given."""
        assert subject is not None
        known = codes().get(self.code or "")
        if known is not None and known.said == Kind.CALLBACK:
            raise Invalid({"code": [ONLY_WHO_HEARD]})
        check_heard(self.said)
        work.note(made_by=str(subject.row.reserved_by), reason=self.reason)
        return super().run(work, subject)

    def _ended(self, work: Work, row: Row[Any]) -> datetime | None:
        """Return when it ended, where that is known: not when it is written down."""
        return self.ended_at and checked_end(row.started_at, self.ended_at, work.now)

    def _why_another(self) -> str | None:
        return self.reason
