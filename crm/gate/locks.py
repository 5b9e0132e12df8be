"""Locks on what a rule could count over, all taken by one statement in one order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, String, Uuid, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from crm.storage.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Filled:
    """A statement of `locking`, prepared once, and the values that fill it."""

    statement: Prepared
    values: Mapping[str, Any]


Wanted = Select[Any] | Iterable[UUID] | Filled


def take(connection: Connection, wanted: Wanted) -> None:
    """Hold every id that `wanted` names until the transaction ends.

    On PostgreSQL each id is an advisory lock, so no row is touched and foreign keys do not
    wait; on SQLite the one writer holds everything already. Ids are taken in their order, so
    two transactions never wait for each other in a ring.
    """
    if connection.dialect.name != "postgresql":
        return
    if isinstance(wanted, Filled):
        wanted.statement.all(connection, wanted.values)
    elif isinstance(wanted, Select):
        connection.execute(locking(wanted))
    elif listed := sorted(set(wanted)):
        given = cast(bindparam("ids", listed), ARRAY(Uuid))
        connection.execute(locking(select(func.unnest(given).label("id"))))


def locking(wanted: Select[Any]) -> Select[Any]:
    """Return the statement that takes the locks of all ids in the first column of `wanted`."""
    ids = wanted.subquery("wanted")
    text = cast(ids.c[0], String)
    ordered = select(text.label("id")).distinct().order_by(text).subquery("ordered")
    lock = func.pg_advisory_xact_lock(func.hashtextextended(ordered.c.id, 0))
    return select(func.count(lock)).select_from(ordered)
