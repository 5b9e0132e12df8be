"""Who comes next: from the order judged last, but nobody who was not judged just now."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from crm import clock
from crm.borrowers.models import circumstance, contact_point, person
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.loans.models import loan
from crm.storage.database import database
from crm.worklists.queries import MyWork, remembered
from crm.worklists.queries.following import NextInWork
from crm.worklists.rules import LATER, NEVER, NOW
from tests.counting import counted
from tests.factories import (
    make_account,
    make_evidence,
    make_loan,
    make_party,
    make_person,
    make_point,
    make_portfolio,
    make_team,
    seed,
)
from tests.touching import touch

NOON = datetime(2026, 11, 3, 17, tzinfo=UTC)  # in New York; an hour after midnight in Shanghai
LATE = datetime(2026, 11, 4, 3, tzinfo=UTC)  # ten in the evening in New York
NUMBERS = count(2125550100)  # each his own: what is one number is counted as one


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def me(house: Any) -> Actor:
    return make_account(team_id=make_team())


def make_borrower(collector: Actor, days: int = 60, place: str | None = "US") -> UUID:
    """Return somebody who may be called at noon in New York, and in Shanghai not before eight."""
    person_id = make_person("Chen Jing", collector)
    make_point(person_id, f"+1{next(NUMBERS)}")
    bucket = f"M{min(7, (days + 29) // 30)}"
    make_loan(person_id, make_portfolio(collector_role="agency"), days_past_due=days, bucket=bucket)
    if place == "CN":
        make_evidence(person_id)
    if place == "US":
        make_evidence(person_id, "US", ("America/New_York",), "US-NY")
    return person_id


def make_five(collector: Actor) -> list[UUID]:
    return [make_borrower(collector, days) for days in (90, 80, 70, 60, 50)]


def opened(actor: Actor, **filters: Any) -> list[UUID]:
    """Open the list of work, which is then remembered; return who is in it."""
    return [item["id"] for item in answer(MyWork(**filters), actor)["items"]]


def at(found: Any) -> tuple[UUID | None, int | None]:
    return found["id"], found["work"]


def stop(person_id: UUID) -> None:
    seed(
        circumstance,
        person_id=person_id,
        kind="contact_hold",
        since="2026-11-01",
        source="form",
        created_at=NOON,
        version=1,
    )


def permit_of(person_id: UUID, actor: Actor) -> UUID:
    with database().read() as connection:
        query = select(contact_point.c.id).where(contact_point.c.person_id == person_id)
        point = connection.execute(query).scalar_one()
    return perform(RequestPermit(person_id, point, "call"), actor).result["id"]


def log(permit_id: UUID, actor: Actor) -> None:
    """Log a talk, after which nobody may call for a week."""
    perform(LogContact(permit_id, "effective_conversation"), actor)


def call(person_id: UUID, actor: Actor) -> None:
    permit_id = permit_of(person_id, actor)
    perform(StartPermit(permit_id), actor)
    log(permit_id, actor)


@pytest.mark.both
def test_the_order_is_judged_once_and_then_only_who_is_offered(me: Actor) -> None:
    for days in range(40, 70):
        make_borrower(me, days)
    people = opened(me)
    with counted() as statements:
        assert at(answer(NextInWork(people[3], 3), me)) == (people[4], 4)
    assert len(statements) == 3
    assert at(answer(NextInWork(people[4], 4, -1), me)) == (people[3], 3)


def test_nobody_is_offered_who_may_not_be_contacted_now(me: Actor) -> None:
    people = make_five(me)
    assert opened(me) == people
    stop(people[1])
    assert at(answer(NextInWork(people[0], 0), me)) == (people[2], 1)


def test_a_stopped_one_leaves_his_place_to_the_next(me: Actor) -> None:
    people = make_five(me)
    assert opened(me) == people
    stop(people[0])
    assert at(answer(NextInWork(people[0], 0), me)) == (people[1], 0)
    assert at(answer(NextInWork(people[1], 0), me)) == (people[2], 1)
    stop(people[2])
    assert at(answer(NextInWork(people[2], 1, -1), me)) == (people[1], 0)


def test_at_the_closing_hour_nobody_is_offered_as_lawful(me: Actor) -> None:
    people = make_five(me)
    assert opened(me, show=NOW) == people
    with time_machine.travel(LATE, tick=False):
        assert answer(NextInWork(people[0], 0, show=NOW), me)["id"] is None


def test_whoever_was_contacted_leaves_his_place_to_the_next(me: Actor) -> None:
    people = make_five(me)
    assert opened(me) == people
    for n in range(3):
        call(people[n], me)
        assert at(answer(NextInWork(people[n], 0), me)) == (people[n + 1], 0)


def test_whoever_was_given_to_another_is_not_offered(me: Actor) -> None:
    people, colleague = make_five(me), make_account(team_id=me.team_id)
    assert opened(me) == people
    touch(person, {"id": people[1], "collector_id": colleague.id})
    assert at(answer(NextInWork(people[0], 0), me)) == (people[2], 1)


def test_whoever_owes_nothing_any_more_is_not_offered(me: Actor) -> None:
    person_id = make_borrower(me, 80)
    paid = make_borrower(me, 70)
    last = make_borrower(me, 61)
    assert opened(me, bucket="M3") == [person_id, paid, last]
    with database().read() as connection:
        loan_id = connection.execute(select(loan.c.id).where(loan.c.borrower_id == paid)).scalar()
    touch(loan, {"id": loan_id, "status": "closed"})
    assert at(answer(NextInWork(person_id, 0, bucket="M3"), me)) == (last, 1)


@pytest.mark.both
def test_two_at_once_are_not_offered_the_same_call(me: Actor) -> None:
    people, leader = make_five(me), make_account(Role.TEAM_LEADER, team_id=me.team_id)
    assert opened(me) == opened(leader) == people
    call(people[1], leader)
    assert at(answer(NextInWork(people[0], 0), me)) == (people[2], 1)
    call(people[2], me)
    assert answer(NextInWork(people[1], 1), leader)["id"] == people[3]


def test_what_is_under_way_is_never_told_from_memory(me: Actor) -> None:
    people = make_five(me)
    perform(StartPermit(permit := permit_of(people[2], me)), me)
    order = [people[2], people[0], people[1], people[3], people[4]]
    assert opened(me) == order
    assert at(answer(NextInWork(people[2], 0), me)) == (people[0], 1)
    assert at(answer(NextInWork(people[0], 1, -1), me)) == (people[2], 0)
    log(permit, me)
    assert at(answer(NextInWork(people[2], 0), me)) == (people[0], 0)


def test_how_many_are_left_does_not_count_who_has_left(me: Actor) -> None:
    people = make_five(me)
    assert opened(me) == people
    assert answer(NextInWork(people[0], 0), me)["of"] == 5
    for n, of in ((0, 4), (1, 3)):
        call(people[n], me)
        assert answer(NextInWork(people[n], 0), me) == {"id": people[n + 1], "work": 0, "of": of}


def test_each_order_is_remembered_for_itself(me: Actor) -> None:
    people = make_five(me)
    assert opened(me) == people
    assert opened(me, sort="days") == people[::-1]
    with counted() as statements:
        assert answer(NextInWork(people[1], 3, sort="days"), me)["id"] == people[0]
        assert answer(NextInWork(people[1], 1), me)["id"] == people[2]
    assert len(statements) == 2 * 3


def test_each_filter_has_an_order_of_its_own(me: Actor) -> None:
    late, early, abroad = make_borrower(me, 80), make_borrower(me, 20), make_borrower(me, 70, "CN")
    assert opened(me) == [late, early, abroad]
    assert opened(me, bucket="M3") == [late, abroad]
    assert opened(me, bucket="M1") == [early]
    with counted() as statements:
        assert answer(NextInWork(late, 0), me)["id"] == early
        assert answer(NextInWork(late, 0, bucket="M3"), me)["id"] == abroad
    assert len(statements) == 2 * 3
    assert answer(NextInWork(late, 0, show=NOW), me)["id"] == early
    assert answer(NextInWork(early, 1, show=NOW), me)["id"] is None


def test_each_has_an_order_of_his_own(me: Actor) -> None:
    colleague = make_account(team_id=me.team_id)
    mine, theirs = make_five(me), make_five(colleague)
    assert opened(me) == mine
    assert opened(colleague) == theirs
    assert answer(NextInWork(mine[0], 0), me)["id"] == mine[1]
    assert answer(NextInWork(theirs[0], 0), colleague)["id"] == theirs[1]


def test_it_is_remembered_for_a_minute(me: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    people = make_five(me)
    assert opened(me) == people
    newcomer = make_borrower(me, 85)
    assert answer(NextInWork(people[0], 0), me)["id"] == people[1]
    late = clock.ticks() + remembered.SECONDS + 1
    monkeypatch.setattr(clock, "ticks", lambda: late)
    assert answer(NextInWork(people[0], 0), me)["id"] == newcomer


def test_an_end_is_not_told_from_memory(me: Actor) -> None:
    people = make_five(me)
    assert opened(me) == people
    newcomer = make_borrower(me, 40)
    assert at(answer(NextInWork(people[4], 4), me)) == (newcomer, 5)
    assert answer(NextInWork(people[0], 0, -1), me)["id"] is None


def test_several_processes_that_remember_different_things_leave_nobody_out(
    me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = make_five(me) + [make_borrower(me, 49 - n) for n in range(5)]
    processes = [remembered.Remembered(), remembered.Remembered()]
    offered, place = people[0], 0
    walked = [offered]
    for n in range(9):
        one = processes[n % 2]
        monkeypatch.setattr("crm.worklists.queries.orders", one)
        monkeypatch.setattr("crm.worklists.queries.following.orders", one)
        call(offered, me)
        found = answer(NextInWork(offered, place), me)
        offered, place = found["id"], found["work"]
        walked.append(offered)
    assert walked == people


@pytest.mark.both
def test_one_is_judged_as_the_list_judges_him(me: Actor) -> None:
    """Whatever stands in the list, each step names the next without judging all anew."""
    portfolio = make_portfolio(collector_role="agency")
    people = [make_borrower(me, days, place) for days in (90, 40) for place in ("CN", "US", None)]
    written = make_person("Only Letters", me)
    make_point(written, "letter@example.com", kind="email")
    make_loan(written, portfolio, days_past_due=30)
    make_evidence(written, "US", ("America/New_York",), "US-NY")
    unknown = make_person("No Way", me)
    make_loan(unknown, portfolio, days_past_due=30)
    other = make_person("A Relative", me)
    make_point(other, "13800138009")
    make_party(make_loan(written, portfolio, days_past_due=31), other, "relative")
    items = answer(MyWork(), me)["items"]
    assert {item["id"] for item in items} == {*people, written, unknown, other}
    assert {item["state"] for item in items} == {NOW, LATER, NEVER}
    for here, there in pairwise(items):
        with counted() as statements:
            found = answer(NextInWork(here["id"], here["place"]), me)
        assert at(found) == (there["id"], there["place"])
        assert len(statements) <= 3


def test_it_keeps_no_more_orders_than_it_may() -> None:
    memory = remembered.Remembered()
    for n in range(remembered.MOST + 5):
        memory.keep(n, {UUID(int=1): NOW})
    memory.keep(7, {UUID(int=2): NOW})
    assert memory.recall(4) == {}
    assert memory.recall(5) == {UUID(int=1): NOW}
    assert memory.recall(7) == {UUID(int=2): NOW}
