"""What is asked about people who work here."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Table, bindparam, select, true

from crm import clock
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import TABLE, Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor, Scope
from crm.identity.lookup import IDLE, still_good
from crm.identity.models import account, agency, api_token, session, team
from crm.identity.roles import ASSIGNABLE, LABELS
from crm.privacy.fields import Retention
from crm.privacy.index import blind, normal_email
from crm.privacy.keyring import keyring
from crm.privacy.openers import Looker, Presented, present, reopen
from crm.privacy.rows import stored
from crm.storage.database import database
from crm.storage.prepared import Prepared

_NAMES = Prepared(
    select(account.c.id, account.c.name).where(account.c.id.in_(bindparam("ids", expanding=True)))
)


def names_of(reader: Reader, ids: set[UUID]) -> dict[UUID, Presented | None]:
    """Return staff names by account id, as the reader's actor may see them."""
    if not ids:
        return {}
    rows = reader.all(_NAMES, {"ids": sorted(ids)})
    looker = Looker(reader.actor.role, Scope.ALL)
    keyring().prefetch((row.id for row in rows), (Retention.STAFF,))
    return {row.id: present(stored(account, dict(row._mapping))["name"], looker) for row in rows}


def relation_to(reader: Reader, account_id: UUID) -> Scope:
    """Return how somebody who works here lies to the actor: himself, of his team, his agency."""
    query = select(account.c.team_id, account.c.agency_id).where(account.c.id == account_id)
    row = reader.one(query)
    return reader.actor.relation(account_id, *row) if row is not None else Scope.ALL


@dataclass(frozen=True)
class Staff(Question, needs=Permission.READ_STAFF, recorded_as="identity.staff.listed"):
    """Who works here, in which team and role."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the accounts in the actor's reach, with teams and agencies to choose from."""
        query = select(account).order_by(account.c.active.desc(), account.c.created_at)
        rows = reader.all(query.where(colleagues(reader, self.needs)))
        keyring().prefetch((row.id for row in rows), (Retention.STAFF,))
        return {
            "items": [_shown(reader.actor, row) for row in rows],
            "teams": _plain(reader, team),
            "agencies": _plain(reader, agency),
            "roles": [(str(role), LABELS[role]) for role in ASSIGNABLE],
        }


@dataclass(frozen=True)
class OneAccount(Question, needs=Permission.READ_STAFF, recorded_as="identity.account.viewed"):
    """One account."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find it; another team's is not there for a leader."""
        row = reader.one(select(account).where(account.c.id == self.id))
        if row is None:
            raise Missing("account")
        relation = reader.actor.relation(row.id, row.team_id, row.agency_id)
        return Subject("account", row.id, relation, row.version, row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it, with what can be chosen for it."""
        assert subject is not None
        shown = _shown(reader.actor, subject.row)
        shown["teams"] = _plain(reader, team)
        shown["agencies"] = _plain(reader, agency)
        shown["roles"] = [(str(role), LABELS[role]) for role in ASSIGNABLE]
        return shown


@dataclass(frozen=True)
class Teams(Question, needs=Permission.READ_STAFF):
    """The teams people work in."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return all of them."""
        return {"items": _plain(reader, team)}


@dataclass(frozen=True)
class Agencies(Question, needs=Permission.READ_STAFF):
    """The agencies that work for this house."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return all of them."""
        return {"items": _plain(reader, agency)}


@dataclass(frozen=True)
class Sessions(Question, needs=Permission.READ_SESSIONS, recorded_as="identity.sessions.listed"):
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
            values = dict(row._mapping)
            named = stored(account, {"id": row.account_id, "name": row.name})
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
        more = {"tokens": _tokens(reader), "single_keys": reader.actor.single_keys}
        return _shown(reader.actor, row, own=True) | more


@dataclass(frozen=True)
class MyTokens(Question, needs=Permission.USE_TOKENS):
    """One's API tokens that are still good."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return label and end of each; the token itself is nowhere."""
        return {"items": _tokens(reader)}


def account_to_sign_in(email: str) -> tuple[UUID, str | None] | None:
    """Return id and password hash of the good account with this e-mail, for signing in."""
    index = blind("account.email", 128, normal_email(email))
    good = still_good(clock.now()) & (account.c.email_index == index)
    with database().glance() as connection:
        row = connection.execute(select(*_TO_SIGN_IN).where(good)).one_or_none()
    if row is None:
        return None
    hash_ = stored(account, dict(row._mapping))["password_hash"]
    return row.id, reopen(hash_) if hash_ is not None else None


_TO_SIGN_IN = (account.c.id, account.c.password_hash)


def _tokens(reader: Reader) -> list[dict[str, Any]]:
    columns = (api_token.c.id, api_token.c.label, api_token.c.created_at, api_token.c.expires_at)
    good = (
        (api_token.c.account_id == reader.actor.id)
        & api_token.c.ended_at.is_(None)
        & (api_token.c.expires_at > reader.now)
    )
    query = select(*columns).where(good).order_by(api_token.c.id)
    return [dict(row._mapping) for row in reader.all(query)]


def colleagues(reader: Reader, needs: Permission) -> ColumnElement[bool]:
    """Return the condition that an account lies in the actor's reach by `needs`, his own too."""
    reach, actor = reader.reach(needs), reader.actor
    if reach is Scope.ALL:
        return true()
    near = account.c.id == actor.id
    if actor.team_id is not None and reach in {Scope.TEAM, Scope.AGENCY}:
        near |= account.c.team_id == actor.team_id
    if actor.agency_id is not None and reach is Scope.AGENCY:
        near |= account.c.agency_id == actor.agency_id
    return near


def _plain(reader: Reader, table: Table) -> list[dict[str, Any]]:
    query = select(table).order_by(table.c.name)
    return [dict(row._mapping) for row in reader.all(query)]


def _shown(actor: Actor, row: Row[Any], *, own: bool = False) -> dict[str, Any]:
    values = stored(account, dict(row._mapping))
    looker = Looker("admin" if own else actor.role, Scope.ALL)
    for name in ("password_hash", "totp_secret", "email_index"):
        values.pop(name)
    for name in ("name", "email"):
        values[name] = present(values[name], looker)
    return values
