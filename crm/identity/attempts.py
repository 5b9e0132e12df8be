"""Slowing down guessing: failures are counted in the database, per account and per address."""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.identity.models import sign_in_attempt
from crm.privacy.keyring import keyring
from crm.storage.bookkeeping import bookkeep
from crm.storage.database import database

WINDOW = timedelta(minutes=15)
MOST = {"account": 5, "address": 30}


def key(kind: str, value: str) -> bytes:
    """Return under which keyed digest failures of an account or address are counted."""
    text = f"{kind}\n{value}".encode()
    return hmac.digest(keyring().instance_key(), text, hashlib.sha256)


def locked_until(email: str, address: str) -> datetime | None:
    """Return until when this account or address must wait, or None."""
    now = clock.now()
    keys = [key("account", email), key("address", address)]
    query = select(sign_in_attempt.c.locked_until).where(
        sign_in_attempt.c.id.in_(keys), sign_in_attempt.c.locked_until > now
    )
    with database().glance() as connection:
        return max(connection.execute(query).scalars(), default=None)


def count_failure(email: str, address: str) -> None:
    """Count one failure against both, and lock what has had too many in a quarter of an hour."""
    for kind, value in (("account", email), ("address", address)):
        _count(key(kind, value), MOST[kind])


def forgive(email: str) -> None:
    """Forget an account's failures, once it has signed in."""
    bookkeep(delete(sign_in_attempt).where(sign_in_attempt.c.id == key("account", email)))


def _count(id_: bytes, most: int) -> None:
    now = clock.now()
    with database().glance() as connection:
        row = connection.execute(
            select(sign_in_attempt).where(sign_in_attempt.c.id == id_)
        ).one_or_none()
    fresh = row is None or row.since < now - WINDOW
    failures = 1 if row is None or fresh else row.failures + 1
    values = {
        "failures": failures,
        "since": now if row is None or fresh else row.since,
        "locked_until": now + WINDOW if failures >= most else None,
    }
    kind = sqlite.insert if database().is_sqlite else postgresql.insert
    statement = kind(sign_in_attempt).values(id=id_, **values)
    bookkeep(statement.on_conflict_do_update(index_elements=["id"], set_=values))
