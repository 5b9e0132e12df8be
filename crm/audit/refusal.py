"""What makes the database itself refuse to alter the record: triggers and grants, as data."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, UniqueConstraint, text

from crm.storage.tables import metadata

APPEND_ONLY = (
    "audit_entry",
    "audit_leaf",
    "audit_checkpoint",
    "decision",
    "permit",
    "permit_event",
    "contact",
    "said",
)
SAYS = "the record is append-only"


class MissingTriggers(RuntimeError):
    """The database would allow the record to be altered: migrate it before serving."""


def trigger_statements(dialect: str) -> Iterator[str]:
    """Yield the DDL that makes every append-only table refuse change."""
    if dialect == "postgresql":
        yield _POSTGRES_FUNCTION
        yield _POSTGRES_QUEUE
        yield (
            "CREATE TRIGGER audit_entry_queued AFTER INSERT ON audit_entry "
            "FOR EACH ROW EXECUTE FUNCTION queue_entry()"
        )
        yield "ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_queued"
    for name in APPEND_ONLY:
        table = metadata.tables[name]
        yield from _postgres(table) if dialect == "postgresql" else _sqlite(table)


def trigger_removals(dialect: str) -> Iterator[str]:
    """Yield the DDL that takes the triggers away again, for a downgrade."""
    if dialect == "postgresql":
        for name in APPEND_ONLY:
            yield f"DROP TRIGGER {name}_kept ON {name}"
            yield f"DROP TRIGGER {name}_whole ON {name}"
        yield "DROP TRIGGER audit_entry_queued ON audit_entry"
        yield "DROP FUNCTION queue_entry()"
        yield "DROP FUNCTION refuse_change()"
        return
    for name in sorted(expected_triggers(dialect)):
        yield f"DROP TRIGGER {name}"


def expected_triggers(dialect: str) -> set[str]:
    """Return the names of all triggers that must be there."""
    kinds = ("kept", "whole") if dialect == "postgresql" else ("no_update", "no_delete", "no_replace")
    names = {f"{table}_{kind}" for table in APPEND_ONLY for kind in kinds}
    return names | ({"audit_entry_queued"} if dialect == "postgresql" else set())


def check_triggers(connection: Connection) -> None:
    """Raise MissingTriggers where one is gone or switched off."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    here = set(connection.execute(text(query)).scalars())
    missing = sorted(expected_triggers(connection.dialect.name) - here)
    if missing:
        raise MissingTriggers("these triggers are gone or switched off: " + ", ".join(missing))


def grants(role: str) -> Iterator[str]:
    """Yield what the application's role may do: append to the record, nothing else to it."""
    for table in metadata.tables.values():
        rights = "SELECT, INSERT" if table.name in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        yield f'GRANT {rights} ON "{table.name}" TO "{role}"'
    yield f'GRANT SELECT ON alembic_version TO "{role}"'
    yield f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"'


def _sqlite(table: Table) -> Iterator[str]:
    name = table.name
    for verb in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
            f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        )
    # REPLACE deletes without firing the delete trigger: refuse what would collide.
    same = " OR ".join(_collisions(table))
    yield (
        f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} "
        f"WHEN EXISTS (SELECT 1 FROM {name} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
    )


def _collisions(table: Table) -> Iterator[str]:
    yield " AND ".join(f"{c.name} = NEW.{c.name}" for c in table.primary_key.columns)
    unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    unique += [index for index in table.indexes if index.unique]  # type: ignore[misc]  # both hold columns
    for rule in unique:
        same = [f"{c.name} = NEW.{c.name}" for c in rule.columns]
        column = rule.info.get("while_null")  # a partial index says so
        same += [f"{column} IS NULL", f"NEW.{column} IS NULL"] if column else []
        yield "(" + " AND ".join(same) + ")"


def _postgres(table: Table) -> Iterator[str]:
    name = table.name
    yield (
        f"CREATE TRIGGER {name}_kept BEFORE UPDATE OR DELETE ON {name} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    yield (
        f"CREATE TRIGGER {name}_whole BEFORE TRUNCATE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    yield f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {name}_kept"
    yield f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER {name}_whole"


_POSTGRES_FUNCTION = f"""
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'insufficient_privilege';
END $$
"""

_POSTGRES_QUEUE = """
CREATE FUNCTION queue_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$
"""
