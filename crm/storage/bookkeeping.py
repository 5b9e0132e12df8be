"""Small writes that need no entry: last-seen times, counters, progress, saved views."""

from typing import Any

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from crm.storage.database import database


def bookkeep(*statements: Executable) -> Any:
    """Run `statements` in one short transaction; the guard refuses any recorded table.

    Returns the last statement's row count.
    """
    with database().write() as connection:
        count = 0
        for statement in statements:
            count = connection.execute(statement).rowcount
        connection.commit()
    return count


def in_place(table: Table, row: dict[str, Any]) -> Executable:
    """Return the statement that keeps `row` in place of the one with the same id, if any."""
    kind = sqlite.insert if database().is_sqlite else postgresql.insert
    statement = kind(table).values(row)
    changed = {name: statement.excluded[name] for name in row if name != "id"}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)
