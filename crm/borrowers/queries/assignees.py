"""To whom people can be given."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.rules.assignment import DESK
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import account
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored


def assignees(reader: Reader) -> list[tuple[UUID, Any]]:
    """Return to whom this actor may give people: desk accounts of his own area, by name."""
    reach = reader.reach(Permission.ASSIGN_PEOPLE)
    if reach is None:
        return []
    query = select(account.c.id, account.c.name).where(account.c.active, account.c.role.in_(DESK))
    if reach is Scope.TEAM:
        query = query.where(account.c.team_id == reader.actor.team_id)
    elif reach is Scope.AGENCY:
        query = query.where(account.c.agency_id == reader.actor.agency_id)
    looker = Looker(reader.actor.role, Scope.ALL)
    rows = reader.all(query.order_by(account.c.created_at).limit(200))
    names = [(row.id, stored(account, dict(row._mapping))["name"]) for row in rows]
    return [(row_id, present(name, looker)) for row_id, name in names]
