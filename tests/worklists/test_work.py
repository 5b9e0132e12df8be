"""My work: in which order, whose, and in how many statements."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
import time_machine

from crm.gate.answer import answer
from crm.gate.errors import Refusal
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.privacy.openers import Presented
from crm.worklists.queries import MyWork
from crm.worklists.queries.following import NextInWork
from crm.worklists.rules import LATER, NEVER, NOW, best_line, in_order, in_sort, state_of
from tests.contacts.test_verifying import answered, called, known
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

DAY = timedelta(days=1)
TEN = datetime(2026, 11, 3, 2, tzinfo=UTC)  # in the morning in Shanghai, late evening in New York


@pytest.fixture(autouse=True)
def _at_ten() -> Iterator[None]:
    with time_machine.travel(TEN, tick=False):
        yield


def make_borrower(
    collector: Actor | None, name: str = "Chen Jing", days: int = 60, place: str | None = "CN"
) -> UUID:
    person_id = make_person(name, collector)
    make_point(person_id)
    portfolio = make_portfolio(collector_role="agency")
    stage = f"M{min(7, (days + 29) // 30)}"
    make_loan(person_id, portfolio, days_past_due=days, bucket=stage)
    if place == "CN":
        make_evidence(person_id)
    if place == "US":
        make_evidence(person_id, "US", ("America/New_York",), "US-NY")
    return person_id


def names(found: Any) -> list[str]:
    return [item["name"].text for item in found["items"]]


@pytest.mark.both
def test_lawful_now_first_then_by_return_then_without_end(house: Any) -> None:
    me = make_account()
    make_borrower(me, "Nowhere Known", 170, place=None)
    make_borrower(me, "New Yorker", 150, place="US")
    make_borrower(me, "Short Overdue", 20)
    make_borrower(me, "Long Overdue", 90)
    found = answer(MyWork(), me)
    assert names(found) == ["Long Overdue", "Short Overdue", "New Yorker", "Nowhere Known"]
    assert [item["state"] for item in found["items"]] == [NOW, NOW, LATER, NEVER]
    assert found["counts"] == {NOW: 2, LATER: 1, NEVER: 1}
    later = found["items"][2]["line"]
    assert later["next_allowed_at"] == datetime(2026, 11, 3, 13, tzinfo=UTC)
    assert later["reasons"][0]["rule"] == "US-FED.hours.unusual_time"


def test_each_sees_his_own_a_leader_the_team(house: Any) -> None:
    team = make_team()
    me, colleague = make_account(team_id=team), make_account(team_id=team)
    leader = make_account(Role.TEAM_LEADER, team_id=team)
    stranger = make_account(Role.TEAM_LEADER, team_id=make_team())
    make_borrower(me, "Mine Own")
    make_borrower(colleague, "Not Mine")
    make_borrower(None, "Nobody's")
    assert names(answer(MyWork(), me)) == ["Mine Own"]
    assert sorted(names(answer(MyWork(), leader))) == ["Mine Own", "Not Mine"]
    assert names(answer(MyWork(mine=True), leader)) == []
    assert names(answer(MyWork(), stranger)) == []
    with pytest.raises(Refusal):
        answer(MyWork(), make_account(Role.AUDITOR))


def test_filters_by_state_and_stage(house: Any) -> None:
    me = make_account()
    make_borrower(me, "Long Overdue", 90)
    make_borrower(me, "Short Overdue", 20)
    make_borrower(me, "New Yorker", 90, place="US")
    assert names(answer(MyWork(bucket="M3"), me)) == ["Long Overdue", "New Yorker"]
    assert names(answer(MyWork(show=LATER), me)) == ["New Yorker"]
    assert names(answer(MyWork(show=NOW, bucket="M1"), me)) == ["Short Overdue"]


def test_what_is_owed_is_closed_in_the_list_while_somebody_unknown_listens(house: Any) -> None:
    case = known()
    beside = make_person("Co Borrower", case.collector)
    make_point(beside, "+8613700137000")
    make_evidence(beside)
    make_party(case.loan, beside, "co_borrower")
    make_borrower(case.collector, "Somebody Else")

    def sums() -> dict[UUID, Any]:
        return {item["id"]: item["overdue"] for item in answer(MyWork(), case.collector)["items"]}

    assert None not in sums().values()
    permit_id = called(case)
    assert {who for who, owed in sums().items() if owed is None} == {case.person, beside}
    answered(case, "birthday", "03-07", permit_id=permit_id)
    answered(case, "national_id", "4514", permit_id=permit_id)
    assert None not in sums().values()


def test_a_stage_says_of_which_day_it_is_where_the_days_went_on(house: Any, browser: Any) -> None:
    me = make_account()
    make_borrower(me, "Ninety then", 90)  # on 31 October, so more by now: M4
    make_borrower(me, "Forty then", 40)
    then, still = answer(MyWork(), me)["items"]
    assert (then["days_past_due"] > 90, then["bucket"]) == (True, "M3")
    assert then["staged_on"] == date(2026, 10, 31)
    assert (still["bucket"], still["staged_on"]) == ("M2", None)
    assert "M3 on 31 Oct" in browser(Role.COLLECTOR, actor=me).get("/work").text


def test_a_list_shows_no_telephone_and_is_one_entry(house: Any) -> None:
    from sqlalchemy import select

    from crm.audit.models import audit_entry
    from crm.storage.database import database

    me = make_account()
    make_borrower(me)
    found = answer(MyWork(), me)
    assert "13800138000" not in repr(found)
    assert found["items"][0]["line"]["contact_point"]["label"] is None
    assert isinstance(found["items"][0]["name"], Presented)
    with database().read() as connection:
        listed = select(audit_entry.c.id).where(audit_entry.c.action == "worklists.work.listed")
        assert len(connection.execute(listed).all()) == 1


@pytest.mark.both
def test_statements_do_not_grow_with_people(house: Any) -> None:
    me, other = make_account(), make_account()
    make_borrower(me)
    for _ in range(12):
        make_borrower(other)
    with counted() as one:
        answer(MyWork(), me)
    with counted() as many:
        answer(MyWork(), other)
    assert len(many) == len(one)


def test_next_and_previous(house: Any) -> None:
    me = make_account()
    first, second = make_borrower(me, "First One", 90), make_borrower(me, "Second One", 60)
    assert answer(NextInWork(first, 0), me) == {"id": second, "work": 1, "of": 2}
    assert answer(NextInWork(second, 1, -1), me) == {"id": first, "work": 0, "of": 2}
    assert answer(NextInWork(second, 1), me)["id"] is None
    assert answer(NextInWork(first, 0, -1), me)["id"] is None


def test_the_arrows_of_a_file_lead_to_who_stands_beside(house: Any, browser: Any) -> None:
    me = browser(Role.COLLECTOR, team_id=make_team())
    first, second = make_borrower(me.actor, "First", 90), make_borrower(me.actor, "Second", 60)
    page = me.get(f"/work/next?person={first}&work=0&step=1")
    assert f"/people/{second}?work=1" in page.location
    assert (
        f"/people/{first}?work=0" in me.get(f"/work/next?person={second}&work=1&step=-1").location
    )
    assert me.get(f"/work/next?person={first}&work=0&step=2").status_code == 422


def test_whoever_was_contacted_has_left_his_place_to_the_next(house: Any) -> None:
    from crm.borrowers.models import circumstance

    me = make_account()
    first, second = make_borrower(me, "First One", 90), make_borrower(me, "Second One", 60)
    seed(
        circumstance,
        person_id=first,
        kind="contact_hold",
        since="2026-11-01",
        source="form",
        created_at=TEN,
        version=1,
    )
    assert answer(NextInWork(first, 0), me) == {"id": second, "work": 0, "of": 2}


def test_a_file_says_how_many_are_left_in_the_filtered_list(house: Any, browser: Any) -> None:
    leader = browser(Role.TEAM_LEADER, team_id=(team := make_team()))
    colleague = make_account(team_id=team)
    first, last = (
        make_borrower(leader.actor, "First", 90),
        make_borrower(leader.actor, "Last", 70, place="US"),
    )
    make_borrower(colleague, "Not Mine", 60)
    page = leader.get("/work?mine=true&sort=days").text
    assert f"/people/{last}?work=0&amp;of=2&amp;mine=true&amp;sort=days" in page
    step = leader.get(f"/work/next?person={last}&work=0&mine=true&sort=days").location
    assert step.endswith(f"/people/{first}?work=1&of=2&sort=days&mine=true")
    assert "Case 1 of 2 · 1 left" in leader.get(f"/people/{last}?work=0&of=2").text
    assert "Case 2 of 2 · the last one" in leader.get(step).text
    assert 'href="/work?mine=true&amp;sort=days"' in leader.get(step).text  # the way back
    assert "Case 1 of the list" in leader.get(f"/people/{last}?work=0").text  # an older address


def test_work_in_another_order(house: Any, browser: Any) -> None:
    me = browser(Role.COLLECTOR, team_id=make_team())
    for name, days, place in (("Mid", 60, "CN"), ("Long", 90, "US"), ("Short", 20, "CN")):
        make_borrower(me.actor, name, days, place)
    assert names(answer(MyWork(), me.actor)) == ["Mid", "Short", "Long"]  # lawful now first
    assert names(answer(MyWork(sort="-days"), me.actor)) == ["Long", "Mid", "Short"]
    assert names(answer(MyWork(sort="days"), me.actor)) == ["Short", "Mid", "Long"]
    usual, turned = me.get("/work").text, me.get("/work?sort=-days").text
    assert usual.count("aria-sort") == turned.count("aria-sort") == 1
    assert 'aria-sort="other"' in usual
    assert 'aria-sort="descending"><a class="sort" href="/work?sort=days"' in turned
    assert me.get("/api/v1/work?sort=name").status_code == 422


def test_pages_keep_their_order(house: Any, monkeypatch: pytest.MonkeyPatch, browser: Any) -> None:
    monkeypatch.setattr("crm.worklists.queries.PAGE", 2)
    me = browser(Role.COLLECTOR, team_id=make_team())
    for name, days in (("One", 80), ("Two", 60), ("Three", 40)):
        make_borrower(me.actor, name, days)
    first = me.get("/work?sort=days").text
    assert first.index("Three") < first.index("Two")
    (onward,) = re.findall(r'rel="next" href="([^"]+)"', first)
    rest = me.get(unescape(onward)).text
    assert "One" in rest
    assert "Two" not in rest


def test_a_refusal_is_said_once_where_it_is_the_same_below(house: Any, browser: Any) -> None:
    me = browser(Role.COLLECTOR, team_id=make_team())
    for name in ("First Of Two", "Second Of Two"):
        make_borrower(me.actor, name, 60, place="US")
    page = me.get("/work").text
    assert page.count("contact may start from") == 1
    assert page.count("same reason") == 1
    assert page.count('class="state later"') == 2  # not yet is no refusal without end


def line(**given: Any) -> dict[str, Any]:
    return {"allowed": True, "soon": False, "closes_at": None, "next_allowed_at": None} | given


def item(name: str, **given: Any) -> dict[str, Any]:
    base = {"id": name, "line": line(), "state": NOW, "permit_id": None, "days_past_due": 30}
    return base | given


def test_what_is_under_way_comes_before_all_and_what_closes_before_the_rest() -> None:
    soon = line(soon=True, closes_at=TEN)
    items = [
        item("calm", days_past_due=200),
        item("closing", line=soon),
        item("begun", permit_id="p", state=NEVER, line=None),
    ]
    assert [one["id"] for one in in_order(items)] == ["begun", "closing", "calm"]


ODD = [
    item("a", days_past_due=5, overdue=30, currency="USD", last={"started_at": TEN}),
    item("b", days_past_due=None, overdue=None, currency=None, last=None),
    item("c", days_past_due=9, overdue=10, currency="USD", last=None),
    item("d", days_past_due=5, overdue=20, currency="CNY", last={"started_at": TEN - DAY}),
]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (None, "abcd"),
        ("days", "adcb"),  # what is equal keeps its order; nothing to sort by comes last
        ("-days", "cadb"),
        ("overdue", "dcab"),  # currency by currency: amounts of two are not compared
        ("-overdue", "dacb"),
        ("last", "bcda"),  # never is longest ago
        ("-last", "adbc"),
    ],
)
def test_sorts(sort: str | None, order: str) -> None:
    assert "".join(one["id"] for one in in_sort(ODD, sort)) == order


def test_state_and_best_line() -> None:
    refused = line(allowed=False)
    waits = line(allowed=False, next_allowed_at=TEN)
    assert [state_of(one) for one in (None, refused, waits, line())] == [NEVER, NEVER, LATER, NOW]
    assert best_line([refused, waits, line()]) == line()
    assert best_line([refused, waits]) == waits
    assert best_line([]) is None
