"""Locks on what a rule could count over, all taken by one statement in one order."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, String, Uuid, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY


def take(connection: Connection, wanted: Select[Any] | Iterable[UUID]) -> None:
    """Hold every id that `wanted` names until the transaction ends.

    On PostgreSQL each id is an advisory lock, so no row is touched and foreign keys do not
    wait; on SQLite the one writer holds everything already. Ids are taken in their order, so
    two transactions never wait for each other in a ring.
    """
    if connection.dialect.name != "postgresql":
        return
    if isinstance(wanted, Select):
        ids = wanted.subquery("wanted")
    else:
        listed = sorted(set(wanted))
        if not listed:
            return
        given = cast(bindparam("ids", listed), ARRAY(Uuid))
        ids = select(func.unnest(given).label("id")).subquery("wanted")
    text = cast(ids.c[0], String)
    ordered = select(text.label("id")).distinct().order_by(text).subquery("ordered")
    lock = func.pg_advisory_xact_lock(func.hashtextextended(ordered.c.id, 0))
    connection.execute(select(func.count(lock)).select_from(ordered))
