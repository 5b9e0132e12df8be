"""A permit started: judged again at that instant; from then on it counts and cannot lapse."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from crm.borrowers.queries.subjects import relation_of
from crm.contacts import dialling
from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import Gathered, gather
from crm.contacts.hearing import Hearing, hear
from crm.contacts.locks import held_permit, value_of
from crm.contacts.models import permit_event
from crm.contacts.rules.permits import Permit, is_shown_again, may_start
from crm.gate.action import Action, Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission, reaches
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.words import N_


@dataclass(frozen=True, slots=True)
class Starting:
    """A permit about to be started, and what the books say at this instant."""

    row: Row[Any]
    state: Permit
    hearing: Hearing | None = None
    gone: bool = False  # somebody ended or released it while we waited for the locks


@dataclass(frozen=True)
class StartPermit(Action, needs=Permission.REQUEST_PERMIT, recorded_as="contacts.permit.started"):
    """Start the contact that a permit allows; its holder gets the number for a minute."""

    id: UUID

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Hold all that the permit touches, and read it by the same statement."""
        work.held = held_permit(work, self.id)
        return ()

    def subject(self, work: Work) -> Subject:
        """Judge the contact anew by facts read under the locks."""
        row = work.held
        if row is None or row.erasure_begun_at is not None:
            raise Missing("permit")
        relation, state = relation_of(work.actor, row), state_in(row)
        starting = Starting(row, state)
        within = reaches(work.actor.role, self.needs, relation)
        if within and may_start(state, work.actor.id, work.now):
            approach = approach_of(row, work)
            found = gather(work, [approach])
            starting = _under_locks(row, state, found, approach)
        return Subject("permit", self.id, relation, row=starting)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let the holder start it while it is open and still lawful."""
        assert subject is not None
        starting: Starting = subject.row
        if is_shown_again(starting.state, work.actor.id, work.now, dialling.SHOWN_FOR):
            return ALLOWED
        verdict = may_start(starting.state, work.actor.id, work.now)
        if not verdict or starting.hearing is None:
            return verdict
        if starting.gone:
            return refuse("permit.over", N_("It is over already. Ask for another."))
        return starting.hearing.verdict

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep the start with its decision; give the number, or give it once more."""
        assert subject is not None
        starting: Starting = subject.row
        started_at = starting.state.started_at
        if started_at is not None:
            work.note(shown_again=True)
        else:
            assert starting.hearing is not None
            started_at = work.now
            work.add(
                permit_event,
                permit_id=self.id,
                kind="started",
                at=started_at,
                by=work.actor.id,
                decision_id=starting.hearing.keep(work, "start"),
            )
        until = started_at + dialling.SHOWN_FOR
        dial = dialling.dialler.instruction(value_of(starting.row), until)
        return {"id": self.id, "started_at": started_at, "dial": dial}

    def refused(self, work: Work, subject: Subject | None, verdict: Verdict) -> None:
        """End the permit that the books no longer allow, and keep why."""
        assert subject is not None
        starting: Starting = subject.row
        if starting.hearing is None or starting.gone:
            return
        work.add(
            permit_event,
            permit_id=self.id,
            kind="ended",
            at=work.now,
            by=work.actor.id,
            decision_id=starting.hearing.keep(work, "end"),
            reason=verdict.rule[:80],
        )

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Tell a repeated request when it began, with the number within its minute."""
        row = work.held
        state, until = state_in(row), row.started_at + dialling.SHOWN_FOR
        told = {"id": result_id, "started_at": row.started_at}
        if not is_shown_again(state, work.actor.id, work.now, dialling.SHOWN_FOR):
            return told
        return told | {"dial": dialling.dialler.instruction(value_of(row), until)}


def state_in(row: Row[Any]) -> Permit:
    """Return what became of a permit, of a row of `held_permit` or `permit_now`."""
    return Permit(
        reserved_by=row.reserved_by,
        expires_at=row.expires_at,
        started_at=row.started_at,
        over=row.over,
        is_logged=row.contact_id is not None,
    )


def approach_of(row: Any, work: Work, *, planned: bool = False) -> Approach:
    """Return the contact of a permit as it would be made now, or else when it is planned for."""
    return Approach(
        person_id=row.person_id,
        contact_point_id=row.contact_point_id,
        channel=row.channel,
        loan_ids=tuple(UUID(loan_id) for loan_id in row.loan_ids),
        at=max(row.planned_at, work.now) if planned else work.now,
        extra=row.proposed or {},
        permit_id=row.id,
    )


def _under_locks(row: Row[Any], state: Permit, found: Gathered, approach: Approach) -> Starting:
    """Hear the approach, unless somebody ended or started the permit while we waited."""
    mine = next((past for past in found.past if past.id == approach.permit_id), None)
    if mine is not None and mine.ends_at is None:
        return Starting(row, replace(state, started_at=mine.at))
    return Starting(row, state, hear(found, approach), gone=mine is None)
