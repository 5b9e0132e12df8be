"""The database itself refuses to alter the record, whoever asks and however."""

from uuid import UUID

import pytest
from sqlalchemy import select

from crm.audit.checkpoint import checkpoint_now
from crm.audit.refusal import APPEND_ONLY, MissingTriggers, check_triggers
from crm.audit.sequencer import sequence_once
from crm.audit.signer import open_signer
from crm.storage.database import database
from crm.storage.tables import metadata
from tests.intruder import APPLICATION, MASTER, OWNER, REFUSALS, Intruder
from tests.rows import make_any

BUSINESS = [name for name in APPEND_ONLY if not name.startswith("audit_")]


@pytest.fixture
def full(house, intruder: Intruder) -> Intruder:
    """An intruder before a house with a row in every append-only table."""
    for name in BUSINESS:
        make_any(metadata.tables[name])
    while sequence_once(database()):
        pass
    checkpoint_now(database(), open_signer(house.settings))
    return intruder


def _all(intruder: Intruder, table: str) -> list:
    return intruder.run(f"SELECT * FROM {table} ORDER BY 1")


def _refused(intruder: Intruder, statement: str, *values, **how) -> None:
    with pytest.raises(REFUSALS):
        intruder.run(statement, *values, **how)


@pytest.mark.both
def test_no_row_is_updated_or_deleted(full: Intruder) -> None:
    for table in APPEND_ONLY:
        key, column = metadata.tables[table].columns.keys()[:2]
        before = _all(full, table)
        assert before
        for role in (APPLICATION, OWNER, MASTER):
            _refused(full, f"UPDATE {table} SET {column} = {column}", role=role)
            _refused(full, f"UPDATE {table} SET {key} = {key}", role=role)
            _refused(full, f"DELETE FROM {table}", role=role)
            if not full.sqlite:
                _refused(full, f"TRUNCATE {table} CASCADE", role=role)
        assert _all(full, table) == before


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_no_row_is_replaced_on_sqlite(full: Intruder, table: str) -> None:
    columns = ", ".join(c.name for c in metadata.tables[table].columns)
    other = metadata.tables[table].columns.keys()[1]
    copied = f"INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE true"
    before = _all(full, table)
    for statement in (
        f"REPLACE {copied}",
        f"INSERT OR REPLACE {copied}",
        f"INSERT {copied} ON CONFLICT DO UPDATE SET {other} = excluded.{other}",
        f"UPDATE OR REPLACE {table} SET {other} = {other}",
        f"INSERT OR REPLACE INTO {table} (rowid, {columns}) SELECT rowid, {columns} FROM {table}",
    ):
        _refused(full, statement)
        _refused(full, statement, first="PRAGMA recursive_triggers=OFF")
    assert _all(full, table) == before


def test_a_row_is_not_replaced_by_way_of_its_row_number(full: Intruder) -> None:
    """Another id under the same rowid: only the guard on rowid stops this one."""
    before = _all(full, "audit_entry")
    _refused(
        full,
        "INSERT OR REPLACE INTO audit_entry (rowid, id, entry, leaf, at, actor_id, action, outcome)"
        " SELECT rowid, randomblob(16), entry, leaf, at, actor_id, action, outcome"
        " FROM audit_entry LIMIT 1",
    )
    assert _all(full, "audit_entry") == before


def test_a_unique_index_is_no_way_in(full: Intruder) -> None:
    """permit_event has a second unique key: (permit_id, kind)."""
    before = _all(full, "permit_event")
    columns = [c.name for c in metadata.tables["permit_event"].columns if c.name != "id"]
    names = ", ".join(columns)
    _refused(
        full,
        f"INSERT OR REPLACE INTO permit_event (id, {names}) "
        f"SELECT randomblob(16), {names} FROM permit_event",
    )
    assert _all(full, "permit_event") == before


