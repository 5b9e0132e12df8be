"""Somebody who reaches the database past the application, as its role, its owner or its master."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import make_url

from crm.audit.refusal import _triggers
from tests.cluster import APPLICATION, OWNER
from tests.houses import Instance

MASTER = "postgres"
__all__ = ["APPLICATION", "MASTER", "OWNER", "Intruder"]


class Intruder:
    """Runs SQL of his own on an instance's database; parameters are written as ?."""

    def __init__(self, instance: Instance) -> None:
        self._url = make_url(instance.settings.database_url)
        self.sqlite = self._url.get_backend_name() == "sqlite"
        self.dialect = "sqlite" if self.sqlite else "postgresql"

    def run(self, statement: str, *values: Any, role: str = MASTER, first: str = "") -> list[Any]:
        """Run one statement (after `first`) and keep what it did; return its rows."""
        with self._connected(role) as connection:
            if first:
                connection.execute(first)
            ready = statement if self.sqlite else statement.replace("?", "%s")
            cursor = connection.execute(ready, values or None) if not self.sqlite else (
                connection.execute(ready, values)
            )
            return list(cursor) if cursor.description else []

    def past_triggers(self, table: str, statement: str, *values: Any) -> None:
        """Switch the table's triggers off, run the statement, and leave no trace of that."""
        if self.sqlite:
            mine = [t for t in _triggers("sqlite") if t.table == table]
            for trigger in mine:
                self.run(f"DROP TRIGGER {trigger.name}")
            self.run(statement, *values)
            for trigger in mine:
                self.run(trigger.ddl)
            return
        off = f"ALTER TABLE {table} DISABLE TRIGGER USER"
        self.run(statement, *values, first=f"SET session_replication_role = replica; {off}")
        for trigger in _triggers("postgresql"):
            if trigger.table == table:
                self.run(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger.name}")

    @contextmanager
    def _connected(self, role: str) -> Iterator[Any]:
        if self.sqlite:
            with closing(sqlite3.connect(self._url.database, isolation_level=None)) as raw:
                yield raw
            return
        host = self._url.query["host"]
        with psycopg.connect(
            dbname=self._url.database, user=role, host=str(host), autocommit=True
        ) as connection:
            yield connection


REFUSALS: Sequence[type[Exception]] = (sqlite3.DatabaseError, psycopg.Error)
