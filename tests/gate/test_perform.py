"""The one door: all of it, or none, and the ledger says which."""

import pytest
from sqlalchemy import insert, update

from crm.gate.errors import Missing, Refusal, Stale
from crm.gate.perform import perform
from crm.gate.work import Work
from crm.identity.actor import Scope, system
from crm.identity.models import session, team
from crm.identity.roles import Role
from crm.storage.bookkeeping import bookkeep
from crm.storage.database import AlreadyOpen, database
from crm.storage.guard import UnrecordedChange
from crm.storage.ids import new_id
from tests.factories import make_account, make_loan, make_person, make_point, make_team
from tests.gate.plays import SUBJECT, Found, Nothing, names, told

pytestmark = pytest.mark.both


@pytest.fixture
def collector(house):
    """Somebody who may edit people, in his own area."""
    return make_account(Role.COLLECTOR)


def test_rows_of_every_room_are_written_with_their_entries(house) -> None:
    assert make_team()
    person = make_person()
    make_point(person)
    make_loan(person)


def test_a_deed_is_done_recorded_and_answered(collector) -> None:
    done = perform(Found("A"), collector)
    assert set(done.result) == {"id"}
    assert "A" in names()
    (line,) = told()
    assert (line.action, line.outcome, line.actor) == (
        "tests.team.founded",
        "done",
        str(collector.id),
    )
    assert line.subject == {"type": "team", "id": str(SUBJECT)}


def test_whoever_may_not_is_refused_and_recorded(house) -> None:
    manager = make_account(Role.MANAGEMENT)
    with pytest.raises(Refusal) as no:
        perform(Found("A"), manager)
    assert (no.value.by_permission, no.value.recorded) == (True, True)
    assert names() == set()
    assert [(line.outcome, line.rule) for line in told()] == [("refused", "permission.denied")]


def test_what_lies_outside_ones_area_does_not_exist(collector) -> None:
    with pytest.raises(Missing):
        perform(Found("A", relation=Scope.TEAM), collector)
    assert [(line.outcome, line.rule) for line in told()] == [("refused", "permission.scope")]
    assert names() == set()


def test_a_refusal_by_rule_keeps_what_it_leaves_behind(collector) -> None:
    with pytest.raises(Refusal) as no:
        perform(Found("A", answer="refused"), collector)
    assert no.value.by_permission is False
    assert names() == {"refused A"}
    assert [(line.outcome, line.rule) for line in told()] == [("refused", "team.full")]


@pytest.mark.parametrize(
    ("raises", "kind", "rule"),
    [("refusal", Refusal, "team.late"), ("stale", Stale, "edit.stale")],
)
def test_a_no_while_running_undoes_all_and_is_recorded_afresh(
    collector, raises: str, kind: type, rule: str
) -> None:
    with pytest.raises(kind):
        perform(Found("A", raises=raises), collector)
    assert names() == set()
    (line,) = told()
    assert (line.outcome, line.rule) == ("refused", rule)
    assert line.subject == {"type": "team", "id": str(SUBJECT)}


@pytest.mark.parametrize(("raises", "kind"), [("missing", Missing), ("bug", ZeroDivisionError)])
def test_what_fails_otherwise_leaves_nothing(collector, raises: str, kind: type) -> None:
    with pytest.raises(kind):
        perform(Found("A", raises=raises), collector)
    assert names() == set()
    assert told() == []


def test_parts_are_done_in_the_same_transaction_each_with_its_entry(collector) -> None:
    perform(Found("A", parts=(Found("B", parts=(Found("C"),)), Found("D"))), collector)
    assert names() == {"A", "B", "C", "D"}
    assert [line.outcome for line in told()] == ["done"] * 4


def test_parts_of_parts_of_parts_are_too_much(collector) -> None:
    deep = Found("A", parts=(Found("B", parts=(Found("C", parts=(Found("D"),)),)),))
    with pytest.raises(RuntimeError, match="too much"):
        perform(deep, collector)
    assert names() == set()
    assert told() == []


@pytest.mark.parametrize(
    "part",
    [
        Found("B", answer="refused"),
        Found("B", relation=Scope.ALL),
        Found("B", raises="refusal"),
        Found("B", parts=(Found("C", answer="refused"),)),
    ],
)
def test_a_refused_part_undoes_the_whole(collector, part: Found) -> None:
    with pytest.raises(Refusal):
        perform(Found("A", parts=(part,)), collector)
    assert names() == set()  # not even what a refusal leaves behind
    (line,) = told()
    assert (line.action, line.outcome) == ("tests.team.founded", "refused")


def test_an_action_may_follow_another(collector, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm.gate.action import Action

    class After(Nothing, needs=Nothing.needs, recorded_as="tests.thing.followed", follows=Found):
        @classmethod
        def built_from(cls, earlier, result):
            return [Found(f"after {earlier.name}")] if not earlier.name.startswith("after") else []

    perform(Found("A"), collector)
    del Action.followers[Found]
    del Action.catalogue["tests.thing.followed"]
    assert names() == {"A", "after A"}


def test_an_action_that_follows_must_say_what_it_builds(house) -> None:
    with pytest.raises(TypeError, match="does not say"):
        Nothing.built_from(Nothing(), None)


def test_nothing_is_performed_inside_an_open_transaction(collector) -> None:
    with database().read(), pytest.raises(AlreadyOpen):
        perform(Found("A"), collector)
    with database().write(), pytest.raises(AlreadyOpen):
        perform(Found("A"), collector)

    class Inner(Nothing, needs=Nothing.needs, recorded_as="tests.thing.nested"):
        def run(self, work, subject):
            perform(Found("A"), collector)

    with pytest.raises(AlreadyOpen):
        perform(Inner(), collector)
    from crm.gate.action import Action

    del Action.catalogue["tests.thing.nested"]
    assert names() == set()


def test_reading_methods_do_not_write(collector) -> None:
    with database().write() as connection:
        work = Work(connection, collector)
        for read in (work.all, work.one, work.scalar):
            with pytest.raises(TypeError, match="add"):
                read(update(team).values(version=2))
        with pytest.raises(TypeError, match="recorded"):
            work.keep(team, id=new_id(), name="x", version=1)


def test_a_stale_edit_of_a_missing_row_is_told_apart(house) -> None:
    someone = system("tests")
    with database().write() as connection:
        work = Work(connection, someone)
        with pytest.raises(Missing):
            work.change(team, new_id(), name="x")
        with pytest.raises(Stale):
            work.change(team, new_id(), version=1, name="x")
        with pytest.raises(Missing):
            work.change_many(team, [{"id": new_id(), "name": "x"}])
        work.change_many(team, [])
        work.add_many(team, [])


def test_bookkeeping_needs_no_entry_and_takes_no_recorded_table(house) -> None:
    account = make_account()
    row = {
        "id": bytes(32),
        "account_id": account.id,
        "created_at": account_time(),
        "last_seen_at": account_time(),
        "expires_at": account_time(),
        "second_factor": False,
    }
    bookkeep(insert(session).values(row))
    assert bookkeep(update(session).values(second_factor=True)) == 1
    with pytest.raises(UnrecordedChange):
        bookkeep(insert(team).values(id=new_id(), name="x", version=1))


def account_time():
    from crm import clock

    return clock.now()
