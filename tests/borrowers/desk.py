"""A small house to try things in: two teams, their collectors, a leader, and whom they have."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from crm.audit.models import audit_entry
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.factories import make_account, make_person, make_team


@dataclass(frozen=True)
class Desk:
    """Two teams: Ann and Ben with their leader here, Cai elsewhere."""

    team: UUID
    ann: Actor
    ben: Actor
    leader: Actor
    supervisor: Actor
    cai: Actor
    anns: UUID
    bens: UUID
    cais: UUID


def open_desk(agency_id: UUID | None = None) -> Desk:
    """Make the two teams and a person for each collector."""
    here, there = make_team("Team A", agency_id=agency_id), make_team("Team B")
    ann = make_account(team_id=here, agency_id=agency_id)
    ben = make_account(team_id=here, agency_id=agency_id)
    cai = make_account(team_id=there)
    return Desk(
        team=here,
        ann=ann,
        ben=ben,
        leader=make_account(Role.TEAM_LEADER, team_id=here, agency_id=agency_id),
        supervisor=make_account(Role.SUPERVISOR, team_id=here, agency_id=agency_id),
        cai=cai,
        anns=make_person("Chen Jing", ann),
        bens=make_person("Wang Fang", ben),
        cais=make_person("Li Na", cai),
    )


def text(value: str) -> Sealed:
    """Seal text, as a schema does."""
    return Sealed.fresh(value)


def rows(table: Table, **where: Any) -> list[Any]:
    """Return the rows of a table, oldest first."""
    query = select(table).order_by(table.c.id)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    with database().read() as connection:
        return list(connection.execute(query).all())


def one(table: Table, **where: Any) -> Any:
    """Return the only such row."""
    (found,) = rows(table, **where)
    return found


def entries(action: str, outcome: str | None = None) -> list[Any]:
    """Return the ledger's entries of an action."""
    found = rows(audit_entry, action=action)
    return [row for row in found if outcome is None or row.outcome == outcome]


def do(action: Any, actor: Actor) -> Any:
    """Perform an action and return its result."""
    return perform(action, actor).result