@pytest.mark.postgres
def test_the_applications_role_cannot_take_the_refusals_away(full: Intruder) -> None:
    for table in APPEND_ONLY:
        for statement in (
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TRIGGER {table}_kept ON {table}",
            f"DROP TABLE {table} CASCADE",
            f"ALTER TABLE {table} OWNER TO {APPLICATION}",
            f"ALTER TABLE {table} ADD COLUMN extra int",
            f"CREATE TRIGGER mine BEFORE INSERT ON {table} FOR EACH ROW "
            "EXECUTE FUNCTION refuse_change()",
            f"CREATE RULE mine AS ON UPDATE TO {table} DO INSTEAD NOTHING",
            f"GRANT ALL ON {table} TO {APPLICATION}",
        ):
            try:  # GRANT without the right to is a warning there, not an error
                full.run(statement, role=APPLICATION)
            except REFUSALS:
                continue
            assert statement.startswith("GRANT")
            _refused(full, f"DELETE FROM {table}", role=APPLICATION)
    for statement in (
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN NEW; END $$",
        "DROP FUNCTION refuse_change() CASCADE",
        f"SET ROLE {OWNER}",
    ):
        _refused(full, statement, role=APPLICATION)


@pytest.mark.postgres
def test_a_masters_replication_role_passes_no_trigger(full: Intruder) -> None:
    replica = "SET session_replication_role = replica"
    for table in APPEND_ONLY:
        key = metadata.tables[table].columns.keys()[0]
        _refused(full, f"DELETE FROM {table}", first=replica)
        _refused(full, f"UPDATE {table} SET {key} = {key}", first=replica)
        _refused(full, f"TRUNCATE {table} CASCADE", first=replica)


GONE_ON_SQLITE = [
    "DROP TRIGGER contact_no_update",
    "DROP TRIGGER audit_entry_no_replace",
]
GONE_ON_POSTGRESQL = [
    "DROP TRIGGER contact_kept ON contact",
    "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_kept",
    "ALTER TABLE said ENABLE TRIGGER said_whole",  # no longer ALWAYS
    "ALTER TABLE audit_entry ENABLE REPLICA TRIGGER audit_entry_queued",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql "
    "AS $$ BEGIN RETURN NEW; END $$",
]


@pytest.mark.parametrize("statement", GONE_ON_SQLITE)
def test_opening_is_refused_where_a_trigger_is_gone(intruder, statement: str) -> None:
    intruder.run(statement)
    with database().glance() as connection, pytest.raises(MissingTriggers, match="gone"):
        check_triggers(connection)


@pytest.mark.postgres
@pytest.mark.parametrize("statement", GONE_ON_POSTGRESQL)
def test_opening_is_refused_where_a_trigger_no_longer_bites(intruder, statement) -> None:
    intruder.run(statement)
    with database().glance() as connection, pytest.raises(MissingTriggers, match="gone"):
        check_triggers(connection)


def test_a_trigger_that_was_hollowed_out_is_noticed(intruder: Intruder) -> None:
    intruder.run("DROP TRIGGER contact_no_update")
    intruder.run("CREATE TRIGGER contact_no_update BEFORE UPDATE ON contact BEGIN SELECT 1; END")
    with database().glance() as connection, pytest.raises(MissingTriggers, match="contact"):
        check_triggers(connection)


def test_a_schema_written_by_hand_is_noticed(intruder: Intruder) -> None:
    intruder.run(
        "DELETE FROM sqlite_master WHERE type = 'trigger'", first="PRAGMA writable_schema=ON"
    )
    with database().glance() as connection, pytest.raises(MissingTriggers):
        check_triggers(connection)


@pytest.mark.both
def test_a_row_that_is_new_is_let_in(full: Intruder) -> None:
    made = make_any(metadata.tables["contact"])
    assert isinstance(made, UUID)
    with database().read() as connection:
        contact = metadata.tables["contact"]
        assert connection.execute(select(contact.c.id).where(contact.c.id == made)).scalar()
