"""What makes the database itself refuse to alter the record: triggers and grants, as data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, UniqueConstraint, text

from crm.storage.tables import metadata

AT_FIRST = (  # guarded by the first migration, which is frozen
    "audit_entry",
    "audit_leaf",
    "audit_checkpoint",
    "decision",
    "permit",
    "permit_event",
    "contact",
    "said",
)
APPEND_ONLY = (*AT_FIRST, "script_tick", "said_withdrawal")
SAYS = "the record is append-only"


class MissingTriggers(RuntimeError):
    """The database would allow the record to be altered: migrate it before serving."""


def trigger_statements(dialect: str) -> Iterator[str]:
    """Yield the DDL that makes every append-only table of the first migration refuse change."""
    if dialect == "postgresql":
        for name, body in _FUNCTIONS.items():
            yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    yield from guarding(dialect, AT_FIRST)


def guarding(dialect: str, tables: Iterable[str]) -> Iterator[str]:
    """Yield the DDL that makes these tables refuse change; a table's triggers go with it."""
    for trigger in _triggers(dialect, tables):
        yield trigger.ddl
        if dialect == "postgresql":
            yield f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {trigger.name}"


def trigger_removals(dialect: str) -> Iterator[str]:
    """Yield the DDL that takes the first migration's triggers away again, for a downgrade."""
    for trigger in _triggers(dialect, AT_FIRST):
        on = f" ON {trigger.table}" if dialect == "postgresql" else ""
        yield f"DROP TRIGGER {trigger.name}{on}"
    if dialect == "postgresql":
        for name in _FUNCTIONS:
            yield f"DROP FUNCTION {name}()"


def check_triggers(connection: Connection) -> None:
    """Raise MissingTriggers where one is gone, switched off, or no longer says what it said."""
    dialect = connection.dialect.name
    query = _IN_POSTGRES if dialect == "postgresql" else _IN_SQLITE
    here = {row.name: _in_our_words(row.sql) for row in connection.execute(text(query))}
    wrong = sorted(t.name for t in _triggers(dialect) if here.get(t.name) != _as_kept(t, dialect))
    if wrong:
        raise MissingTriggers(
            "the database would let the record be altered; these triggers are gone, changed or "
            "switched off: " + ", ".join(wrong)
        )


def grants(role: str) -> Iterator[str]:
    """Yield what the application's role may do: append to the record, nothing else to it."""
    for table in metadata.tables.values():
        rights = "SELECT, INSERT" if table.name in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        yield f'GRANT {rights} ON "{table.name}" TO "{role}"'
    yield f'GRANT SELECT ON alembic_version TO "{role}"'
    yield f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"'


@dataclass(frozen=True, slots=True)
class _Trigger:
    """One trigger: what it guards, the DDL that makes it and, on PostgreSQL, what it calls."""

    name: str
    table: str
    ddl: str
    calls: str = ""


def _triggers(dialect: str, tables: Iterable[str] = APPEND_ONLY) -> Iterator[_Trigger]:
    for name in tables:
        if dialect == "postgresql" and name == "audit_entry":
            yield _postgres(name, "queued", "AFTER INSERT", "ROW", "queue_entry")
        if dialect == "postgresql":
            yield _postgres(name, "kept", "BEFORE UPDATE OR DELETE", "ROW", "refuse_change")
            yield _postgres(name, "whole", "BEFORE TRUNCATE", "STATEMENT", "refuse_change")
        else:
            yield from _sqlite(metadata.tables[name])


def _as_kept(trigger: _Trigger, dialect: str) -> str:
    """Return how the database describes a trigger that is as it should be."""
    if dialect == "sqlite":
        return trigger.ddl
    return f"{trigger.table} A {trigger.calls} {_FUNCTIONS[trigger.calls]} {trigger.ddl}"


def _in_our_words(ddl: str) -> str:
    """Undo what PostgreSQL's own spelling of a trigger changes: the schema, the order of verbs."""
    return ddl.replace(" ON public.", " ON ").replace("DELETE OR UPDATE", "UPDATE OR DELETE")


def _sqlite(table: Table) -> Iterator[_Trigger]:
    name = table.name
    abort = f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    for verb in ("UPDATE", "DELETE"):
        called = f"{name}_no_{verb.lower()}"
        yield _Trigger(called, name, f"CREATE TRIGGER {called} BEFORE {verb} ON {name} {abort}")
    # REPLACE deletes without firing the delete trigger: refuse what would collide.
    same = " OR ".join(_collisions(table))
    called = f"{name}_no_replace"
    when = f"WHEN EXISTS (SELECT 1 FROM {name} WHERE {same})"  # noqa: S608  our own names
    ddl = f"CREATE TRIGGER {called} BEFORE INSERT ON {name} {when} {abort}"
    yield _Trigger(called, name, ddl)


def _collisions(table: Table) -> Iterator[str]:
    yield "rowid = NEW.rowid"
    yield " AND ".join(f"{c.name} = NEW.{c.name}" for c in table.primary_key.columns)
    unique = [(c.columns, None) for c in table.constraints if isinstance(c, UniqueConstraint)]
    unique += [(i.columns, i.info.get("while_null")) for i in table.indexes if i.unique]
    for columns, while_null in sorted(unique, key=lambda one: [c.name for c in one[0]]):
        same = [f"{c.name} = NEW.{c.name}" for c in columns]
        if while_null:  # an index of only those rows in which that column is empty
            same += [f"{while_null} IS NULL", f"NEW.{while_null} IS NULL"]
        yield "(" + " AND ".join(same) + ")"


def _postgres(table: str, kind: str, when: str, each: str, calls: str) -> _Trigger:
    name = f"{table}_{kind}"
    ddl = f"CREATE TRIGGER {name} {when} ON {table} FOR EACH {each} EXECUTE FUNCTION {calls}()"
    return _Trigger(name, table, ddl, calls)


_FUNCTIONS = {
    "refuse_change": f"""
BEGIN
    RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'insufficient_privilege';
END """,
    "queue_entry": """
BEGIN
    INSERT INTO audit_pending (entry_id) VALUES (NEW.id);
    RETURN NULL;
END """,
}

_IN_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"

_IN_POSTGRES = """
SELECT t.tgname AS name,
       concat_ws(' ', c.relname, t.tgenabled, p.proname, p.prosrc, pg_get_triggerdef(t.oid)) AS sql
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND pg_table_is_visible(c.oid)
"""
