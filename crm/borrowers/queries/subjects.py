"""A person as a subject: found, not erased, and how he lies to the actor."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Table,
    and_,
    bindparam,
    false,
    or_,
    select,
    true,
)

from crm.borrowers.models import person
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.identity.actor import Actor, Scope
from crm.storage.prepared import Prepared
from crm.storage.types import Id

ALIVE = person.c.erasure_begun_at.is_(None)
ANYBODY = true()  # for what outlives its person: a finding is settled even if he was erased
NOBODYS = and_(
    person.c.collector_id.is_(None), person.c.team_id.is_(None), person.c.agency_id.is_(None)
)

_PERSON = Prepared(select(person).where(person.c.id == bindparam("id"), ALIVE))


def person_subject(reader: Reader, person_id: UUID) -> Subject:
    """Return a person as a subject, its row included; one statement.

    Raises Missing where there is none, or where his erasure has begun.
    """
    row = reader.one(_PERSON, {"id": person_id})
    if row is None:
        raise Missing("person")
    return Subject("person", row.id, relation_of(reader.actor, row), row.version, row)


def belonging(
    reader: Reader, table: Table, row_id: UUID, among: ColumnElement[bool] = ALIVE
) -> Subject:
    """Return a row that belongs to a person (a contact point, a circumstance) as a subject.

    Its relation is the person's; raises Missing like `person_subject`, unless `among` says ANYBODY.
    """
    its = person.c
    whose = (its.collector_id, its.team_id, its.agency_id, its.erasure_begun_at)
    query = select(table, *whose).join(person, person.c.id == table.c.person_id)
    row = reader.one(query.where(table.c.id == row_id, among))
    if row is None:
        raise Missing(table.name)
    version = row.version if "version" in table.c else None
    return Subject(table.name, row.id, relation_of(reader.actor, row), version, row)


def owner_of(reader: Reader, table: Table, row_id: UUID) -> tuple[UUID, ...]:
    """Return the id of the person a row belongs to, to be locked; empty where there is none."""
    found = reader.scalar(select(table.c.person_id).where(table.c.id == row_id))
    return (found,) if found is not None else ()


def relation_of(actor: Actor, row: Any) -> Scope:
    """Return how a person's row lies to `actor`."""
    return actor.relation_to_person(row)


def within(
    reader: Reader, needs: Permission, among: ColumnElement[bool] = ALIVE
) -> ColumnElement[bool]:
    """Return the condition that leaves the people whom `needs` reaches for this actor.

    The same people as `Actor.relation_to_person` leaves him, one by one; with ANYBODY the erased
    too.
    """
    actor = reader.actor
    bound = {name: bindparam(name, of, Id, unique=True) for name, of in his(actor).items()}
    reach = reader.reach(needs)
    return reached(reach, hands_out=actor.hands_out, mine=bound, among=among)


_OPEN = {name: bindparam(name, type_=Id) for name in ("him", "his_team", "his_agency")}


def reached(
    reach: Scope | None,
    *,
    hands_out: bool,
    mine: Mapping[str, BindParameter[Any]] = _OPEN,
    among: ColumnElement[bool] = ALIVE,
) -> ColumnElement[bool]:
    """Return the condition of `within`; for any actor unless bound: `his` fills it then.

    Whoever has no team or no agency has nobody by it: nothing equals a parameter that is NULL.
    """
    if reach is Scope.ALL:
        return among
    if reach is None:
        return false()
    ways: list[ColumnElement[bool]] = [person.c.collector_id == mine["him"]]
    if reach in {Scope.TEAM, Scope.AGENCY}:
        ways.append(person.c.team_id == mine["his_team"])
    if reach is Scope.AGENCY:
        ways.append(person.c.agency_id == mine["his_agency"])
    if reach is Scope.TEAM and hands_out:
        ways.append(NOBODYS)
    return and_(among, or_(*ways))


def his(actor: Actor) -> dict[str, UUID | None]:
    """Return the values that `reached` asks for."""
    return {"him": actor.id, "his_team": actor.team_id, "his_agency": actor.agency_id}
