"""Slowing down guessing: tries are counted in the database, per account and per address.

A try is counted before the password is compared, so that any number of simultaneous guesses
gets no more comparisons than the limit; whoever was right is forgiven.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, delete, literal, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.identity.models import sign_in_attempt as attempt
from crm.privacy.keyring import keyring
from crm.storage.database import database
from crm.storage.types import Moment

WINDOW = timedelta(minutes=15)
MOST = {"account": 5, "password": 5, "code": 5, "address": 30}


def begin(email: str, address: str) -> str | None:
    """Count one try to sign in; return None where it may be compared, else what is locked.

    A locked address counts against no account.
    """
    with database().write() as connection:
        locked = None
        if not counted(connection, "address", address):
            locked = "address"
        elif not counted(connection, "account", email):
            locked = "account"
        connection.commit()
    return locked


def counted(connection: Connection, kind: str, value: str) -> bool:
    """Count one try under `kind`, by one statement; tell whether it may be compared.

    The try that reaches the limit is still compared, and locks what follows it for a quarter of
    an hour. Without a lock the count begins anew a quarter of an hour after its first try.
    """
    tries = connection.execute(_counting(key(kind, value), MOST[kind])).scalar_one()
    return bool(tries <= MOST[kind])


def forget(connection: Connection, kind: str, value: str) -> None:
    """Forget the tries of whoever has shown who he is, and all that are long over."""
    over = attempt.c.since < clock.now() - 2 * WINDOW
    connection.execute(delete(attempt).where(or_(attempt.c.id == key(kind, value), over)))


def forgive(connection: Connection, account_key: bytes, address_key: bytes) -> None:
    """Forget an account's tries, and take back the address's: many people may share one."""
    connection.execute(delete(attempt).where(attempt.c.id == account_key))
    mine = (attempt.c.id == address_key) & (attempt.c.tries > 0)
    locked = case((attempt.c.tries <= MOST["address"], None), else_=attempt.c.locked_until)
    fewer = update(attempt).where(mine).values(tries=attempt.c.tries - 1, locked_until=locked)
    connection.execute(fewer)


def key(kind: str, value: str) -> bytes:
    """Return under which keyed digest tries of an account or address are counted."""
    text = f"{kind}\n{value}".encode()
    return hmac.digest(keyring().instance_key(), text, hashlib.sha256)


def _counting(id_: bytes, most: int) -> Any:
    """Return the one statement that counts a try and gives back how many there are."""
    now = clock.now()
    over = or_(
        attempt.c.locked_until <= now,
        and_(attempt.c.locked_until.is_(None), attempt.c.since < now - WINDOW),
    )
    full = and_(attempt.c.locked_until.is_(None), attempt.c.tries + 1 >= most)
    kind = sqlite.insert if database().is_sqlite else postgresql.insert
    first: dict[str, datetime | int | None] = {"tries": 1, "since": now, "locked_until": None}
    begun, end = literal(now, Moment()), literal(now + WINDOW, Moment())
    again = {
        "tries": case((over, 1), else_=attempt.c.tries + 1),
        "since": case((over, begun), else_=attempt.c.since),
        "locked_until": case((over, None), (full, end), else_=attempt.c.locked_until),
    }
    statement = kind(attempt).values(id=id_, **first)
    return statement.on_conflict_do_update(index_elements=["id"], set_=again).returning(
        attempt.c.tries
    )
