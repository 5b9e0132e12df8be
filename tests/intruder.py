"""Somebody who reaches the database past the application, as its role, its owner or its master."""

import sqlite3
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
        self._open: dict[str, Any] = {}

    def run(self, statement: str, *values: Any, role: str = MASTER, first: str = "") -> list[Any]:
        """Run one statement (after `first`) and keep what it did; return its rows."""
        connection = self._connected(role)
        if first:
            connection.execute(first)
        try:
            ready = statement if self.sqlite else statement.replace("?", "%s")
            cursor = connection.execute(ready, values) if values else connection.execute(ready)
            return list(cursor) if cursor.description else []
        finally:
            if first:
                self.close()

    def past_triggers(self, table: str, statement: str, *values: Any) -> None:
        """Switch the table's triggers off, run the statement, and leave no trace of that."""
        mine = [t for t in _triggers(self.dialect) if t.table == table]
        if self.sqlite:
            for trigger in mine:
                self.run(f"DROP TRIGGER {trigger.name}")
            self.run(statement, *values)
            for trigger in mine:
                self.run(trigger.ddl)
            return
        self.run("SET session_replication_role = replica")
        if mine:
            self.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.run(statement, *values)
        for trigger in mine:
            self.run(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger.name}")
        self.run("SET session_replication_role = origin")

    def close(self) -> None:
        """Leave."""
        while self._open:
            self._open.popitem()[1].close()

    def _connected(self, role: str) -> Any:
        if role not in self._open:
            self._open[role] = self._connect(role)
        return self._open[role]

    def _connect(self, role: str) -> Any:
        if self.sqlite:
            return sqlite3.connect(str(self._url.database), isolation_level=None)
        return psycopg.connect(
            dbname=self._url.database,
            user=role,
            host=str(self._url.query["host"]),
            autocommit=True,
        )


REFUSALS = (sqlite3.DatabaseError, psycopg.Error)
