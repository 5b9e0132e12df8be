"""Many inserts as few statements: one data-modifying statement on PostgreSQL."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert

from crm.storage.prepared import Prepared

Row = tuple[Table, dict[str, Any]]

MOST_IN_ONE = 12  # beyond this many rows, one statement a table is shorter to plan


def write_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert `rows`, given parents first; on PostgreSQL a few of them go in one round trip."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and 1 < len(rows) <= MOST_IN_ONE:
        _at_once(connection, rows)
        return
    for table, group in _by_table(rows):
        _insert(table, tuple(group[0])).run(connection, *group)


def _by_table(rows: Sequence[Row]) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Group neighbours of one table and one set of columns, order kept."""
    groups: list[tuple[Table, list[dict[str, Any]]]] = []
    for table, values in rows:
        if groups and groups[-1][0] is table and groups[-1][1][0].keys() == values.keys():
            groups[-1][1].append(values)
        else:
            groups.append((table, [values]))
    return groups


def _at_once(connection: Connection, rows: Sequence[Row]) -> None:
    shape = tuple((table, tuple(values)) for table, values in rows)
    flat = {
        _name(number, column): value
        for number, (_, values) in enumerate(rows)
        for column, value in values.items()
    }
    _statement(shape).run(connection, flat)


@lru_cache(maxsize=512)
def _insert(table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(insert(table), columns)


@lru_cache(maxsize=512)
def _statement(shape: tuple[tuple[Table, tuple[str, ...]], ...]) -> Prepared:
    """Return the statement that inserts rows of these tables and columns, built once."""
    *before, last = [
        insert(table).values(
            {name: bindparam(_name(number, name), type_=table.c[name].type) for name in columns}
        )
        for number, (table, columns) in enumerate(shape)
    ]
    for number, part in enumerate(before):
        last = last.add_cte(part.cte(f"row_{number}"))
    return Prepared(last)


def _name(number: int, column: str) -> str:
    return f"r{number}_{column}"
