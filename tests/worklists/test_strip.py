"""What stands over one's list: calls back, limits nearly used, answers to one's requests."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.borrowers.actions.circumstances import LiftCircumstance, RecordCircumstance
from crm.contacts.actions.said import Said
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.worklists.queries import MyWork
from crm.worklists.rules import is_near, state_of_call_back
from tests.contacts.scene import in_china
from tests.factories import make_account, make_team

TEN = datetime(2026, 11, 25, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(TEN, tick=False) as now:
        yield now


@pytest.mark.parametrize(
    ("figures", "near"),
    [
        ([], False),
        ([(None, None)], False),
        ([(0, 6)], False),
        ([(0, 1)], False),
        ([(4, 6)], False),
        ([(5, 6)], True),
        ([(6, 6)], True),
        ([(1, 6), (2, 3)], True),
    ],
)
def test_what_is_near_a_limit(figures: Any, near: bool) -> None:
    reasons = [{"used": used, "limit": limit} for used, limit in figures]
    assert is_near({"reasons": reasons}) is near


@pytest.mark.both
def test_the_strip_says_what_waits_for_me_alone(house: Any, clock: Any) -> None:
    team = make_team()
    me = make_account(Role.SUPERVISOR, team_id=team)
    other = make_account(Role.SUPERVISOR, team_id=team)
    scene = in_china(me)
    quiet = {"callbacks": 0, "next": None, "missed": [], "near": 0, "waiting": 0, "answered": 0}
    quiet |= {"notices": []}
    assert answer(MyWork(), me)["strip"] == quiet
    at = TEN + timedelta(hours=2)
    scene.rang_us(said=(Said("callback", fields={"at": at.isoformat()}),), started_at=TEN)
    made = perform(RecordCircumstance(scene.person, "dispute"), me).result["id"]
    asked = perform(LiftCircumstance(made, "settled"), me).waiting
    strip = answer(MyWork(), me)["strip"]
    assert (strip["callbacks"], strip["next"]["at"], strip["waiting"]) == (1, at, 1)
    assert answer(MyWork(), other)["strip"] == quiet
    perform(Approve(asked), other)
    strip = answer(MyWork(), me)["strip"]
    assert (strip["waiting"], strip["answered"]) == (0, 1)
    clock.shift(timedelta(days=1, seconds=1))
    assert answer(MyWork(), me)["strip"] == quiet


@pytest.mark.parametrize(
    ("minutes", "made", "state"),
    [
        (-1, False, "later"),
        (0, False, "now"),
        (29, False, "now"),
        (30, False, "missed"),
        (30, True, "made"),
    ],
)
def test_where_a_call_back_stands(minutes: int, made: bool, state: str) -> None:
    assert state_of_call_back(TEN, TEN + timedelta(minutes=minutes), made=made) == state


def test_a_call_back_missed_is_shown_as_missed(house: Any, clock: Any, browser: Any) -> None:
    me = make_account(team_id=make_team())
    scene = in_china(me)
    at = TEN + timedelta(minutes=20)
    scene.rang_us(said=(Said("callback", fields={"at": at.isoformat()}),), started_at=TEN)
    page = browser(Role.COLLECTOR, actor=me)
    clock.shift(timedelta(minutes=19))
    assert "Call back now" not in page.get("/work").text, "their consent opens at its time"
    clock.shift(timedelta(minutes=1))
    assert "Call back now" in page.get("/work").text
    clock.shift(timedelta(minutes=35))
    strip = answer(MyWork(), me)["strip"]
    assert (strip["callbacks"], [one["at"] for one in strip["missed"]]) == (0, [at])
    assert "Missed" in browser(Role.COLLECTOR, actor=me).get("/work").text


def test_the_page_has_it(house: Any, browser: Any) -> None:
    me = make_account(team_id=make_team())
    scene = in_china(me)
    page = browser(Role.COLLECTOR, actor=me)
    assert "What waits for you" not in page.get("/work").text
    at = (TEN + timedelta(hours=2)).isoformat()
    scene.rang_us(said=(Said("callback", fields={"at": at}),), started_at=TEN)
    assert "1 call back today" in page.get("/work").text
