"""Lists checked at once: in their order, in one round trip, in whose reach, what hours allow."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.contacts.actions.batch import RequestPermits, Wanted
from crm.contacts.queries.lists import CheckList
from crm.contacts.rules.handing import Closing, handed_over
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.worklists.queries.checking import CheckWork
from tests.contacts.conftest import Clock
from tests.contacts.scene import NOON_IN_NEW_YORK, in_china, in_new_york
from tests.counting import counted
from tests.factories import make_account, make_person, make_point, make_team

SIX = datetime(2026, 11, 25, 18, tzinfo=UTC)


def states(found: dict[str, Any]) -> list[str]:
    return [one["state"] for one in found["items"]]


def of_team(collector: Actor) -> Actor:
    return make_account(Role.TEAM_LEADER, team_id=collector.team_id)


@pytest.mark.both
def test_who_may_be_contacted_and_why_not(house: Any, time: Clock) -> None:
    time.set(NOON_IN_NEW_YORK)  # one in the morning in China
    team = make_team()
    me = make_account(team_id=team)
    now, night = in_new_york(me), in_china(me)
    spoken = in_new_york(me, number="+12125550199")
    spoken.call("effective_conversation")
    bare = make_person(collector=me)
    people = (now.person, night.person, spoken.person, bare, uuid4())
    found = answer(CheckList(people), me)
    assert states(found) == ["now", "today", "not_today", "no_way", "missing"]
    assert found["counts"] == {
        "now": 1,
        "today": 1,
        "not_today": 1,
        "no_way": 1,
        "missing": 1,
    }
    (why,) = found["whys"]
    assert (why["rule"], why["people"]) == ("US-FED.call_frequency.after_conversation", 1)
    assert why["first_free"] == found["items"][2]["next_allowed_at"]
    assert found["items"][0]["closes_at"] == datetime(2026, 11, 26, 2, tzinfo=UTC)


def test_entries_for_one_person_share_his_slots_as_permits_do(house: Any, time: Clock) -> None:
    case = in_china()
    for _ in range(4):
        case.call()
        time.forward(minutes=1)
    people = (case.person,) * 4
    for channel in ("call", "sms"):
        wanted = Wanted(case.person, case.point, channel)
        checked = answer(CheckList(people, channel), case.collector)
        given = perform(RequestPermits((wanted,) * 4), case.collector).result["items"]
        reserved = ["now" if one["status"] == "reserved" else "no" for one in given]
        assert [one if one == "now" else "no" for one in states(checked)] == reserved


def test_whoever_has_one_lawful_number_is_lawful(house: Any, time: Clock) -> None:
    case = in_china()
    for _ in range(6):
        case.call()
        time.forward(minutes=1)
    assert states(answer(CheckList((case.person,)), case.collector)) == ["not_today"]
    other = make_point(case.person, "+8613900139000")
    (one,) = answer(CheckList((case.person,)), case.collector)["items"]
    assert (one["state"], one["contact_point_id"]) == ("now", other)


@pytest.mark.both
def test_statements_do_not_grow_with_the_list(house: Any, time: Clock) -> None:
    me = make_account(team_id=make_team())
    one = (in_china(me).person,)
    many = tuple(in_china(me, number=f"+86138001382{n:02d}").person for n in range(12))
    with counted() as few:
        answer(CheckList(one), me)
    with counted() as more:
        found = answer(CheckList(many), me)
    assert states(found) == ["now"] * 12
    assert len(more) == len(few)


def test_whose_list_it_is(house: Any, time: Clock) -> None:
    case = in_china()
    stranger = make_account(team_id=make_team())
    assert states(answer(CheckList((case.person,)), stranger)) == ["missing"]
    assert states(answer(CheckList((case.person,)), of_team(case.collector))) == ["now"]
    with pytest.raises(Refusal):
        answer(CheckList((case.person,)), make_account(Role.AUDITOR))


def test_the_reason_named_is_the_one_that_holds_longest(house: Any, time: Clock) -> None:
    time.set("2026-11-25T23:00:00+08:00")
    case = in_china()
    (night,) = answer(CheckList((case.person,)), case.collector)["items"]
    assert night["reason"]["rule"] == "CN.hours.night"
    perform(RecordCircumstance(case.person, "contact_hold"), case.collector)
    (held,) = answer(CheckList((case.person,)), case.collector)["items"]
    assert (held["reason"]["until"], held["next_allowed_at"]) == (None, None)


def test_how_long_a_list_may_be(house: Any) -> None:
    me = make_account()
    for people in ((), (uuid4(),) * 2001):
        with pytest.raises(Invalid):
            answer(CheckList(people), me)


@pytest.mark.parametrize(
    ("closings", "an_hour", "wanted"),
    [
        ([], 10, []),
        ([SIX] * 5, 10, [Closing(SIX, 5, 5, 0)]),
        ([SIX] * 30, 10, [Closing(SIX, 30, 20, 10)]),
        (
            [SIX + timedelta(hours=1)] * 15 + [SIX] * 12,
            10,
            [Closing(SIX, 12, 12, 0), Closing(SIX + timedelta(hours=1), 15, 15, 0)],
        ),
        (
            [SIX] * 15 + [SIX + timedelta(hours=1)] * 20 + [None],
            10,
            [
                Closing(SIX, 15, 15, 0),
                Closing(SIX + timedelta(hours=1), 20, 15, 5),
                Closing(None, 1, 1, 0),
            ],
        ),
        ([SIX - timedelta(hours=3)], 10, [Closing(SIX - timedelta(hours=3), 1, 0, 1)]),
    ],
)
def test_what_a_rate_still_reaches(closings: Any, an_hour: int, wanted: Any) -> None:
    assert handed_over(closings, SIX - timedelta(hours=2), an_hour) == wanted


def test_by_program_and_on_the_page(
    house: Any, time: Clock, program: Callable[..., Any], browser: Callable[..., Any]
) -> None:
    case = in_china()
    api = program(Role.COLLECTOR, actor=case.collector)
    told = api.post("/contact-decisions/list", {"people": [str(case.person)], "an_hour": 5}).json
    assert [one["state"] for one in told["items"]] == ["now"]
    assert told["closings"][0]["people"] == 1
    assert api.post("/contact-decisions/list", {"people": []}).status_code == 422
    assert api.get("/work/check", channel="sms").json["counts"]["now"] == 1
    page = browser(actor=case.collector).get("/work/check").text
    assert "Of 1 person, 0 may not be contacted today." in page
    assert browser(Role.AUDITOR).get("/work/check").status_code == 403
    assert answer(CheckWork(bucket="M5"), case.collector)["total"] == 0
