"""What waits for a second person, and how far long work is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from crm.gate.action import Action, Subject
from crm.gate.approvals import RequestState, approval, in_state
from crm.gate.cursor import sealed as sealed_cursor
from crm.gate.errors import Missing
from crm.gate.jobs import job
from crm.gate.permissions import Permission, approves
from crm.gate.queries.cards import cards
from crm.gate.queries.deciders import undecidable
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import account

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
            .where(in_state(self.state, reader.now), approval.c.action.in_(_decides(reader)))
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
        rows = reader.all(query.order_by(approval.c.id.desc()).limit(PAGE + 1))
        alone = undecidable(reader, rows)
        page = _page(reader, rows, MINE)
        return page | {"items": [one | {"nobody": one["id"] in alone} for one in page["items"]]}


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
    more = [str(rows[PAGE - 1].id)] if len(rows) > PAGE else None
    next_ = sealed_cursor(of, more) if more else None
    return {"items": cards(reader, rows[:PAGE]), "next": next_}


def _decides(reader: Reader) -> list[str]:
    """Return the names of the actions that this role may agree to."""
    role = reader.actor.role
    return [name for name, kind in Action.catalogue.items() if approves(role, kind.needs)]
