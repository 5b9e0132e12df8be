"""Reading a table that somebody may have filled with anything."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.exc import DBAPIError

AT_ONCE = 1000
UNREADABLE = (ValueError, TypeError, OverflowError, DBAPIError)


def each_row(connection: Connection, query: Select[Any], key: Any) -> Iterator[tuple[Any, Any]]:
    """Yield key and row of all that `query` finds, in the order of `key`, a unique column.

    Where a column holds no value of its kind the row is None, and the next one follows. Raises
    one of UNREADABLE where the keys themselves cannot be read.
    """
    last: Any = None
    ordered = query.order_by(key)
    try:
        with connection.execution_options(yield_per=AT_ONCE).execute(ordered) as result:
            for row in result:
                last = row._mapping[key]
                yield last, row
    except UNREADABLE:
        yield from _one_by_one(connection, query, key, last)


def _one_by_one(
    connection: Connection, query: Select[Any], key: Any, after: Any
) -> Iterator[tuple[Any, Any]]:
    keys = select(key).order_by(key)
    if after is not None:
        keys = keys.where(key > after)
    for name in connection.execute(keys).scalars().all():
        try:
            row = connection.execute(query.where(key == name)).one()
        except UNREADABLE:
            yield name, None
        else:
            yield name, row
