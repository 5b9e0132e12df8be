"""A record corrected: a new record that points to the old one; only the newest counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import relation_of
from crm.contacts.actions.corrected import finding_of, heard_by, judged_anew, record_of
from crm.contacts.actions.reached import (
    check_agreed,
    check_reached,
    check_unverified,
    kinds_held,
    with_speaker,
)
from crm.contacts.actions.records import (
    check_outcome,
    checked_end,
    discussed,
    recorded,
    recorded_before,
)
from crm.contacts.actions.said import Said, with_implied
from crm.contacts.actions.scripted import carry_ticks
from crm.contacts.actions.wishes import check_heard
from crm.contacts.locks import about
from crm.contacts.models import contact, decision
from crm.contacts.outcomes import codes, dropped_codes, outcome_of
from crm.contacts.queries.chain import first_of
from crm.contacts.queries.reserved import has_reservations
from crm.contacts.queries.slips import counted_of, mended
from crm.contacts.rules.records import (
    Counted,
    is_own_slip,
    loosens,
    may_mend_alone,
)
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid, Missing, Stale
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, second_person
from crm.gate.work import Work
from crm.privacy.sealed import Sealed
from crm.words import N_


@dataclass(frozen=True)
class CorrectContact(
    Action, needs=Permission.CORRECT_CONTACT, recorded_as="contacts.contact.corrected"
):
    """Correct a contact record; what is left out stays as it was.

    Stricter binds at once. What gives back a slot needs a second person, save the author's own
    slip within two minutes. Moved to another instant or number it is judged anew, as of then, and
    opens a finding where it turns out unlawful. What was said stays; more can be added. A code
    without an outcome brings its own.
    """

    tells = ("channel", "target", "outcome", "started_at", "mark")
    id: UUID
    outcome: str | None = None
    contact_point_id: UUID | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    discussed_loan_ids: tuple[UUID, ...] | None = None
    note: Sealed | None = None
    emotion: str | None = None
    code: str | None = None
    said: tuple[Said, ...] = ()

    def locks(self, work: Work) -> Filled:
        """Hold person, loans and number."""
        row = work.one(
            select(contact.c.person_id, contact.c.contact_point_id).where(contact.c.id == self.id)
        )
        if row is None:
            raise Missing("contact")
        points = {row.contact_point_id, self.contact_point_id} - {None}
        return about([row.person_id], points)

    def subject(self, work: Work) -> Subject:
        """Find the record; it lies to the actor as its person does."""
        newer = contact.alias("newer")
        whose = (
            person.c.collector_id,
            person.c.team_id,
            person.c.agency_id,
            person.c.erasure_begun_at,
        )
        replaced = select(newer.c.id).where(newer.c.corrects_id == contact.c.id).exists()
        query = (
            select(
                contact,
                *whose,
                contact_point.c.valid_until,
                decision.c.allowed,
                replaced.label("is_replaced"),
            )
            .join(person, person.c.id == contact.c.person_id)
            .outerjoin(contact_point, contact_point.c.id == contact.c.contact_point_id)
            .outerjoin(decision, decision.c.id == contact.c.decision_id)
            .where(contact.c.id == self.id)
        )
        row = work.one(query)
        if row is None or row.erasure_begun_at is not None:
            raise Missing("contact")
        return Subject("contact", self.id, relation_of(work.actor, row), row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person where a slot is given back."""
        assert subject is not None
        row = subject.row
        if row.is_replaced:
            raise Stale("contact")
        new = self._new(work, row)
        work.held = judged_anew(work, row, new)
        if not loosens(counted_of(row), new):
            return ALLOWED
        first = first_of(work, row)
        if is_own_slip(
            first.recorded_by, first.recorded_at, work.actor.id, work.now
        ) and may_mend_alone(mended(work)):
            return ALLOWED
        why = N_("It gives back what the record had used, so a second person must agree.")
        return second_person("contact.loosened", why)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep the new record, under the permit and the mark of the old one."""
        assert subject is not None
        row = subject.row
        new, hearing, code = self._new(work, row), work.held, self._code(row)
        values = {column.name: getattr(row, column.name) for column in contact.c}
        values = work.stored(contact, values) | {
            "corrects_id": self.id,
            "outcome": new.outcome,
            "loan_ids": sorted(new.loan_ids),
            "contact_point_id": new.number,
            "decision_id": hearing.keep(work, "contact") if hearing else row.decision_id,
            "started_at": new.started_at,
            "recorded_at": work.now,
            "recorded_by": work.actor.id,
            "code": code,
        }
        values |= self._told(work, row, new.started_at)
        del values["id"]
        record = record_of(work, row, work.add(contact, **values), new, hearing)
        said = self._said(work, row)
        if heard_by(work, row) != work.actor.id:
            check_heard(said)
        check_unverified(work, record, self.code)
        record = with_speaker(work, record, code, said)
        carry_ticks(work, record.id, row, new.outcome, code)
        anew = has_reservations(work, row.person_id)
        done = recorded(work, record, said, judged_anew=anew)
        found = finding_of(work, row, record.id, hearing)
        return Then(done.result, [*found, *done.actions])

    def _outcome_of_code(self, row: Any) -> str | None:
        """Return what the code stands for in such a contact; None where none is told."""
        if self.code is None or self.code not in codes():
            return None
        return outcome_of(self.code, row.channel, inbound=row.direction == "inbound")

    def _code(self, row: Any) -> str | None:
        """Return the code that the record has from now on: another outcome ends the earlier one."""
        same = self.code is None and self.outcome in (None, row.outcome)
        return row.code if same else self.code

    def _said(self, work: Work, row: Any) -> tuple[Said, ...]:
        """Return what is said anew; what the code says may stand in the contact already."""
        return with_implied(self.code, self.said, kinds_held(work, row)) if self.code else self.said

    def _told(self, work: Work, row: Any, started_at: datetime) -> dict[str, Any]:
        """Return what else is told anew: its end, the note and the emotion."""
        told: dict[str, Any] = {}
        if self.ended_at is not None or self.started_at is not None:
            ended_at = self.ended_at or row.ended_at
            told["ended_at"] = ended_at and checked_end(started_at, ended_at, work.now)
        for name in ("note", "emotion"):
            if getattr(self, name) is not None:
                told[name] = getattr(self, name)
        return told

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the record made before."""
        return recorded_before(work, result_id, self.said)

    def _new(self, work: Work, row: Any) -> Counted:
        """Return what the corrected record counts as; raise Invalid where that cannot be."""
        inbound = row.direction == "inbound"
        outcome = self.outcome or self._outcome_of_code(row) or row.outcome
        check_outcome(row.channel, outcome, self.code, inbound=inbound, said=self._said(work, row))
        if not inbound:
            check_reached(work, row.channel, outcome, row.permit_id)
        check_agreed(work, row, outcome, self._code(row))
        started_at = self.started_at or row.started_at
        if started_at > row.recorded_at:
            raise Invalid({"started_at": [N_("It began before it was recorded.")]})
        if self.started_at is not None and row.permit_id is not None:
            raise Invalid({"started_at": [N_("It began when its permit was started.")]})
        number = self.contact_point_id or row.contact_point_id
        if number != row.contact_point_id and row.permit_id is not None:
            raise Invalid({"contact_point_id": [N_("It was made by the number of its permit.")]})
        loan_ids = discussed(work, row.person_id, self.discussed_loan_ids, row.loan_ids)
        dropped = self._code(row) in dropped_codes()
        return Counted(outcome, frozenset(loan_ids), started_at, number, dropped)
