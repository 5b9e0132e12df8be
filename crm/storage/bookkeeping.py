"""Small writes that need no entry: last-seen times, counters, progress, saved views."""

from typing import Any

from sqlalchemy import Executable

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
