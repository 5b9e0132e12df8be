"""Many inserts as few statements: one data-modifying statement on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert

Insert = tuple[Table, dict[str, Any]]

MOST_IN_ONE = 12  # beyond this many rows, one statement a table is shorter to plan


def write_rows(connection: Connection, rows: Sequence[Insert]) -> None:
    """Insert `rows`, given parents first; on PostgreSQL a few of them go in one round trip."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and 1 < len(rows) <= MOST_IN_ONE:
        _at_once(connection, rows)
        return
    for table, values in _by_table(rows):
        connection.execute(insert(table), values)


def _by_table(rows: Sequence[Insert]) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Group neighbours of one table and one set of columns, order kept."""
    groups: list[tuple[Table, list[dict[str, Any]]]] = []
    for table, values in rows:
        if groups and groups[-1][0] is table and groups[-1][1][0].keys() == values.keys():
            groups[-1][1].append(values)
        else:
            groups.append((table, [values]))
    return groups


def _at_once(connection: Connection, rows: Sequence[Insert]) -> None:
    last_table, last_values = rows[-1]
    statement = insert(last_table).values(last_values)
    for number, (table, values) in enumerate(rows[:-1]):
        statement = statement.add_cte(insert(table).values(values).cte(f"row_{number}"))
    connection.execute(statement)
