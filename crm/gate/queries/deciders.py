"""Whether anybody is there who may decide what one asked for: a request may wait for nobody."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, or_, select

from crm.gate.action import Action
from crm.gate.approvals import RequestState, state_now
from crm.gate.permissions import APPROVES, Permission, approves, reaches
from crm.gate.reader import Reader
from crm.identity.actor import Actor, Scope, widest
from crm.identity.models import account
from crm.identity.roles import Role


def undecidable(reader: Reader, rows: Sequence[Row[Any]]) -> set[Any]:
    """Return the ids of one's own waiting requests that no other account may decide now."""
    waiting = [row for row in rows if state_now(row, reader.now) == RequestState.WAITING]
    if not waiting:
        return set()
    its = account.c
    query = select(its.id, its.role, its.team_id, its.agency_id).where(
        its.id != reader.actor.id,
        its.active,
        or_(its.valid_until.is_(None), its.valid_until > reader.now),
        its.role.in_(sorted(APPROVES)),
    )
    others = [
        Actor(id=row.id, role=Role(row.role), team_id=row.team_id, agency_id=row.agency_id)
        for row in reader.all(query)
    ]
    return {row.id for row in waiting if not _has_one(reader.actor, others, row)}


def _has_one(asked_by: Actor, others: Collection[Actor], row: Row[Any]) -> bool:
    kind = Action.catalogue.get(row.action)
    return kind is not None and any(
        approves(one.role, kind.needs)
        and reaches(one.role, Permission.APPROVE, _relation(one, asked_by, row))
        for one in others
    )


def _relation(one: Actor, asked_by: Actor, row: Row[Any]) -> Scope:
    beside = one.relation(None, asked_by.team_id, asked_by.agency_id)
    return widest(beside, Scope(row.subject_relation))
