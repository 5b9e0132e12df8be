"""The guard on commit: no recorded change without its entry in the ledger."""

import re
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Select, event
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import CompoundSelect

from crm.storage.tables import is_recorded, metadata

LEDGER = "audit_entry"
_READS = re.compile(r"\s*(select|with|values|show|explain|begin|pragma\s+\w+\s*$)\b", re.IGNORECASE)
_WRITES = re.compile(
    r";|\b(insert|update|delete|replace|truncate|merge|drop|alter|create|copy|into|call|do)\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(r"[\w.*]+")  # as in count(*)
_written_by: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


class UnrecordedChange(RuntimeError):
    """A recorded table was written and no entry went into the ledger."""


class UncountedWrite(RuntimeError):
    """SQL that writes came as text, where the guard cannot see which tables it names."""


def watch(engine: Engine) -> None:
    """Note, on every connection of `engine`, what it writes, and check it at commit."""
    event.listen(engine, "before_cursor_execute", _note)
    event.listen(engine, "commit", _check)
    event.listen(engine, "rollback", forget_written)
    event.listen(engine, "begin_twophase", _no_second_phase)


def written(connection: Connection) -> set[str]:
    """Return the names of the tables this transaction has written so far."""
    return connection.info.setdefault("written", set())  # type: ignore[no-any-return]


def _note(
    connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool
) -> None:
    compiled = getattr(context, "compiled", None)
    names = _tables_of(compiled) if isinstance(compiled, SQLCompiler) else None
    if names is None:
        if _WRITES.search(statement) or not _READS.match(statement):
            raise UncountedWrite("write through tables, not through text")
    elif names:
        _refuse_outside_transaction(connection, names)
        written(connection).update(names)


def _tables_of(compiled: SQLCompiler) -> frozenset[str] | None:
    """Return every table that a compiled statement writes; None where text hides the answer."""
    found = _written_by.get(compiled)
    if found is None:
        statement = compiled.statement
        if not isinstance(statement, UpdateBase | Select | CompoundSelect):
            return None
        roots = [statement, *(cte.element for cte in compiled.ctes or ())]
        nodes = [node for root in roots for node in visitors.iterate(root)]
        if ";" in compiled.string or any(_is_text(node) for node in nodes):
            return None
        found = frozenset(_name(node) for node in nodes if isinstance(node, UpdateBase))
        _written_by[compiled] = found
    return found


def _is_text(node: Any) -> bool:
    if node.__visit_name__ in {"textclause", "textual_select"}:
        return True
    return getattr(node, "is_literal", False) and not _HARMLESS.fullmatch(node.name)


def _name(change: UpdateBase) -> str:
    """Return the name of a changed table; what is no table of ours counts as recorded."""
    return str(getattr(change.table, "name", change.table))


def _refuse_outside_transaction(connection: Connection, names: frozenset[str]) -> None:
    """Refuse what would be kept at once, before any commit could be checked."""
    level = connection.get_execution_options().get("isolation_level")
    mode = connection.info.get("mode")
    if mode == "read":
        raise UnrecordedChange("a transaction that reads writes nothing")
    if mode == "write" and level != "AUTOCOMMIT":
        return
    if any(_must_be_recorded(name) for name in names):
        raise UnrecordedChange("a recorded table is written only inside perform()")


def _must_be_recorded(name: str) -> bool:
    table = metadata.tables.get(name)
    return table is None or is_recorded(table)


def _check(connection: Connection) -> None:
    names = connection.info.pop("written", set())
    if LEDGER in names:
        return
    for name in sorted(names):
        if _must_be_recorded(name):
            connection.info["written"] = names  # still so, until it is rolled back
            raise UnrecordedChange(f"{name} was changed without an entry: use perform()")


def forget_written(connection: Connection) -> None:
    """Begin a new list: what was written before was undone."""
    connection.info.pop("written", None)


def _no_second_phase(_connection: Connection, _xid: Any) -> NoReturn:
    raise UncountedWrite("a transaction in two phases would pass by the guard")
