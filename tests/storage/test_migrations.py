"""Migrations lead to what the models say, and back, with and without data; triggers included."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from crm.audit.refusal import check_triggers
from crm.migration import at_head, configuration, migrate
from crm.rooms import TABLES
from crm.settings import Settings
from crm.storage.tables import metadata
from tests.cluster import APPLICATION, OWNER
from tests.factories import make_account, make_loan, make_person, make_point
from tests.houses import Instance, Templates

assert TABLES

SHAPE = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
    "postgresql": """
        SELECT 'column', table_name, column_name,
               concat_ws(' ', data_type, is_nullable, column_default, character_maximum_length)
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT 'index', tablename, indexname, indexdef
          FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname,
               concat_ws(' ', tgenabled, pg_get_triggerdef(oid)) FROM pg_trigger
         WHERE NOT tgisinternal
        UNION ALL SELECT 'function', '', proname, prosrc
          FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT 'right', table_name, grantee, privilege_type
          FROM information_schema.role_table_grants WHERE table_schema = 'public'
        ORDER BY 1, 2, 3, 4""",
}


@pytest.fixture
def empty(templates: Templates, tmp_path: Path, house_kind: str) -> Iterator[Settings]:
    """Settings of a database with nothing in it, as its owner has them."""
    home = {"CRM_HOME": str(tmp_path)}
    if house_kind == "sqlite":
        yield replace(Settings.from_environment(home), instance_id=uuid4())
        return
    cluster = templates.server()
    name = cluster.create()
    urls = {
        "CRM_DATABASE_URL": cluster.url(APPLICATION, name),
        "CRM_OWNER_URL": cluster.url(OWNER, name),
    }
    yield replace(Settings.from_environment(home | urls), instance_id=uuid4())
    cluster.drop(name)


def owned(settings: Settings) -> str:
    return settings.owner_url or settings.database_url


def with_engine(settings: Settings, look: Callable[[Engine], Any]) -> Any:
    engine = create_engine(owned(settings))
    try:
        return look(engine)
    finally:
        engine.dispose()


def shape(settings: Settings) -> list[tuple[object, ...]]:
    """Return all that the database says of its own shape."""

    def look(engine: Engine) -> list[tuple[object, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(SHAPE[engine.dialect.name]))]

    return with_engine(settings, look)


def down(settings: Settings) -> None:
    command.downgrade(configuration(owned(settings)), "base")


def test_there_is_one_head_and_one_line_to_it() -> None:
    script = ScriptDirectory.from_config(configuration("sqlite://"))
    assert len(script.get_heads()) == 1
    revisions = list(script.walk_revisions())
    assert [one.revision for one in reversed(revisions)] == [
        f"{number:04}" for number in range(1, len(revisions) + 1)
    ]
    for one in revisions:
        assert not one.is_merge_point
        assert not one.is_branch_point
        assert Path(one.path).stem.startswith(one.revision + "_")


@pytest.mark.both
def test_the_head_is_what_the_models_say(empty: Settings) -> None:
    migrate(empty)

    def differences(engine: Engine) -> list[object]:
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    assert with_engine(empty, differences) == []
    assert at_head(empty)


@pytest.mark.both
def test_up_down_and_up_again_is_where_one_was(empty: Settings) -> None:
    assert not at_head(empty)
    migrate(empty)
    first = shape(empty)
    assert len([row for row in first if row[0] == "trigger"]) >= 16
    down(empty)
    left = with_engine(empty, lambda engine: inspect(engine).get_table_names())
    assert left == ["alembic_version"]
    assert {row[0] for row in shape(empty)} <= {"table", "index", "column", "constraint", "right"}
    assert not at_head(empty)
    migrate(empty)
    assert shape(empty) == first
    migrate(empty)
    assert shape(empty) == first, "there is nothing to do the second time"
    with_engine(empty, checked)


def checked(engine: Engine) -> None:
    with engine.connect() as connection:
        check_triggers(connection)


@pytest.fixture
def untampered() -> bool:
    """The record is taken down here, with everything else."""
    return False


@pytest.mark.both
def test_a_house_with_people_in_it_goes_down_and_up(house: Instance, templates: Templates) -> None:
    who = make_person("Chen Jing", make_account())
    make_loan(who)
    make_point(who)
    settings = house.settings
    if house.database is not None:
        owner = templates.server().url(OWNER, house.database)
        settings = replace(settings, owner_url=owner)
    house.house.close()
    first = shape(settings)
    down(settings)
    migrate(settings)
    assert shape(settings) == first
    with_engine(settings, checked)

    def people(engine: Engine) -> int:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM person")).scalar_one())

    assert with_engine(settings, people) == 0


def test_append_only_tables_are_never_altered_in_batches() -> None:
    """A batch copies the table on SQLite, and its triggers are lost."""
    script = ScriptDirectory.from_config(configuration("sqlite://"))
    for one in script.walk_revisions():
        assert "batch_alter_table" not in Path(one.path).read_text(encoding="utf-8")
