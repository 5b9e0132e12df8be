"""Circumstances: what stops or shapes a contact is recorded by one person, lifted by two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from crm.borrowers.actions.scopes import checked_scope
from crm.borrowers.models import circumstance
from crm.borrowers.queries.subjects import belonging, owner_of, person_subject
from crm.borrowers.rules.limits import circumstance_faults
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict, refuse, second_person
from crm.gate.work import Work
from crm.words import N_


@dataclass(frozen=True)
class RecordCircumstance(
    Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.circumstance.recorded"
):
    """Record what is known of a person that stops or shapes contacts; it binds at once.

    `since` and `until` are instants or dates as in the contract (left out: now, and open);
    `scope` holds the contract's other fields. `contact_point_id` stands for the contract's
    `number`, which is opaque outside.
    """

    person_id: UUID
    kind: str
    since: str | None = None
    until: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    contact_point_id: UUID | None = None
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
        since = self.since or work.now.isoformat()
        scope = checked_scope(work, self.person_id, self.scope, self.contact_point_id)
        faults = circumstance_faults(self.kind, since, self.until, scope)
        if faults:
            raise Invalid(faults)
        circumstance_id = work.add(
            circumstance,
            person_id=self.person_id,
            kind=self.kind,
            since=since,
            until=self.until,
            scope=scope or None,
            source=self.source,
            contact_id=self.contact_id,
            created_at=work.now,
            version=1,
        )
        return {"id": circumstance_id, "person_id": self.person_id}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": self.person_id}


@dataclass(frozen=True)
class LiftCircumstance(
    Action, needs=Permission.LIFT_STOP, recorded_as="borrowers.circumstance.lifted"
):
    """Lift what stopped or shaped contacts; two people must agree that it no longer holds."""

    tells = ("kind", "since", "until")
    id: UUID
    reason: str

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return owner_of(work, circumstance, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the circumstance."""
        return belonging(work, circumstance, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person; what is lifted already stays so."""
        assert subject is not None
        if subject.row.lifted_at is not None:
            return refuse("circumstance.lifted", N_("It is lifted already."))
        return second_person("circumstance.lift", N_("Lifting a stop takes a second person."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Lift it from now on."""
        assert subject is not None
        work.change(circumstance, self.id, version=subject.row.version, lifted_at=work.now)
        work.note(reason=self.reason)
        return {"id": self.id, "person_id": subject.row.person_id}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": owner_of(work, circumstance, result_id)[0]}
