"""Prepared statements give what SQLAlchemy gives, and pass the same guards."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import (
    bindparam,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)
from sqlalchemy.exc import IntegrityError, MultipleResultsFound

from crm.audit.models import audit_head
from crm.identity.models import team
from crm.storage.database import database
from crm.storage.guard import UnrecordedChange
from crm.storage.prepared import FEW, Prepared
from crm.storage.types import Moment
from tests.counting import counted
from tests.factories import make_team

pytestmark = pytest.mark.both

TEAMS = select(team).where(team.c.id.in_(bindparam("ids", expanding=True))).order_by(team.c.name)


def test_rows_are_those_of_the_statement_itself(house) -> None:
    ids = [make_team() for _ in range(FEW + 1)]
    ready = Prepared(TEAMS)
    with database().read() as connection:
        for some in ([], ids[:1], ids[:FEW], ids):  # the longest list goes the ordinary way
            plain = connection.execute(TEAMS, {"ids": some}).all()
            assert ready.all(connection, {"ids": some}) == plain
        row = ready.one(connection, {"ids": ids[:1]})
        assert row.id == ids[0] == row._mapping[team.c.id]
        assert set(row._mapping) == {column.name for column in team.columns}
        assert ready.scalar(connection, {"ids": ids[:1]}) == ids[0]


def test_one_row_or_none_or_a_fault(house) -> None:
    ids = [make_team(), make_team()]
    with database().read() as connection:
        assert Prepared(TEAMS).one(connection, {"ids": [uuid4()]}) is None
        assert Prepared(TEAMS).scalar(connection, {"ids": []}) is None
        with pytest.raises(MultipleResultsFound):
            Prepared(TEAMS).one(connection, {"ids": ids})
        with pytest.raises(KeyError):
            Prepared(TEAMS).one(connection, {})


def test_values_of_the_statement_itself_are_bound_too(house) -> None:
    arm = select(literal("a").label("word"), bindparam("n", type_=Moment).label("n"))
    ready = Prepared(union_all(arm, select(literal("b"), cast(null(), Moment))))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with database().read() as connection:
        assert [tuple(row) for row in ready.all(connection, {"n": at})] == [("a", at), ("b", None)]


def test_two_columns_of_one_name_are_refused(house) -> None:
    doubled = Prepared(select(team.c.id.label("a"), team.c.name.label("a")))
    with database().read() as connection, pytest.raises(TypeError, match="the same name"):
        doubled.all(connection)


def test_each_is_counted_like_any_other(house) -> None:
    ready = Prepared(select(func.count()).select_from(team))
    with database().glance() as connection, counted() as seen:
        ready.scalar(connection)
        ready.scalar(connection)
    assert len([text for text in seen if "count" in text]) == 2


def test_no_recorded_table_is_written_without_its_entry(house) -> None:
    rename = Prepared(update(team).values(name=bindparam("new")))
    make_team()
    with database().write() as connection:
        rename.run(connection, {"new": "x"})
        with pytest.raises(UnrecordedChange):
            connection.commit()
    with database().write() as connection:
        connection.commit()
        rename.run(connection, {"new": "x"})  # begins anew
        with pytest.raises(UnrecordedChange):
            connection.commit()
    with database().read() as connection, pytest.raises(UnrecordedChange):
        rename.run(connection, {"new": "x"})
    with database().glance() as connection, pytest.raises(UnrecordedChange):
        rename.run(connection, {"new": "x"})
    with database().read() as connection:
        assert connection.execute(select(team.c.id).where(team.c.name == "x")).first() is None


def test_an_insert_fills_what_is_left_to_defaults(house) -> None:
    ready = Prepared(insert(team), ["id", "name"])
    rows = [{"id": uuid4(), "name": f"Team {number}"} for number in range(3)]
    with database().write() as connection:
        ready.run(connection, rows[0])
        ready.run(connection, *rows[1:])
        found = connection.execute(select(team.c.name, team.c.version).order_by(team.c.name)).all()
        assert [tuple(row) for row in found] == [("Team 0", 1), ("Team 1", 1), ("Team 2", 1)]


def test_faults_are_those_of_sqlalchemy_and_hold_no_value(house) -> None:
    ready = Prepared(insert(team), ["id", "name"])
    row = {"id": uuid4(), "name": "Secret team"}
    with database().write() as connection:
        ready.run(connection, row)
        with pytest.raises(IntegrityError) as fault:
            ready.run(connection, row)
    assert "Secret" not in str(fault.value)


def test_bookkeeping_is_kept_or_undone_with_its_transaction(house) -> None:
    grow = Prepared(update(audit_head).values(size=bindparam("to")))
    query = select(audit_head.c.size)
    with database().write() as connection:
        before = connection.execute(query).scalar_one()
        grow.run(connection, {"to": before + 7})
    with database().read() as connection:
        assert connection.execute(query).scalar_one() == before
