"""What is asked about people who work here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import TABLE, Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor, Scope
from crm.identity.lookup import IDLE
from crm.identity.models import account, agency, api_token, session, team
from crm.identity.roles import ASSIGNABLE, LABELS
from crm.privacy.index import blind, normal_email
from crm.privacy.openers import Looker, Presented, present, reopen
from crm.privacy.rows import stored
from crm.storage.database import database


def names_of(reader: Reader, ids: set[UUID]) -> dict[UUID, Presented | None]:
    """Return staff names by account id, as the reader's actor may see them."""
    if not ids:
        return {}
    rows = reader.all(select(account.c.id, account.c.name).where(account.c.id.in_(ids)))
    looker = Looker(reader.actor.role, Scope.ALL)
    return {row.id: present(_stored(row._mapping)["name"], looker) for row in rows}  # noqa: SLF001


@dataclass(frozen=True)
class Staff(Question, needs=Permission.READ_STAFF, recorded_as="identity.staff.listed"):
    """Who works here, in which team and role."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the accounts in the actor's reach, with teams and agencies to choose from."""
        query = select(account).order_by(account.c.active.desc(), account.c.created_at)
        if reader.reach(Permission.READ_STAFF) is not Scope.ALL:
            query = query.where(account.c.team_id == reader.actor.team_id)
        items = [_shown(reader.actor, row._mapping) for row in reader.all(query)]  # noqa: SLF001
        return {
            "items": items,
            "teams": [dict(row._mapping) for row in reader.all(select(team))],  # noqa: SLF001
            "agencies": [dict(row._mapping) for row in reader.all(select(agency))],  # noqa: SLF001
            "roles": [(str(role), LABELS[role]) for role in ASSIGNABLE],
        }


@dataclass(frozen=True)
class OneAccount(Question, needs=Permission.READ_STAFF, recorded_as="identity.account.viewed"):
    """One account."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it, with what can be chosen for it."""
        row = reader.one(select(account).where(account.c.id == self.id))
        if row is None:
            raise Missing("account")
        shown = _shown(reader.actor, row._mapping)  # noqa: SLF001
        shown["teams"] = [dict(r._mapping) for r in reader.all(select(team))]  # noqa: SLF001
        shown["roles"] = [(str(role), LABELS[role]) for role in ASSIGNABLE]
        return shown


@dataclass(frozen=True)
class Sessions(Question, needs=Permission.READ_SESSIONS):
    """Who is signed in now."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return open sessions, the latest first."""
        query = (
            select(session, account.c.name)
            .join(account, account.c.id == session.c.account_id)
            .where(
                session.c.ended_at.is_(None),
                session.c.expires_at > reader.now,
                session.c.last_seen_at > reader.now - IDLE,
            )
            .order_by(session.c.last_seen_at.desc())
            .limit(500)
        )
        looker = Looker(reader.actor.role, Scope.ALL)
        items = []
        for row in reader.all(query):
            values = dict(row._mapping)  # noqa: SLF001
            named = _stored({"id": row.account_id, "name": row.name})
            values |= {"id": row.id.hex(), "name": present(named["name"], looker)}
            values["mine"] = row.id == reader.actor.session_id
            items.append(values)
        return {"items": items}


@dataclass(frozen=True)
class Roles(Question, needs=Permission.READ_ROLES):
    """What each role may do."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the permission table."""
        table = {
            str(role): {str(permission): str(scope) for permission, scope in TABLE[role].items()}
            for role in ASSIGNABLE
        }
        return {
            "roles": table,
            "permissions": [str(permission) for permission in Permission],
            "labels": {str(role): LABELS[role] for role in ASSIGNABLE},
        }


@dataclass(frozen=True)
class Me(Question, needs=Permission.MANAGE_SELF):
    """One's own account."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return oneself, in clear, with one's tokens."""
        row = reader.one(select(account).where(account.c.id == reader.actor.id))
        if row is None:
            raise Missing("account")
        tokens = select(api_token).where(
            api_token.c.account_id == row.id,
            api_token.c.ended_at.is_(None),
            api_token.c.expires_at > reader.now,
        )
        values = _shown(reader.actor, row._mapping, own=True)  # noqa: SLF001
        values["tokens"] = [dict(r._mapping) for r in reader.all(tokens)]  # noqa: SLF001
        return values


def account_to_sign_in(email: str) -> tuple[UUID, str | None] | None:
    """Return id and password hash of the active account with this e-mail, for signing in."""
    index = blind("account.email", 128, normal_email(email))
    query = select(account.c.id, account.c.password_hash).where(
        account.c.email_index == index, account.c.active
    )
    with database().glance() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    hash_ = _stored(row._mapping)["password_hash"]  # noqa: SLF001
    return row.id, reopen(hash_) if hash_ is not None else None


def _stored(row: Mapping[str, Any]) -> dict[str, Any]:
    return stored(account, row)


def _shown(actor: Actor, row: Mapping[str, Any], *, own: bool = False) -> dict[str, Any]:
    values = _stored(row)
    looker = Looker("admin" if own else actor.role, Scope.ALL)
    for name in ("password_hash", "totp_secret", "email_index"):
        values.pop(name)
    for name in ("name", "email"):
        values[name] = present(values[name], looker)
    return values
