"""A second person's answer to a request; and the wish that a job should stop."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import case, literal, select, update

from crm.gate.action import Action, Subject, Then
from crm.gate.approvals import RequestState, agreement, approval, open_request
from crm.gate.errors import Missing, Refusal, Stale
from crm.gate.jobs import JobState, job
from crm.gate.permissions import Permission, approves
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Scope, widest
from crm.identity.models import account
from crm.privacy.sealed import Sealed
from crm.storage.types import Moment
from crm.words import N_

STALE = N_(
    "This has changed since it was asked for, or was asked too long ago. The request is closed, "
    "and whoever asked sees that; it can be asked for anew."
)


def _request(work: Work, request_id: UUID) -> Subject:
    """Find a request; it lies to the approver as its requester and its subject do."""
    query = (
        select(approval, account.c.team_id, account.c.agency_id)
        .outerjoin(account, account.c.id == approval.c.requested_by)
        .where(approval.c.id == request_id)
    )
    row = work.one(query)
    if row is None:
        raise Missing("approval")
    beside = work.actor.relation(None, row.team_id, row.agency_id)
    relation = widest(beside, Scope(row.subject_relation))
    return Subject("approval", row.id, relation, row=row)


def _may_decide(work: Work, subject: Subject | None) -> Verdict:
    """Let decide who may, and nobody what he asked for himself."""
    assert subject is not None
    kind = Action.catalogue.get(subject.row.action)
    if kind is None or not approves(work.actor.role, kind.needs):
        return refuse("permission.approve", N_("Your role may not decide this request."))
    if subject.row.requested_by == work.actor.id:
        return refuse("approval.second_person", N_("Someone other than the requester must decide."))
    return ALLOWED


@dataclass(frozen=True)
class Approve(Action, needs=Permission.APPROVE, recorded_as="gate.request.approved"):
    """Agree to a request; it is judged again, at this moment, before it happens."""

    request_id: UUID
    reason: Sealed | None = None

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let two people decide one after the other."""
        return (self.request_id,)

    def subject(self, work: Work) -> Subject:
        """Find the request."""
        return _request(work, self.request_id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody approve what he asked for himself."""
        return _may_decide(work, subject)

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Mark the request and bring the action along in the same transaction."""
        work.agreed = agreement(work, self.request_id)
        _close(work, self.request_id, RequestState.APPROVED, self.reason)
        return Then({"id": self.request_id}, [work.agreed.action])

    def undone(self, work: Work, no: Refusal | Stale) -> Refusal | Stale:
        """Close a request that can no longer be agreed to, so that whoever asked sees it."""
        work.lock(self.locks(work))
        state = work.scalar(select(approval.c.state).where(approval.c.id == self.request_id))
        if isinstance(no, Refusal) or state != RequestState.WAITING:
            return no
        _close(work, self.request_id, RequestState.STALE)
        return Refusal(refuse("approval.stale", STALE), recorded=True)


@dataclass(frozen=True)
class Decline(Action, needs=Permission.APPROVE, recorded_as="gate.request.declined"):
    """Say no to a request, and why."""

    request_id: UUID
    reason: Sealed

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let two people decide one after the other."""
        return (self.request_id,)

    def subject(self, work: Work) -> Subject:
        """Find the request."""
        return _request(work, self.request_id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody decide what he asked for himself."""
        return _may_decide(work, subject)

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Mark the request."""
        open_request(work, self.request_id)
        _close(work, self.request_id, RequestState.DECLINED, self.reason)
        return {"id": self.request_id}


def _close(work: Work, request_id: UUID, state: RequestState, reason: Sealed | None = None) -> None:
    values: dict[str, Any] = {"state": state, "decided_by": work.actor.id, "decided_at": work.now}
    if reason is not None:  # sealed under the key of whoever asked: it is said to him
        asked = select(approval.c.requested_by).where(approval.c.id == request_id)
        values |= {"decided_because": reason, "requested_by": work.scalar(asked)}
    work.change(approval, request_id, **values)


@dataclass(frozen=True)
class CancelJob(Action, needs=Permission.CANCEL_JOB, recorded_as="gate.job.cancelled"):
    """Have a job stop: at once if it has not begun, else between two of its steps."""

    id: UUID

    def subject(self, work: Work) -> Subject:
        """Find it; who asked for it has it."""
        row = work.one(select(job).where(job.c.id == self.id))
        if row is None:
            raise Missing("job")
        return Subject("job", row.id, work.actor.relation(row.asked_by, None), row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """What has ended cannot be stopped."""
        if subject is not None and subject.row.ended_at is not None:
            return refuse("job.ended", N_("This work has ended already."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Leave the wish where the worker looks for it."""
        waiting = job.c.state == JobState.READY
        work.connection.execute(
            update(job)
            .where(job.c.id == self.id, job.c.ended_at.is_(None))
            .values(
                cancel_asked_at=work.now,
                state=case((waiting, JobState.CANCELLED), else_=job.c.state),
                ended_at=case((waiting, literal(work.now, Moment())), else_=None),
            )
        )
        return {"id": self.id}
