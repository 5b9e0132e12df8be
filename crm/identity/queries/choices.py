"""Colleagues and teams to filter a list by: those in one's reach who work at a desk."""

from typing import Any

from sqlalchemy import select

from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import account, team
from crm.identity.queries import colleagues
from crm.identity.roles import Role
from crm.privacy.fields import Retention
from crm.privacy.keyring import keyring
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored

MOST = 200
AT_A_DESK = (Role.COLLECTOR, Role.HARDSHIP_SPECIALIST, Role.FIELD_COLLECTOR, Role.TEAM_LEADER)

Choices = dict[str, list[tuple[Any, Any]]]


def whose(reader: Reader, needs: Permission) -> Choices:
    """Return `colleagues` (id and presented name) and `teams` (id and name), in one statement.

    Those who left are among them, last: what they did stays on the lists. Whoever reaches only
    his own has nothing to choose.
    """
    if reader.reach(needs) in {None, Scope.OWN}:
        return {"colleagues": [], "teams": []}
    query = (
        select(account.c.id, account.c.name, account.c.team_id, team.c.name.label("team"))
        .outerjoin(team, team.c.id == account.c.team_id)
        .where(colleagues(reader, needs), account.c.role.in_(AT_A_DESK))
        .order_by(account.c.active.desc(), account.c.created_at, account.c.id)
        .limit(MOST)
    )
    rows = reader.all(query)
    keyring().prefetch((row.id for row in rows), (Retention.STAFF,))
    looker = Looker(reader.actor.role, Scope.ALL)
    names = [(row.id, stored(account, dict(row._mapping))["name"]) for row in rows]
    teams = {row.team_id: row.team for row in rows if row.team_id}
    return {
        "colleagues": [(account_id, present(name, looker)) for account_id, name in names],
        "teams": sorted(teams.items(), key=lambda found: str(found[1])),
    }
