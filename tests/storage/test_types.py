"""What a column takes, and gives back, on both databases alike."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Column, Date, MetaData, Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from crm.storage.database import normal_url
from crm.storage.types import CipherText, Ciphertext, Id, Json, Moment

HERE = Table(
    "here",
    MetaData(),
    Column("id", Id, primary_key=True),
    Column("at", Moment),
    Column("sealed", CipherText),
    Column("json", Json),
    Column("day", Date),
)
ROW: dict[str, Any] = {
    "id": UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
    "at": datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC),
    "sealed": Ciphertext(b"\x00\x01"),
    "json": {"b": [1, None], "a": "陈"},
    "day": date(2026, 3, 1),
}


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, templates):
    """A connection past any house, with a table of every kind of column."""
    from sqlalchemy import create_engine

    from tests.cluster import OWNER

    if request.param == "sqlite":
        url, name = "sqlite://", None
    else:
        name = templates.server().create()
        url = templates.server().url(OWNER, name)
    engine = create_engine(url)
    with engine.connect() as made:
        HERE.create(made)
        yield made
    engine.dispose()
    if name is not None:
        templates.server().drop(name)


def test_what_goes_in_comes_out(connection) -> None:
    connection.execute(insert(HERE), ROW)
    found = dict(connection.execute(select(HERE)).one()._mapping)
    assert found == ROW
    assert isinstance(found["sealed"], Ciphertext)
    assert str(found["sealed"]) == "[sealed]"
    assert found["at"].tzinfo is UTC


def test_nothing_goes_in_and_comes_out(connection) -> None:
    connection.execute(insert(HERE), {"id": ROW["id"]} | dict.fromkeys(list(ROW)[1:]))
    found = dict(connection.execute(select(HERE)).one()._mapping)
    assert found == {"id": ROW["id"]} | dict.fromkeys(list(ROW)[1:])


def test_a_moment_is_the_same_whatever_zone_it_was_told_in(connection) -> None:
    there = ROW["at"].astimezone(timezone(timedelta(hours=8)))
    connection.execute(insert(HERE), {"id": ROW["id"], "at": there})
    assert connection.execute(select(HERE.c.at)).scalar_one() == ROW["at"]
    query = select(HERE.c.id).where(HERE.c.at == there)
    assert connection.execute(query).scalar_one() == ROW["id"]


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
def test_what_has_no_zone_or_no_seal_is_refused(dialect) -> None:
    with pytest.raises(TypeError, match="time zone"):
        Moment().bind_processor(dialect)(datetime(2026, 3, 1))
    seal = CipherText().bind_processor(dialect)
    for plain in (b"plain", "plain"):
        with pytest.raises(TypeError, match="sealed values only"):
            seal(plain)
    assert seal(None) is None


def test_equal_values_have_equal_json() -> None:
    write = Json().bind_processor(sqlite.dialect())
    assert write({"b": 1, "a": "陈"}) == '{"a":"陈","b":1}'
    assert write({"a": "陈", "b": 1}) == '{"a":"陈","b":1}'


@pytest.mark.parametrize("url", ["postgres://a/b", "postgresql://a/b", "postgresql+psycopg://a/b"])
def test_every_spelling_of_postgresql_names_one_driver(url: str) -> None:
    assert normal_url(url) == "postgresql+psycopg://a/b"
    assert normal_url("sqlite:///x.db") == "sqlite:///x.db"
