"""The guard on commit: no recorded change without its entry in the ledger."""

import re
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, TextClause, event
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from crm.storage.tables import is_recorded, metadata

LEDGER = "audit_entry"
_WRITES = re.compile(
    r"\b(insert|update|delete|replace|truncate|merge|drop|alter|create|copy)\b", re.IGNORECASE
)
_LITERALS = re.compile(r"'(?:[^']|'')*'")
_written_by: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


class UnrecordedChange(RuntimeError):
    """A recorded table was written and no entry went into the ledger."""


class UncountedWrite(RuntimeError):
    """SQL that writes came as text, where the guard cannot see which tables it names."""


def watch(engine: Engine) -> None:
    """Note, on every connection of `engine`, what it writes, and check it at commit."""
    event.listen(engine, "before_cursor_execute", _note)
    event.listen(engine, "commit", _check)
    event.listen(engine, "rollback", _clear)


def written(connection: Connection) -> set[str]:
    """Return the names of the tables this transaction has written so far."""
    return connection.info.setdefault("written", set())  # type: ignore[no-any-return]


def _tables_of(compiled: Any) -> frozenset[str]:
    """Return every table that a compiled statement, its CTEs included, writes."""
    found = _written_by.get(compiled)
    if found is None:
        nodes = visitors.iterate(compiled.statement)
        found = frozenset(
            node.table.name  # type: ignore[attr-defined]  # the three kinds of DML have a table
            for node in nodes
            if isinstance(node, UpdateBase)
        )
        for extra in getattr(compiled.statement, "_independent_ctes", ()):
            found |= _ctes(extra)
        _written_by[compiled] = found
    return found


def _ctes(cte: Any) -> frozenset[str]:
    return frozenset(
        node.table.name for node in visitors.iterate(cte.element) if isinstance(node, UpdateBase)
    )


def _note(
    connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool
) -> None:
    compiled = getattr(context, "compiled", None)
    if connection.info.get("migrating"):
        return
    if isinstance(compiled, SQLCompiler) and not isinstance(compiled.statement, TextClause):
        if compiled.isinsert or compiled.isupdate or compiled.isdelete or compiled.ctes:
            names = _tables_of(compiled)
            if names:
                _refuse_outside_transaction(connection, names)
                written(connection).update(names)
    elif _WRITES.search(_LITERALS.sub("", statement)):
        raise UncountedWrite("write through tables, not through text")


def _refuse_outside_transaction(connection: Connection, names: frozenset[str]) -> None:
    if connection.info.get("mode") != "glance":
        return
    if any(is_recorded(metadata.tables[name]) for name in names):
        raise UnrecordedChange("a recorded table is written only inside perform()")


def _check(connection: Connection) -> None:
    names = connection.info.pop("written", set())
    if LEDGER in names:
        return
    for name in sorted(names):
        table = metadata.tables.get(name)
        if table is None or is_recorded(table):
            connection.info["written"] = names  # still so, until it is rolled back
            raise UnrecordedChange(f"{name} was changed without an entry: use perform()")


def _clear(connection: Connection) -> None:
    connection.info.pop("written", None)
