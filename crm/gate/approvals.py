"""Requests that wait for a second person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, select

from crm.gate.action import Action, Subject
from crm.gate.document import from_document, to_document
from crm.gate.errors import Missing, Stale
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.actor import Actor, Scope
from crm.identity.models import account
from crm.identity.roles import Role
from crm.privacy.fields import impersonal, sealed
from crm.privacy.masks import Mask
from crm.privacy.openers import reopen
from crm.privacy.fields import Retention
from crm.privacy.sealed import Sealed
from crm.storage.tables import recorded
from crm.storage.types import Id, Moment


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


approval = recorded(
    "approval",
    impersonal("id", Id, primary_key=True),
    impersonal("action", String(80), nullable=False),
    impersonal("action_version", Integer, nullable=False),
    sealed(
        "document",
        field="approval.document",
        mask=Mask.HIDDEN,
        retention=Retention.STAFF,
        label="Request",
        pad=256,
    ),
    impersonal("rule", String(80), nullable=False),
    impersonal("requested_by", Id, nullable=False, index=True),
    impersonal("requested_at", Moment, nullable=False),
    impersonal("subject_type", String(40)),
    impersonal("subject_id", Id),
    impersonal("subject_relation", String(10), nullable=False),
    impersonal("subject_version", Integer),
    impersonal("state", String(20), nullable=False, index=True),
    impersonal("decided_by", Id),
    impersonal("decided_at", Moment),
    impersonal("version", Integer, nullable=False, default=1),
    person="requested_by",
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a second person has just agreed to, and who had asked."""

    action: Action
    requester: Actor
    request_id: UUID


def ask_second_person(
    work: Work, action: Action, subject: Subject | None, verdict: Verdict
) -> UUID:
    """Keep the action, sealed, until someone else decides; return the request's id."""
    return work.add(
        approval,
        action=action.recorded_as,
        action_version=action.version,
        document=Sealed.fresh(to_document(action)),
        rule=verdict.rule,
        requested_by=work.actor.id,
        requested_at=work.now,
        subject_type=subject.type if subject else None,
        subject_id=subject.id if subject else None,
        subject_relation=subject.relation if subject else Scope.ALL,
        subject_version=subject.version if subject else None,
        state=RequestState.WAITING,
        version=1,
    )


def agreement(work: Work, request_id: UUID) -> Agreement:
    """Bring a waiting request back as an action; raise Missing or Stale where it cannot be."""
    row = work.one(select(approval).where(approval.c.id == request_id))
    if row is None:
        raise Missing("approval")
    kind = Action.catalogue.get(row.action)
    if row.state != RequestState.WAITING or kind is None or kind.version != row.action_version:
        raise Stale("approval")
    text = reopen(work.stored(approval, row)["document"])
    return Agreement(from_document(kind, text), _requester(work, row.requested_by), request_id)


def _requester(work: Work, account_id: UUID) -> Actor:
    """Return who asked, with the role held now: a role lost meanwhile no longer counts."""
    row: Any = work.one(select(account).where(account.c.id == account_id, account.c.active))
    if row is None:
        raise Stale("approval")
    return Actor(
        id=row.id, role=Role(row.role), team_id=row.team_id, agency_id=row.agency_id
    )
