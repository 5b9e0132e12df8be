"""A second person's answer to a request."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Action, Subject, Then
from crm.gate.approvals import RequestState, agreement, approval
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Scope


def _request(work: Work, request_id: UUID) -> Subject:
    row = work.one(select(approval).where(approval.c.id == request_id))
    if row is None:
        raise Missing("approval")
    relation = Scope(row.subject_relation)
    # What was the requester's own lies, for anybody else, in the team or beyond.
    return Subject("approval", row.id, Scope.TEAM if relation is Scope.OWN else relation, row=row)


def _someone_else(work: Work, subject: Subject | None) -> Verdict:
    if subject is not None and subject.row.requested_by == work.actor.id:
        return refuse("approval.second_person", "Someone other than the requester must decide.")
    return ALLOWED


@dataclass(frozen=True)
class Approve(Action, needs=Permission.APPROVE, recorded_as="gate.request.approved"):
    """Agree to a request; it is judged again, at this moment, before it happens."""

    request_id: UUID

    def subject(self, work: Work) -> Subject:
        """Find the request."""
        return _request(work, self.request_id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody approve what he asked for himself."""
        return _someone_else(work, subject)

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Mark the request and bring the action along in the same transaction."""
        agreed = agreement(work, self.request_id)
        _close(work, self.request_id, RequestState.APPROVED)
        work.agreed = agreed
        return Then({"id": self.request_id}, [agreed.action])


@dataclass(frozen=True)
class Decline(Action, needs=Permission.APPROVE, recorded_as="gate.request.declined"):
    """Say no to a request."""

    request_id: UUID

    def subject(self, work: Work) -> Subject:
        """Find the request."""
        return _request(work, self.request_id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody decide what he asked for himself."""
        return _someone_else(work, subject)

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Mark the request."""
        agreement(work, self.request_id)
        _close(work, self.request_id, RequestState.DECLINED)
        return {"id": self.request_id}


def _close(work: Work, request_id: UUID, state: RequestState) -> None:
    work.change(
        approval,
        request_id,
        state=state,
        decided_by=work.actor.id,
        decided_at=work.now,
    )
