"""Consents: recorded with the words used, revoked at a word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.borrowers.actions.scopes import checked_scope
from crm.borrowers.models import consent
from crm.borrowers.queries.subjects import belonging, owner_of, person_subject
from crm.borrowers.rules.limits import consent_faults
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.privacy.sealed import Sealed
from crm.words import N_


@dataclass(frozen=True)
class RecordConsent(Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.consent.recorded"):
    """Record what a person, another one or a court allowed, for how long, and in which words.

    `at` and `until` are instants or dates as in the contract (left out: now, and open); `scope`
    holds the contract's other fields, `contact_point_id` stands for its `number`.
    """

    person_id: UUID
    kind: str
    at: str | None = None
    until: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    contact_point_id: UUID | None = None
    words: Sealed | None = None
    source: str = "form"
    contact_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return (self.person_id,)

    def subject(self, work: Work) -> Subject:
        """Find the person."""
        return person_subject(work, self.person_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it, once the contract can read it."""
        at = self.at or work.now.isoformat()
        scope = checked_scope(work, self.person_id, self.scope, self.contact_point_id)
        faults = consent_faults(self.kind, at, self.until, scope)
        if faults:
            raise Invalid(faults)
        consent_id = work.add(
            consent,
            person_id=self.person_id,
            kind=self.kind,
            at=at,
            until=self.until,
            scope=scope or None,
            words=self.words,
            source=self.source,
            contact_id=self.contact_id,
            created_at=work.now,
            version=1,
        )
        return {"id": consent_id, "person_id": self.person_id}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": self.person_id}


@dataclass(frozen=True)
class RevokeConsent(Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.consent.revoked"):
    """Take a consent back; it binds at once."""

    id: UUID
    contact_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return owner_of(work, consent, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the consent."""
        return belonging(work, consent, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """It is revoked once."""
        assert subject is not None
        if subject.row.revoked_at is not None:
            return refuse("consent.revoked", N_("It is revoked already."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Revoke it from now on."""
        assert subject is not None
        now = work.now.isoformat()
        work.change(consent, self.id, version=subject.row.version, revoked_at=now)
        return {"id": self.id, "person_id": subject.row.person_id}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": owner_of(work, consent, result_id)[0]}
