"""Connections and transactions, on SQLite and on PostgreSQL."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool

from crm.storage.guard import forget_written, watch
from crm.storage.prepared import tell
from crm.storage.turn import Turns


def normal_url(url: str) -> str:
    """Return `url` with the psycopg 3 driver named, whatever spelling of PostgreSQL it had."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def file_of(url: str) -> Path | None:
    """Return the file of a SQLite database, None for a server or a database in memory."""
    name = make_url(normal_url(url)).database if url.startswith("sqlite") else None
    return Path(name) if name and name != ":memory:" else None


DEADLOCKED = {"40001", "40P01"}  # PostgreSQL undid one of two that waited for each other


class AlreadyOpen(RuntimeError):
    """This thread is inside a transaction: what opens another would wait for itself."""


class Database:
    """One database and the three ways to talk to it: glance, read, write."""

    def __init__(self, url: str, pool_size: int = 20) -> None:
        self.url = normal_url(url)
        self.engine = _engine(self.url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        file = file_of(self.url)
        self._turns = Turns(Path(f"{file}.lock")) if file else None
        self._plain = (
            self.engine
            if self.is_sqlite  # there a statement outside BEGIN commits by itself
            else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )
        self._reading = (
            self.engine
            if self.is_sqlite  # there a transaction sees one state anyway
            else self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )
        self._here = threading.local()
        watch(self.engine)

    @contextmanager
    def glance(self) -> Iterator[Connection]:
        """Open a connection without a transaction, for single statements."""
        with self._plain.connect() as connection, _mode(connection, "glance"):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database; the guard lets it write nothing.

        It ends by a commit of nothing: at a rollback PostgreSQL's driver forgets every statement
        that the server has planned, and to plan ours takes longer than to run them.
        """
        with self._once(), self._reading.connect() as connection, _mode(connection, "read"):
            connection.begin()
            yield connection
            connection.commit()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write; without `connection.commit()` it is undone."""
        turn = self._turns.mine() if self._turns else nullcontext()
        opened = self.engine.connect
        with self._once(), turn, opened() as connection, _mode(connection, "write"):
            connection.begin()
            yield connection

    @contextmanager
    def _once(self) -> Iterator[None]:
        """Refuse a transaction inside another one of this thread."""
        if getattr(self._here, "inside", False):
            raise AlreadyOpen("finish the open transaction first: perform() stands alone")
        self._here.inside = True
        try:
            yield
        finally:
            self._here.inside = False

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        if self._turns is not None:
            self._turns.close()


@contextmanager
def _mode(connection: Connection, name: str) -> Iterator[None]:
    """Mark what the connection was lent for, and undo whatever was not committed."""
    connection.info["mode"] = name
    forget_written(connection)  # a refused commit leaves its list behind
    try:
        yield
    finally:
        connection.rollback()
        connection.info.pop("mode", None)


def collided(fault: DBAPIError, *, unique: bool) -> bool:
    """Tell whether two transactions got into each other's way, and one of them can begin again.

    `unique` says that a doubled key would be such a case.
    """
    if isinstance(fault, IntegrityError):
        return unique
    return getattr(fault.orig, "sqlstate", None) in DEADLOCKED


_current: Database | None = None


def connect(url: str) -> Database:
    """Make the database at `url` this process's own; an earlier one is closed."""
    global _current  # noqa: PLW0603  one process serves one instance
    if _current is not None:
        _current.close()
    _current = Database(url)
    return _current


def database() -> Database:
    """Return this process's database; connect() must have come first."""
    if _current is None:
        raise RuntimeError("no database is connected")
    return _current


def _engine(url: str, pool_size: int) -> Engine:
    # hide_parameters: an error's text must never carry a personal value.
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=False,
            pool_use_lifo=True,  # the connection used last has most in its caches
        )
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=pool_size,
        pool_use_lifo=True,
        connect_args={"check_same_thread": False, "timeout": 30},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: sqlite3.Connection, _record: Any) -> None:
    raw.isolation_level = None  # the driver's own BEGIN would come too late to be IMMEDIATE
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "busy_timeout=30000",
    ):
        raw.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.info.get("mode", "write")
    if mode != "glance":
        tell(connection, "BEGIN IMMEDIATE" if mode == "write" else "BEGIN")
