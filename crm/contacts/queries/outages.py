"""Outages: which last, what came of each, and what is still to be caught up with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from crm import clock
from crm.borrowers.models import person
from crm.borrowers.queries.subjects import within
from crm.contacts.models import contact, decision, finding, outage, permit
from crm.contacts.queries.permits import WHOSE
from crm.contacts.rules.outages import LONGEST, covers, covers_until
from crm.contacts.rules.records import Mark
from crm.gate.action import Subject
from crm.gate.approvals import LASTS, RequestState, approval
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor, Scope
from crm.identity.models import account, team
from crm.identity.queries import names_of
from crm.storage.database import database

SHOWN = 50
MOST = 200  # of the contacts made meanwhile, on its page
DECLARED = "contacts.outage.declared"


class _Holder:
    """Those that nobody has ended, as this process knows them."""

    lasting: tuple[Any, ...] = ()


def look_again() -> None:
    """Read which outages last; the generation has every process do so when that changes."""
    with database().glance() as connection:
        rows = connection.execute(
            select(outage.c.id, outage.c.began_at, outage.c.team_id).where(
                outage.c.ended_at.is_(None)
            )
        ).all()
    _Holder.lasting = tuple(rows)


def lasting(actor: Actor) -> list[Any]:
    """Return the outages that last for this actor; no statement."""
    now = clock.now()
    return [
        row
        for row in _Holder.lasting
        if covers(row.began_at, None, now) and row.team_id in (None, actor.team_id)
    ]


def is_covered(reader: Reader, at: datetime) -> bool:
    """Tell whether an outage of the actor's team, or of the house, covers that instant."""
    its = outage.c
    query = select(its.id).where(
        its.began_at <= at,
        or_(its.ended_at > at, and_(its.ended_at.is_(None), its.began_at > at - LONGEST)),
        or_(its.team_id.is_(None), its.team_id == reader.actor.team_id),
    )
    return reader.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class Outages(Question, needs=Permission.READ_OUTAGES):
    """The outages that were declared, the newest first, and those that wait for agreement."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return them with the teams for which one can be declared."""
        rows = reader.all(_rows().order_by(outage.c.began_at.desc()).limit(SHOWN))
        waiting = select(func.count()).where(
            approval.c.action == DECLARED,
            approval.c.state == RequestState.WAITING,
            approval.c.requested_at >= reader.now - LASTS,
        )
        teams = reader.all(select(team.c.id, team.c.name).order_by(team.c.name))
        return {
            "items": _told(reader, rows),
            "waiting": reader.scalar(waiting),
            "teams": [(row.id, row.name) for row in teams],
            "now": reader.now,
        }


@dataclass(frozen=True)
class OneOutage(Question, needs=Permission.READ_OUTAGES, recorded_as="contacts.outage.viewed"):
    """One outage, and what came of it: contacts made meanwhile, findings, permits all the same."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find it."""
        row = reader.one(_rows().where(outage.c.id == self.id))
        if row is None:
            raise Missing("outage")
        return Subject("outage", row.id, row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it with figures, and those of the contacts that the reader may see."""
        assert subject is not None
        row = subject.row
        records = reader.all(_records(row).order_by(contact.c.started_at, contact.c.id))
        seen = within(reader, Permission.READ_CONTACTS)
        mine = reader.all(
            _records(row).where(seen).order_by(contact.c.started_at, contact.c.id).limit(MOST)
        )
        permits = select(func.count(permit.c.id)).where(
            permit.c.reserved_at >= row.began_at,
            permit.c.reserved_at < covers_until(row.began_at, row.ended_at),
            *_of_team(row, permit.c.reserved_by),
        )
        names = names_of(reader, {record.recorded_by for record in mine})
        return _told(reader, [row])[0] | {
            "counts": {
                "contacts": len(records),
                "unlawful": sum(not record.allowed for record in records),
                "open_findings": sum(record.is_open for record in records),
                "permits": reader.scalar(permits),
            },
            "items": [
                dict(record._mapping) | {"by": names.get(record.recorded_by)} for record in mine
            ],
            "overlapping": _told(reader, reader.all(_overlapping(row))),
            "zone": reader.actor.zone,
        }


@dataclass(frozen=True)
class ToCatchUp(Question, needs=Permission.LOG_UNPERMITTED):
    """The form into which calls on paper are entered, and what the reader entered so far."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the outage."""
        row = reader.one(_rows().where(outage.c.id == self.id))
        if row is None:
            raise Missing("outage")
        return Subject("outage", row.id, Scope.OWN, row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the outage and the contacts of his that it explains, the last entered first."""
        assert subject is not None
        row = subject.row
        mine = _records(row).where(contact.c.recorded_by == reader.actor.id)
        entered = reader.all(mine.order_by(contact.c.recorded_at.desc(), contact.c.id).limit(MOST))
        return _told(reader, [row])[0] | {
            "items": [dict(one._mapping) for one in entered],
            "day": row.began_at.astimezone(ZoneInfo(reader.actor.zone)).date(),
            "zone": reader.actor.zone,
        }


def _rows() -> Select[Any]:
    return select(outage, team.c.name.label("team")).outerjoin(team, team.c.id == outage.c.team_id)


def _told(reader: Reader, rows: Sequence[Any]) -> list[dict[str, Any]]:
    names = names_of(reader, {row.declared_by for row in rows})
    return [
        dict(row._mapping)
        | {
            "by": names.get(row.declared_by),
            "lasts": row.ended_at is None and covers(row.began_at, None, reader.now),
            "covers_until": covers_until(row.began_at, row.ended_at),
        }
        for row in rows
    ]


def _records(row: Any) -> Select[Any]:
    """Return the select of the newest records of contacts that this outage explains."""
    newer = contact.alias("newer")
    opened = select(finding.c.id).where(
        finding.c.contact_id == contact.c.id, finding.c.closed_at.is_(None)
    )
    columns = ("id", "person_id", "channel", "outcome", "code", "started_at", "recorded_by")
    return (
        select(
            *(contact.c[name] for name in columns),
            *WHOSE,
            decision.c.allowed,
            decision.c.rule,
            opened.exists().label("is_open"),
        )
        .join(person, person.c.id == contact.c.person_id)
        .outerjoin(decision, decision.c.id == contact.c.decision_id)
        .where(
            contact.c.mark == Mark.OUTAGE,
            contact.c.started_at >= row.began_at,
            contact.c.started_at < covers_until(row.began_at, row.ended_at),
            ~select(newer.c.id).where(newer.c.corrects_id == contact.c.id).exists(),
            *_of_team(row, contact.c.recorded_by),
        )
    )


def _of_team(row: Any, column: Any) -> list[ColumnElement[bool]]:
    if row.team_id is None:
        return []
    return [column.in_(select(account.c.id).where(account.c.team_id == row.team_id))]


def _overlapping(row: Any) -> Select[Any]:
    its = outage.c
    ends = covers_until(row.began_at, row.ended_at)
    return (
        _rows()
        .where(
            its.id != row.id,
            its.began_at < ends,
            or_(
                its.ended_at > row.began_at,
                and_(its.ended_at.is_(None), its.began_at > row.began_at - LONGEST),
            ),
        )
        .order_by(its.began_at)
    )
