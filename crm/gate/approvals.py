"""Requests that wait for a second person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, String, and_, or_, select

from crm.gate.action import Action, Subject
from crm.gate.document import from_document, to_document
from crm.gate.errors import Refusal, Stale
from crm.gate.permissions import scope_of
from crm.gate.reader import Reader
from crm.gate.verdict import Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor, Scope
from crm.identity.models import account
from crm.identity.roles import Role
from crm.privacy.fields import Retention, impersonal, sealed
from crm.privacy.masks import Mask
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.storage.tables import recorded
from crm.storage.types import Id, Moment
from crm.words import N_

LASTS = timedelta(days=7)  # a request nobody answered by then must be made again


class RequestState(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    STALE = "stale"  # what was asked for can no longer be agreed to: it must be asked anew


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
    sealed(
        "decided_because",
        field="approval.decided_because",
        mask=Mask.NOTE,
        retention=Retention.STAFF,
        label="Reason of the decision",
        pad=128,
    ),
    impersonal("version", Integer, nullable=False, default=1),
    person="requested_by",
)


def in_state(state: str, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a request stands so now.

    One that waited longer than it lasts has become stale, whether anybody touched it or not.
    """
    its, begins = approval.c, now - LASTS
    if state == RequestState.WAITING:
        return and_(its.state == state, its.requested_at >= begins)
    if state == RequestState.STALE:
        expired = and_(its.state == RequestState.WAITING, its.requested_at < begins)
        return or_(its.state == state, expired)
    return its.state == state


def state_now(row: Row[tuple[object, ...]], now: datetime) -> str:
    """Return how a request stands now; the same as `in_state` says of it."""
    expired = row.state == RequestState.WAITING and row.requested_at < now - LASTS
    return RequestState.STALE if expired else row.state


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a second person has just agreed to, who had asked and who agreed."""

    action: Action
    requester: Actor
    approver: Actor
    request: Row[tuple[object, ...]]


def ask_second_person(
    work: Work, action: Action, subject: Subject | None, verdict: Verdict
) -> UUID:
    """Keep the action, sealed, until someone else decides; return the request's id.

    Asked for again by the same person while it waits, it stays one request.
    """
    document = to_document(action)
    waits = _asked_before(work, action, subject, document)
    if waits is not None:
        return waits
    return work.add(
        approval,
        action=action.recorded_as,
        action_version=action.document_version,
        document=Sealed.fresh(document),
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


def _asked_before(
    work: Work, action: Action, subject: Subject | None, document: str
) -> UUID | None:
    if subject is None:
        return None
    query = select(approval).where(
        approval.c.action == action.recorded_as,
        approval.c.action_version == action.document_version,
        approval.c.requested_by == work.actor.id,
        approval.c.subject_id == subject.id,
        approval.c.subject_version.is_not_distinct_from(subject.version),
        in_state(RequestState.WAITING, work.now),
    )
    for row in work.all(query):
        if reopen(work.stored(approval, row)["document"]) == document:
            found: UUID = row.id
            return found
    return None


def open_request(work: Work, request_id: UUID) -> Row[tuple[object, ...]]:
    """Return a request, which is there, and still waits; raise Stale where it does not."""
    row = work.one(select(approval).where(approval.c.id == request_id))
    assert row is not None, "whoever decides has found it"
    if row.state != RequestState.WAITING:
        raise Stale("approval")
    return row


def agreement(work: Work, request_id: UUID) -> Agreement:
    """Bring a waiting request back as an action of whoever asked.

    Raises Missing, Stale where it is no longer what was asked for, or Refusal where the
    requester may no longer do it.
    """
    row = open_request(work, request_id)
    if row.requested_at < work.now - LASTS:
        raise Stale("approval")
    kind = Action.catalogue.get(row.action)
    requester = as_he_stands(work, row.requested_by)
    if kind is None or kind.document_version != row.action_version or requester is None:
        raise Stale("approval")
    if scope_of(requester.role, kind.needs) is None:
        raise Refusal(refuse("approval.requester", N_("Whoever asked may no longer do this.")))
    text = reopen(work.stored(approval, row)["document"])
    return Agreement(from_document(kind, text), requester, work.actor, row)


def unchanged(work: Work, action: Action, subject: Subject | None) -> None:
    """Raise Stale where what was agreed to is no longer about what it was asked for."""
    agreed = work.agreed
    if agreed is None or action is not agreed.action:
        return
    now = (subject.id, subject.version) if subject else (None, None)
    if now != (agreed.request.subject_id, agreed.request.subject_version):
        raise Stale("approval")


def as_he_stands(work: Reader, account_id: UUID) -> Actor | None:
    """Return who asked, as he stands now: a role lost meanwhile no longer counts."""
    valid = or_(account.c.valid_until.is_(None), account.c.valid_until > work.now)
    row = work.one(select(account).where(account.c.id == account_id, account.c.active, valid))
    if row is None:
        return None
    return Actor(
        id=row.id,
        role=Role(row.role),
        team_id=row.team_id,
        agency_id=row.agency_id,
        language=row.language,
        zone=row.zone,
        request_id=work.actor.request_id,
    )
