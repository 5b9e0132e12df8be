"""Who sends this request? One statement, outside any transaction, before everything else."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select, update

from crm import clock
from crm.gate import generation
from crm.identity.actor import Actor
from crm.identity.models import account, api_token, hold, session
from crm.identity.roles import Role
from crm.privacy.openers import Looker, Presented, present
from crm.privacy.rows import stored_value
from crm.privacy.sealed import Sealed
from crm.storage.bookkeeping import bookkeep
from crm.storage.database import database
from crm.storage.listing import ids_listed, ids_of
from crm.storage.prepared import Prepared

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)

_ACCOUNT = (
    account.c.id,
    account.c.name,
    account.c.role,
    account.c.team_id,
    account.c.agency_id,
    account.c.language,
    account.c.zone,
    account.c.single_keys,
    account.c.must_change_password,
    account.c.totp_confirmed,
)


@dataclass(frozen=True, slots=True)
class Known:
    """Whoever was recognised: the actor, the name to greet, and what still stands in the way."""

    actor: Actor
    sealed_name: Sealed | None
    must_change_password: bool
    needs_code: bool

    @property
    def name(self) -> Presented | None:
        """Return one's own name, which nobody masks from oneself."""
        return present(self.sealed_name, Looker("admin"))


def digest(secret: str) -> bytes:
    """Return what the database keeps of a cookie's or token's secret."""
    return hashlib.sha256(secret.encode()).digest()


def still_good(now: Any) -> ColumnElement[bool]:
    """Return the condition that an account may act: not ended, and not past its day."""
    return and_(account.c.active, or_(account.c.valid_until.is_(None), account.c.valid_until > now))


_NOW: Any = bindparam("now")
_DIGEST: Any = bindparam("digest")
_GENERATION = generation.current.scalar_subquery().label("generation")
# The people whose files he holds now, in one text: most hold none.
_HOLDS = (
    select(ids_listed(hold.c.person_id))
    .where(hold.c.held_by == account.c.id, hold.c.expires_at > _NOW)
    .scalar_subquery()
    .label("holds")
)

# Built once: every request asks one of these two.
_BY_SESSION = Prepared(
    select(
        *_ACCOUNT,
        session.c.created_at,
        session.c.last_seen_at,
        session.c.second_factor,
        _GENERATION,
        _HOLDS,
    )
    .join(session, session.c.account_id == account.c.id)
    .where(
        still_good(_NOW),
        session.c.id == _DIGEST,
        session.c.ended_at.is_(None),
        session.c.expires_at > _NOW,
        session.c.last_seen_at > bindparam("idle"),
    )
)

_BY_TOKEN = Prepared(
    select(*_ACCOUNT, _GENERATION, _HOLDS)
    .join(api_token, api_token.c.account_id == account.c.id)
    .where(
        still_good(_NOW),
        api_token.c.digest == _DIGEST,
        api_token.c.ended_at.is_(None),
        api_token.c.expires_at > _NOW,
    )
)


def by_session(secret: str, request_id: str) -> Known | None:
    """Recognise the holder of a session cookie, or None."""
    now, key = clock.now(), digest(secret)
    row = _one(_BY_SESSION, {"now": now, "digest": key, "idle": now - IDLE})
    if row is None:
        return None
    generation.notice(row.generation)
    if now - row.last_seen_at > SEEN_EVERY:
        bookkeep(update(session).where(session.c.id == key).values(last_seen_at=now))
    actor = _actor(row, request_id, session_id=key, signed_in_at=row.created_at)
    needs_code = row.totp_confirmed and not row.second_factor
    return Known(actor, _name(row), row.must_change_password, needs_code)


def by_token(secret: str, request_id: str) -> Known | None:
    """Recognise the holder of an API token, or None."""
    row = _one(_BY_TOKEN, {"now": clock.now(), "digest": digest(secret)})
    if row is None:
        return None
    generation.notice(row.generation)
    return Known(_actor(row, request_id, by_token=True), _name(row), False, False)


def _one(query: Prepared, values: dict[str, Any]) -> Any:
    with database().glance() as connection:
        return query.one(connection, values)


def _actor(row: Any, request_id: str, **rest: Any) -> Actor:
    return Actor(
        id=row.id,
        role=Role(row.role),
        team_id=row.team_id,
        agency_id=row.agency_id,
        language=row.language,
        zone=row.zone,
        single_keys=row.single_keys is not False,
        request_id=request_id,
        holds=ids_of(row.holds),
        **rest,
    )


def _name(row: Any) -> Sealed | None:
    return stored_value(account, "name", row.name, row.id, row.id)
