"""What waits for a second person, and how far long work is."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from crm.audit.entry import plain
from crm.gate.action import Action, Subject
from crm.gate.approvals import RequestState, approval
from crm.gate.cursor import sealed as sealed_cursor
from crm.gate.document import from_document
from crm.gate.errors import Missing
from crm.gate.jobs import job
from crm.gate.permissions import Permission, approves
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import account
from crm.identity.queries import names_of
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import FACE, Sealed
from crm.storage.tables import metadata

PAGE = 50
LIST = "approvals"
MINE = "own requests"


@dataclass(frozen=True)
class Approvals(Question, needs=Permission.APPROVE, recorded_as="gate.requests.listed"):
    """What was asked for and waits for someone else, the oldest first; or what was decided."""

    state: str = RequestState.WAITING
    after: list[Any] | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page of the requests in the actor's reach, with who asked for what."""
        return _page(reader, reader.all(self._query(reader)), LIST) | {"state": self.state}

    def _query(self, reader: Reader) -> Select[Any]:
        query = (
            select(approval)
            .outerjoin(account, account.c.id == approval.c.requested_by)
            .where(approval.c.state == self.state, approval.c.action.in_(_decides(reader)))
            .order_by(approval.c.id)
            .limit(PAGE + 1)
        )
        if self.after:
            query = query.where(approval.c.id > UUID(self.after[0]))
        reach, actor = reader.reach(Permission.APPROVE), reader.actor
        within = approval.c.subject_relation.in_
        if reach is Scope.TEAM:
            same = account.c.team_id == actor.team_id
            return query.where(same, account.c.team_id.is_not(None), within(list(Scope)[:2]))
        if reach is Scope.AGENCY:
            same = account.c.agency_id == actor.agency_id
            return query.where(same, account.c.agency_id.is_not(None), within(list(Scope)[:3]))
        return query


@dataclass(frozen=True)
class MyRequests(Question, needs=Permission.MANAGE_SELF, recorded_as="gate.own_requests.listed"):
    """What one has asked for oneself and a second person must agree to, and what came of it."""

    after: list[Any] | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page of one's requests, the newest first."""
        query = select(approval).where(approval.c.requested_by == reader.actor.id)
        if self.after:
            query = query.where(approval.c.id < UUID(self.after[0]))
        return _page(reader, reader.all(query.order_by(approval.c.id.desc()).limit(PAGE + 1)), MINE)


@dataclass(frozen=True)
class OneJob(Question, needs=Permission.READ_JOBS):
    """How far a long piece of work is."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find it; who asked for it has it."""
        row = reader.one(select(job).where(job.c.id == self.id))
        if row is None:
            raise Missing("job")
        return Subject("job", row.id, reader.actor.relation(row.asked_by, None), row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return its state and figures; its arguments stay sealed."""
        assert subject is not None
        row = subject.row
        return {
            "id": row.id,
            "kind": row.kind,
            "state": row.state,
            "progress": row.progress or {},
            "asked_at": row.run_at,
            "ended_at": row.ended_at,
            "cancel_asked": row.cancel_asked_at is not None,
            "fault": row.fault,
            "ended": row.ended_at is not None,
        }


def _page(reader: Reader, rows: Sequence[Row[Any]], of: str) -> dict[str, Any]:
    """Return up to a page of requests as they are shown, and the next one's cursor."""
    people = {row.requested_by for row in rows[:PAGE]}
    names = names_of(reader, people | {row.decided_by for row in rows if row.decided_by})
    files = _files_of(reader, rows[:PAGE])
    items = [
        _shown(reader, row, names) | {"person_id": files.get(row.subject_id)} for row in rows[:PAGE]
    ]
    more = [str(rows[PAGE - 1].id)] if len(rows) > PAGE else None
    return {"items": items, "next": sealed_cursor(of, more) if more else None}


def _decides(reader: Reader) -> list[str]:
    """Return the names of the actions that this role may agree to."""
    role = reader.actor.role
    return [name for name, kind in Action.catalogue.items() if approves(role, kind.needs)]


def _files_of(reader: Reader, rows: Sequence[Row[Any]]) -> dict[UUID, UUID]:
    """Return the person in whose file each subject stands, by the subject's id."""
    found: dict[UUID, UUID] = {}
    for kind in {row.subject_type for row in rows}:
        ids = [row.subject_id for row in rows if row.subject_type == kind]
        table = metadata.tables.get(kind) if kind else None
        if kind == "person":
            found |= dict(zip(ids, ids, strict=True))
        elif table is not None and "person_id" in table.c:
            query = select(table.c.id, table.c.person_id).where(table.c.id.in_(ids))
            found |= {row.id: row.person_id for row in reader.all(query)}
    return found


def _shown(reader: Reader, row: Row[Any], names: dict[UUID, Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "action": row.action,
        "needs": Action.catalogue[row.action].needs if row.action in Action.catalogue else None,
        "rule": row.rule,
        "contents": _contents(row),
        "state": row.state,
        "requested_by": row.requested_by,
        "requester": names.get(row.requested_by),
        "requested_at": row.requested_at,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "decided_by": row.decided_by,
        "decider": names.get(row.decided_by),
        "decided_at": row.decided_at,
        "mine": row.requested_by == reader.actor.id,
    }


def _contents(row: Row[Any]) -> dict[str, Any]:
    """Return what was asked for, so that nobody agrees blindly; personal values stay sealed."""
    kind = Action.catalogue.get(row.action)
    if kind is None or kind.document_version != row.action_version:
        return {}
    try:
        text = reopen(stored(approval, dict(row._mapping))["document"])
    except SealKeyMissing:
        return {}
    action: Any = from_document(kind, text)
    values = {field.name: getattr(action, field.name) for field in fields(action)}
    return {
        name: FACE if isinstance(value, Sealed) else plain(value)
        for name, value in values.items()
        if value is not None and not isinstance(value, Action)
    }
