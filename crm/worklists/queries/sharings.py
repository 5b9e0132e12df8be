"""People that were shared out: how far that is, what became of each, and what can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from crm.gate.action import Subject
from crm.gate.approvals import as_he_stands
from crm.gate.errors import Missing
from crm.gate.jobs import job
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.models import account
from crm.identity.queries import colleagues, names_of
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored
from crm.worklists.models import sharing, sharing_move
from crm.worklists.rules.sharing import UNDO_WITHIN, may_undo

NEEDS = Permission.ASSIGN_PEOPLE
SHOWN = 5  # of those lately


@dataclass(frozen=True)
class OneSharing(Question, needs=NEEDS, recorded_as="worklists.sharing.viewed", once_in=ONE_LOOK):
    """How far people are shared out, and until when that can be undone."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find it; it lies to the actor as whoever asked for it does."""
        return sharing_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it, its work in the background, and how many went to whom."""
        assert subject is not None
        row, standing = subject.row, standing_of(reader, subject)
        staff = {row.asked_by, row.undone_by, *standing["to"]} - {None}
        names = names_of(reader, staff)
        looker = Looker(reader.actor.role, subject.relation)
        return {
            "id": row.id,
            "asked_at": row.asked_at,
            "asked_by": row.asked_by,
            "asker": names.get(row.asked_by),
            "reason": present(stored(sharing, dict(row._mapping))["reason"], looker),
            "people": row.people,
            "undone_at": row.undone_at,
            "undoer": names.get(row.undone_by) if row.undone_by else None,
            **{name: standing[name] for name in ("moved", "returned", "left", "whys", "work")},
            "undo_until": standing["last"] + UNDO_WITHIN if standing["last"] else None,
            "can_undo": bool(may_undo(now=reader.now, **judged(standing))),
            "takers": [
                {"id": one, "name": names.get(one), **counts}
                for one, counts in standing["to"].items()
            ],
        }


@dataclass(frozen=True)
class SharingToDo(Question, needs=Permission.KEEP_HOUSE):
    """What the worker has still to move, or to take back, and in whose name."""

    id: UUID
    back: bool = False

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return who asked, as he stands now, and the moves still to be done, by who gets them."""
        row = reader.one(select(sharing).where(sharing.c.id == self.id))
        if row is None:
            raise Missing("sharing")
        its = sharing_move.c
        open_ = [its.sharing_id == self.id, its.left_because.is_(None), its.returned_at.is_(None)]
        open_.append(its.moved_at.is_not(None) if self.back else its.moved_at.is_(None))
        query = select(its.id).where(*open_).order_by(its.to_collector_id, its.id)
        asker = as_he_stands(reader, row.undone_by if self.back else row.asked_by)
        return {"asker": asker, "moves": [move.id for move in reader.all(query)]}


def sharing_subject(reader: Reader, sharing_id: UUID) -> Subject:
    """Return a sharing out as a subject, or raise Missing."""
    query = (
        select(sharing, account.c.team_id, account.c.agency_id)
        .outerjoin(account, account.c.id == sharing.c.asked_by)
        .where(sharing.c.id == sharing_id)
    )
    row = reader.one(query)
    if row is None:
        raise Missing("sharing")
    relation = reader.actor.relation(row.asked_by, row.team_id, row.agency_id)
    return Subject("sharing", row.id, relation, row.version, row)


def standing_of(reader: Reader, subject: Subject) -> dict[str, Any]:
    """Return how many moved, came back or stayed, and whether work is under way."""
    its, row = sharing_move.c, subject.row
    query: Select[Any] = (
        select(
            its.to_collector_id,
            its.left_because,
            func.count().label("people"),
            func.count(its.moved_at).label("moved"),
            func.count(its.returned_at).label("returned"),
            func.max(its.moved_at).label("last"),
        )
        .where(its.sharing_id == subject.id)
        .group_by(its.to_collector_id, its.left_because)
        .order_by(its.to_collector_id)
    )
    to: dict[UUID, dict[str, int]] = {}
    whys: dict[str, int] = {}
    last = None
    for one in reader.all(query):
        told = to.setdefault(one.to_collector_id, {"people": 0, "moved": 0, "returned": 0})
        for name in told:
            told[name] += getattr(one, name)
        if one.left_because:
            whys[one.left_because] = whys.get(one.left_because, 0) + one.people
        last = max(filter(None, (last, one.last)), default=None)
    sums = {name: sum(t[name] for t in to.values()) for name in ("moved", "returned")}
    kept = _kept(reader, subject.id)
    return {
        **sums,
        "to": to,
        "whys": whys,
        "left": sums["moved"] - sums["returned"] - kept,
        "last": last,
        "work": _work(reader, row.undo_job_id or row.job_id),
    }


def judged(standing: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `may_undo` asks, but for the moment."""
    work = standing["work"]
    running = work is not None and work["ended_at"] is None
    return {"running": running, "left": standing["left"], "last": standing["last"]}


def lately(reader: Reader) -> list[dict[str, Any]]:
    """Return what was shared out last within reach, the newest first."""
    query = (
        select(sharing.c.id, sharing.c.asked_by, sharing.c.asked_at, sharing.c.people)
        .join(account, account.c.id == sharing.c.asked_by)
        .where(colleagues(reader, NEEDS))
        .order_by(sharing.c.id.desc())
        .limit(SHOWN)
    )
    rows = reader.all(query)
    names = names_of(reader, {row.asked_by for row in rows})
    return [dict(row._mapping) | {"asker": names.get(row.asked_by)} for row in rows]


def _kept(reader: Reader, sharing_id: UUID) -> int:
    """Return how many were moved and could not be taken back."""
    its = sharing_move.c
    query = select(func.count()).where(
        its.sharing_id == sharing_id, its.moved_at.is_not(None), its.left_because.is_not(None)
    )
    return int(reader.scalar(query))


def _work(reader: Reader, job_id: UUID) -> dict[str, Any] | None:
    row = reader.one(
        select(job.c.id, job.c.state, job.c.progress, job.c.ended_at, job.c.fault,
               job.c.cancel_asked_at).where(job.c.id == job_id)
    )  # fmt: skip
    return dict(row._mapping) if row is not None else None
