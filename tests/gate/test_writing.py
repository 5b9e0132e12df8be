"""What is written where: a changed value is sealed for its person; nothing to write is nothing."""

from uuid import UUID

import pytest
from sqlalchemy import select, text

from crm.audit.models import audit_entry
from crm.borrowers.models import contact_point, person
from crm.gate.action import Subject
from crm.gate.answer import answer
from crm.gate.document import to_document
from crm.gate.generation import generation
from crm.gate.locks import take
from crm.gate.perform import perform
from crm.gate.queries import Approvals
from crm.gate.statement import write_rows
from crm.identity.actor import Actor, Scope
from crm.identity.roles import Role
from crm.privacy.keyring import keyring
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.counting import counted
from tests.factories import make_account, make_person, make_point, make_team
from tests.gate.plays import Found, Rename
from tests.touching import touch

pytestmark = pytest.mark.both


def point(row_id: UUID) -> dict[str, object]:
    with database().read() as connection:
        query = select(contact_point).where(contact_point.c.id == row_id)
        return stored(contact_point, dict(connection.execute(query).one()._mapping))


def test_a_changed_value_is_sealed_for_the_person_it_belongs_to(house) -> None:
    """The caller names only the row: whose keys seal it is looked up."""
    who = make_person()
    row_id = make_point(who)
    before = point(row_id)
    touch(contact_point, {"id": row_id, "value": Sealed.fresh("+8613900139000")})
    after = point(row_id)
    value = after["value"]
    assert isinstance(value, Sealed)
    assert (value.subject, reopen(value)) == (who, "+8613900139000")
    assert after["value_index"] != before["value_index"]


def test_a_change_of_nothing_sealed_leaves_what_is_sealed_as_it_was(house) -> None:
    row_id = make_point(make_person())
    query = select(contact_point.c.value, contact_point.c.value_index)
    with database().read() as connection:
        before = connection.execute(query).one()
    touch(contact_point, {"id": row_id, "place": "work"})
    with database().read() as connection:
        assert connection.execute(query).one() == before
    assert point(row_id)["place"] == "work"


def test_nothing_to_write_or_to_hold_sends_nothing(house) -> None:
    with database().write() as connection, counted() as seen:
        write_rows(connection, [])
        take(connection, ())
        assert seen == []


def test_whatever_names_what_is_held_holds_it(house) -> None:
    who = make_person()
    with database().write() as connection:
        take(connection, select(person.c.id))
        take(connection, [who])
        if not database().is_sqlite:
            query = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            assert connection.execute(query).scalar_one() >= 1


@pytest.fixture
def asked(house) -> tuple[Actor, Actor, UUID]:
    """Who asked, who may agree, and the team it is about."""
    team = make_team("Here")
    asker = make_account(Role.COLLECTOR, team_id=team)
    perform(Rename(team, "There"), asker)
    return asker, make_account(Role.TEAM_LEADER, team_id=team), team


def contents(leader: Actor) -> object:
    (item,) = answer(Approvals(), leader)["items"]
    return next(value for value in item.values() if isinstance(value, dict | list))


def test_what_is_asked_for_can_be_read_before_one_agrees(asked) -> None:
    assert "There" in str(contents(asked[1]))


def test_a_request_of_another_shape_shows_nothing_it_does_not_know(asked, monkeypatch) -> None:
    monkeypatch.setattr(Rename, "document_version", 4)
    assert not contents(asked[1])


@pytest.mark.parametrize("untampered", [False])
def test_a_request_whose_keys_are_destroyed_shows_nothing(asked, untampered) -> None:
    keyring().destroy(asked[0].id)
    assert not contents(asked[1])


def test_a_request_about_a_person_leads_to_the_file(asked, monkeypatch) -> None:
    asker, leader, _ = asked
    who = make_person("Chen Jing", asker)
    monkeypatch.setattr(Found, "subject", lambda *_: Subject("person", who, Scope.OWN))
    perform(Found("A", answer="second"), asker)
    files = {item["person_id"] for item in answer(Approvals(), leader)["items"]}
    assert files == {None, who}


def test_a_document_holds_values_of_every_kind() -> None:
    document = to_document(Found(b"\x01\xff", answer={"a": [1, {2: None}]}, parts=()))  # type: ignore[arg-type]
    assert '"01ff"' in document
    assert '"2": null' in document or '"2":null' in document


def test_what_is_bookkeeping_is_changed_and_not_noted(house) -> None:
    with database().read() as connection:
        before = connection.execute(select(generation.c.number)).scalar_one()
    touch(generation, {"id": 1, "number": before + 1})
    with database().read() as connection:
        assert connection.execute(select(generation.c.number)).scalar_one() == before + 1
        query = select(audit_entry.c.entry).where(audit_entry.c.action == "tests.row.touched")
        assert b'"rows"' not in connection.execute(query).scalar_one()
