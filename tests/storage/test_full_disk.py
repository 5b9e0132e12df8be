"""A disk that is full: a clear answer, nothing half-written, and all goes on once there is room."""

import errno
import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.identity.roles import Role
from crm.loans.imports import runner
from crm.privacy.keyring import keyring
from crm.storage.database import database
from crm.storage.tables import metadata
from tests.cluster import APPLICATION
from tests.factories import make_person
from tests.houses import Instance
from tests.intruder import Intruder
from tests.loans.files import lines, text_of

assert runner


@contextmanager
def no_room(engine: Engine) -> Iterator[None]:
    """Let a SQLite file grow no further."""

    def bound(raw: sqlite3.Connection, _record: Any) -> None:
        raw.execute("PRAGMA max_page_count=1")  # SQLite takes the present size instead

    engine.dispose()
    event.listen(engine, "connect", bound)
    try:
        yield
    finally:
        event.remove(engine, "connect", bound)
        engine.dispose()


def rows() -> dict[str, int]:
    """Return how many rows each table has."""
    with database().read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def enter(collector: Any, number: int) -> Any:
    """Ask a program to enter a person, with much to keep."""
    body = {"name": "Chen Jing " * 11, "national_id": str(number).rjust(30, "1")}
    return collector.post("/people", body, key=str(number))


def until_refused(collector: Any) -> tuple[int, dict[str, int], Any]:
    """Enter people until there is no room; return how many came in, what was there, the answer."""
    for number in range(500):
        before = rows()
        answer = enter(collector, number)
        if answer.status_code != 201:
            return number, before, answer
    raise AssertionError("there was room enough")


def sound(house: Instance) -> bool:
    """Tell whether ledger and rows agree."""
    report = verify(database(), open_signer(house.settings))
    assert report.ok, report.faults
    return report.ok


def test_a_full_database_keeps_nothing_by_halves(house: Instance, program, browser) -> None:
    collector, page = program(Role.COLLECTOR), browser(Role.COLLECTOR)
    page.get("/me")
    with no_room(database().engine):
        number, before, answer = until_refused(collector)
        assert answer.status_code == 503
        assert "Nothing was saved" in answer.json["detail"]
        assert answer.headers["Retry-After"]
        assert rows() == before
        assert page.post("/people", name="Chen Jing " * 11).status_code == 503
        assert rows() == before
        assert collector.get("/me").status_code == 200, "what needs no room still works"
        assert sound(house)
    assert enter(collector, number).status_code == 201, "the same request, once there is room"
    assert enter(collector, number).status_code == 201
    assert rows()["person"] == before["person"] + 1


def test_what_must_be_recorded_is_not_shown_where_it_cannot_be(house, program) -> None:
    collector = program(Role.COLLECTOR)
    who = make_person("Chen Jing", collector.actor)
    with no_room(database().engine):
        for _ in range(500):
            answer = collector.post("/people/search", {"name": "Chen"})
            if answer.status_code != 200:
                break
        assert answer.status_code == 503
        assert "Chen" not in answer.text
        assert collector.get(f"/people/{who}").status_code == 503
    assert collector.get(f"/people/{who}").status_code == 200


def test_a_full_keystore_keeps_nobody_without_keys(house: Instance, program) -> None:
    collector = program(Role.COLLECTOR)
    with no_room(keyring()._engine):
        number, before, answer = until_refused(collector)
        assert answer.status_code == 503
        assert "Nothing was saved" in answer.json["detail"]
        assert rows() == before
        assert sound(house)
        assert collector.get("/people").status_code == 200, "keys there are open what there is"
    assert enter(collector, number).status_code == 201


def test_an_upload_for_which_there_is_no_room_is_refused(house, browser, monkeypatch) -> None:
    steward = browser(Role.DATA_STEWARD)
    steward.get("/imports")
    real = os.fsync

    def full(number: int) -> None:
        if "spool" in os.readlink(f"/proc/self/fd/{number}"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(number)

    monkeypatch.setattr(os, "fsync", full)
    file = (io.BytesIO(text_of(lines(3)).encode()), "a.csv")
    answer = steward.post("/imports", mapping="small", file=file)
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.text
    assert not list((house.settings.home / "spool").glob("*"))


FAILING = """CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"""


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["person", "audit_entry", "idempotency"])
def test_a_statement_that_fails_half_way_leaves_nothing(house, program, table: str) -> None:
    collector, owner = program(Role.COLLECTOR), Intruder(house)
    assert enter(collector, 1).status_code == 201
    before = rows()
    owner.run(FAILING)
    owner.run(
        f"CREATE TRIGGER full_disk AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
    )
    answer = enter(collector, 2)
    assert answer.status_code == 503
    assert "Nothing was saved" in answer.json["detail"]
    assert "extend" not in answer.text, "a database's own words may quote what it choked on"
    assert rows() == before
    owner.run(f"DROP TRIGGER full_disk ON {table}")
    assert enter(collector, 2).status_code == 201
    owner.close()


@pytest.mark.postgres
def test_a_right_taken_away_is_a_fault_that_keeps_nothing(house, program) -> None:
    collector, owner = program(Role.COLLECTOR), Intruder(house)
    before = rows()
    owner.run(f"REVOKE INSERT ON audit_entry FROM {APPLICATION}")
    answer = enter(collector, 1)
    assert answer.status_code == 500
    assert "Nothing was saved" in answer.json["detail"]
    assert rows() == before
    owner.run(f"GRANT INSERT ON audit_entry TO {APPLICATION}")
    assert enter(collector, 1).status_code == 201
    owner.close()


def test_a_disk_that_fills_at_the_commit_keeps_nothing(house: Instance, monkeypatch) -> None:
    before = rows()
    make_person()
    assert rows() != before
    before = rows()

    def full(connection: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(database().engine.dialect, "do_commit", full)
    with pytest.raises(OperationalError):
        make_person()
    monkeypatch.undo()
    assert rows() == before
    make_person()
