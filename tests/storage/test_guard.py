"""No recorded change is committed without its entry, whichever way it is sent."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    column,
    delete,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidRequestError, PendingRollbackError
from sqlalchemy.orm import Session, registry
from sqlalchemy.schema import DropTable

from crm.gate.generation import generation
from crm.identity.models import sign_in_attempt, team
from crm.storage.database import database
from crm.storage.guard import UncountedWrite, UnrecordedChange
from crm.storage.ids import new_id
from tests.factories import make_team

pytestmark = pytest.mark.both

Way = Callable[[Connection], object]
ROW = {"name": "by hand", "version": 1}


def row() -> dict:
    return {"id": new_id(), **ROW}


class Mapped:
    """A class of the ORM over the same table."""


registry().map_imperatively(Mapped, team)


def _orm_add(connection: Connection) -> None:
    with Session(connection) as session:
        made = Mapped()
        made.id, made.name, made.version = new_id(), "by hand", 1
        session.add(made)
        session.commit()
        connection.commit()


def _orm_bulk(connection: Connection) -> None:
    with Session(connection) as session:
        session.execute(update(Mapped).values(version=9))
        session.commit()
        connection.commit()


def _upsert(connection: Connection) -> None:
    kind = sqlite.insert if database().is_sqlite else postgresql.insert
    connection.execute(
        kind(team).values(row()).on_conflict_do_update(index_elements=["id"], set_={"version": 2})
    )


def _from_select(connection: Connection) -> None:
    columns = [team.c.id, team.c.name, team.c.version]
    source = select(literal(new_id(), team.c.id.type), literal("by hand"), literal(1))
    connection.execute(insert(team).from_select(columns, source))


COUNTED: dict[str, Way] = {
    "insert": lambda c: c.execute(insert(team).values(row())),
    "executemany": lambda c: c.execute(insert(team), [row(), row() | {"name": "another"}]),
    "update": lambda c: c.execute(update(team).values(version=2)),
    "update returning": lambda c: c.execute(update(team).values(version=2).returning(team.c.id)),
    "delete": lambda c: c.execute(delete(team)),
    "upsert": _upsert,
    "insert from select": _from_select,
    "another table object": lambda c: c.execute(
        update(Table("team", MetaData(), Column("version", Integer))).values(version=2)
    ),
    "a table without columns": lambda c: c.execute(
        update(table("team", column("version"))).values(version=2)
    ),
    "together with bookkeeping": lambda c: (
        c.execute(update(generation).values(number=2)),
        c.execute(delete(team)),
    ),
    "orm add": _orm_add,
    "orm bulk": _orm_bulk,
}

ON_POSTGRES: dict[str, Way] = {
    "in a CTE of a select": lambda c: c.execute(
        select(update(team).values(version=2).returning(team.c.id).cte("gone").c.id)
    ),
    "in an independent CTE": lambda c: c.execute(
        select(literal(1)).add_cte(update(team).values(version=2).cte("gone"))
    ),
    "in a CTE of a CTE": lambda c: c.execute(
        select(literal(1)).add_cte(
            select(literal(2)).add_cte(delete(team).cte("deep")).cte("shallow")
        )
    ),
    "in a CTE of an insert": lambda c: c.execute(
        update(generation).values(number=2).add_cte(delete(team).cte("gone"))
    ),
    "in one arm of a union": lambda c: c.execute(
        union_all(
            select(literal(new_id(), team.c.id.type)),
            select(delete(team).returning(team.c.id).cte("gone").c.id),
        )
    ),
}

TEXTUAL: dict[str, Way] = {
    "text": lambda c: c.execute(text("UPDATE team SET version = 2")),
    "text with columns": lambda c: c.execute(
        text("UPDATE team SET version = 2 RETURNING version").columns(team.c.version)
    ),
    "text behind a literal": lambda c: c.execute(
        text("""SELECT 1 AS "x'"; DELETE FROM team; SELECT 'y'""")
    ),
    "text in a select": lambda c: c.execute(select(text("1; DELETE FROM team"))),
    "a literal column": lambda c: c.execute(select(literal_column("1; DELETE FROM team"))),
    "a suffix": lambda c: c.execute(select(literal(1)).suffix_with("; DELETE FROM team")),
    "a hint": lambda c: c.execute(
        select(literal(1))
        .with_statement_hint("; DELETE FROM team", "*")
        .suffix_with("; DELETE FROM team")
    ),
    "driver sql": lambda c: c.exec_driver_sql("DELETE FROM team"),
    "driver sql, many": lambda c: c.exec_driver_sql("DELETE FROM team WHERE version = 0"),
    "a comment first": lambda c: c.exec_driver_sql("/* x */ DELETE FROM team"),
    "ddl": lambda c: c.execute(DropTable(team)),
    "schema": lambda c: c.exec_driver_sql("ALTER TABLE team RENAME TO mate"),
    "a switch": lambda c: c.exec_driver_sql(
        "PRAGMA writable_schema=ON"
        if database().is_sqlite
        else "SET session_replication_role = replica"
    ),
    "another file": lambda c: c.exec_driver_sql("ATTACH 'x' AS y"),
    "a block": lambda c: c.exec_driver_sql("DO $$ BEGIN NULL; END $$"),
    "a call": lambda c: c.exec_driver_sql("CALL gone()"),
    "into": lambda c: c.exec_driver_sql("SELECT * INTO mate FROM team"),
    "a savepoint": lambda c: c.begin_nested(),
}


@pytest.fixture
def kept(house) -> Iterator[None]:
    """A team that is still the same afterwards, and no other."""
    make_team("Kept")
    yield
    with database().read() as connection:
        found = connection.execute(select(team.c.name, team.c.version)).all()
    assert found == [("Kept", 1)]


def ways(given: dict[str, Way]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("way", given.values(), ids=given.keys())


@ways(COUNTED)
def test_a_change_without_an_entry_is_not_committed(kept, way: Way) -> None:
    with database().write() as connection, pytest.raises(UnrecordedChange):
        _through(way, connection)


def _through(way: Way, connection: Connection) -> None:
    way(connection)
    connection.commit()


@pytest.mark.postgres
@ways(ON_POSTGRES)
def test_a_change_hidden_in_a_statement_is_not_committed(kept, way: Way) -> None:
    with database().write() as connection, pytest.raises(UnrecordedChange):
        _through(way, connection)


@ways(TEXTUAL)
def test_text_that_writes_is_not_sent(kept, way: Way) -> None:
    with database().write() as connection, pytest.raises(UncountedWrite):
        _through(way, connection)


def test_after_a_refused_commit_only_a_rollback_helps(kept) -> None:
    with database().write() as connection:
        connection.execute(insert(team).values(row()))
        with pytest.raises(UnrecordedChange):
            connection.commit()
        with pytest.raises(PendingRollbackError):
            connection.execute(select(team))


def test_a_connection_begins_anew_after_a_refused_commit(kept) -> None:
    with database().write() as connection:
        connection.execute(insert(team).values(row()))
        with pytest.raises(UnrecordedChange):
            connection.commit()
    with database().write() as connection:
        connection.execute(update(generation).values(number=generation.c.number))
        connection.commit()


def test_what_was_rolled_back_is_forgotten(kept) -> None:
    with database().write() as connection:
        connection.execute(insert(team).values(row()))
        connection.rollback()
        connection.execute(update(generation).values(number=generation.c.number))
        connection.commit()


@ways({"insert": COUNTED["insert"], "update": COUNTED["update"]})
def test_a_glance_keeps_nothing_that_is_recorded(kept, way: Way) -> None:
    """There each statement would be kept at once, before any commit could be checked."""
    with database().glance() as connection, pytest.raises(UnrecordedChange):
        way(connection)


@ways(
    {
        "recorded": COUNTED["update"],
        "bookkeeping": lambda c: c.execute(update(generation).values(number=2)),
    }
)
def test_a_reading_transaction_writes_nothing(kept, way: Way) -> None:
    with database().read() as connection, pytest.raises(UnrecordedChange):
        way(connection)


def test_a_connection_nobody_lent_keeps_nothing(kept) -> None:
    with database().engine.connect() as connection, pytest.raises(UnrecordedChange):
        connection.execute(insert(team).values(row()))
    with database().engine.begin() as connection, pytest.raises(UnrecordedChange):
        connection.execute(update(team).values(version=3))


@pytest.mark.postgres
def test_autocommit_is_no_way_out(kept) -> None:
    begun = pytest.raises(InvalidRequestError)
    with database().write() as connection, begun:  # a transaction keeps the level it began with
        connection.execution_options(isolation_level="AUTOCOMMIT")
    with database().engine.connect() as connection:
        loose = connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(UnrecordedChange):
            loose.execute(update(team).values(version=2))


@pytest.mark.postgres
def test_two_phases_are_no_way_out(kept) -> None:
    with database().write() as connection, pytest.raises(InvalidRequestError):
        connection.begin_twophase()
    with database().engine.connect() as connection, pytest.raises(UncountedWrite):
        connection.begin_twophase()


@pytest.mark.postgres
def test_a_reading_transaction_sees_one_state(house) -> None:
    make_team("First")
    count = select(func.count()).select_from(team)
    seen: list[int] = []
    import threading

    with database().read() as connection:
        seen.append(connection.execute(count).scalar_one())
        other = threading.Thread(target=make_team)
        other.start()
        other.join()
        seen.append(connection.execute(count).scalar_one())
    assert seen == [1, 1]


READS: dict[str, Way] = {
    "plain": lambda c: c.execute(select(team)),
    "counted": lambda c: c.execute(select(func.count()).select_from(team)),
    "text": lambda c: c.execute(text("SELECT count(*) FROM team")),
    "with": lambda c: c.execute(text("WITH a AS (SELECT 1) SELECT * FROM a")),
    "a union": lambda c: c.execute(union_all(select(literal(1)), select(literal(2)))),
    "a lock": lambda c: c.execute(select(team).with_for_update()),
}


@ways(READS)
def test_reading_is_free(kept, way: Way) -> None:
    with database().write() as connection:
        way(connection)
        connection.commit()


@pytest.mark.both
def test_a_glance_may_keep_books(house) -> None:
    with database().glance() as connection:
        connection.execute(sign_in_attempt.delete())
