"""The coming week: exact hours, in the person's zone, with why not; the engine's own word."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.contacts.facts import Approach, facts_for
from crm.contacts.meter.week import MINUTES_A_DAY, week_of
from crm.contacts.queries.week import PersonWeek
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.gate.reader import Reader
from crm.identity.roles import Role
from crm.rulebook.engine import decide
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reading import read_facts
from crm.storage.database import database
from tests.contacts.conftest import Clock, time  # noqa: F401  the clock that is set by hand
from tests.contacts.scene import NOON_IN_NEW_YORK, in_china, in_new_york
from tests.counting import counted
from tests.factories import make_account, make_evidence, make_person


def calls(found: dict[str, Any]) -> dict[str, Any]:
    way: dict[str, Any] = next(way for way in found["ways"] if way["channel"] == "call")
    return way


def windows(day: dict[str, Any]) -> list[tuple[int, int]]:
    return [(part["opens"], part["closes"]) for part in day["parts"] if part["allowed"]]


@pytest.mark.both
def test_from_now_to_the_end_of_the_seventh_day(house: Any, time: Clock) -> None:  # noqa: F811
    case = in_china()
    way = calls(answer(PersonWeek(case.person), case.collector))
    assert way["zone"] == "Asia/Shanghai"
    assert [str(day["day"]) for day in way["days"]] == [
        f"2026-{month}-{day:02d}" for month, day in [("11", n) for n in range(25, 31)] + [("12", 1)]
    ]
    assert windows(way["days"][0]) == [(12 * 60, 22 * 60)]
    assert {tuple(windows(day)) for day in way["days"][1:]} == {((8 * 60, 22 * 60),)}
    night = way["days"][1]["parts"][0]
    assert [reason["rule"] for reason in night["reasons"]] == ["CN.hours.night"]


def test_parts_leave_no_gap(house: Any, time: Clock) -> None:  # noqa: F811
    case = in_china()
    days = calls(answer(PersonWeek(case.person), case.collector))["days"]
    for day in days[1:]:
        edges = [(part["opens"], part["closes"]) for part in day["parts"]]
        assert edges[0][0] == 0
        assert edges[-1][1] == MINUTES_A_DAY
        assert all(one[1] == following[0] for one, following in pairwise(edges))


def test_a_wait_shuts_whole_days_and_says_until_when(house: Any, time: Clock) -> None:  # noqa: F811
    time.set(NOON_IN_NEW_YORK)
    case = in_new_york()
    case.call("effective_conversation")
    days = calls(answer(PersonWeek(case.person), case.collector))["days"]
    assert [windows(day) for day in days[:6]] == [[]] * 6
    rules = {r["rule"] for day in days[:6] for part in day["parts"] for r in part["reasons"]}
    assert "US-FED.call_frequency.after_conversation" in rules


def test_hours_are_told_to_the_minute(house: Any, time: Clock) -> None:  # noqa: F811
    time.set(NOON_IN_NEW_YORK)
    case = in_new_york()
    scope = {"from": "15:07", "to": "16:11"}
    perform(RecordCircumstance(case.person, "inconvenient_time", scope=scope), case.collector)
    days = calls(answer(PersonWeek(case.person), case.collector))["days"]
    assert windows(days[1]) == [(8 * 60, 15 * 60 + 7), (16 * 60 + 11, 21 * 60)]


def test_every_minute_of_it_is_the_engines_own_answer(house: Any, time: Clock) -> None:  # noqa: F811
    case = in_china()
    case.call()
    approach = Approach(case.person, case.point, "call", None, time.now)
    with database().read() as connection:
        facts = read_facts(facts_for(Reader(connection, case.collector), [approach])[0])
    zone, books = ZoneInfo("Asia/Shanghai"), books_in_force()
    for day in week_of(facts, books, zone)[:2]:
        for part in day["parts"]:
            for minute in {
                part["opens"],
                (part["opens"] + part["closes"]) // 2,
                part["closes"] - 1,
            }:
                local = datetime.combine(day["day"], datetime.min.time(), zone)
                at = (local + timedelta(minutes=minute)).astimezone(UTC)
                document = facts_document(case, at, approach)
                assert decide(document, books)["allowed"] is part["allowed"], (day["day"], minute)


def facts_document(case: Any, at: datetime, approach: Approach) -> dict[str, Any]:
    """Return the facts as of now, about the same contact at another instant."""
    with database().read() as connection:
        document = facts_for(Reader(connection, case.collector), [approach])[0]
    proposed = document["proposed"] | {"at": max(at, approach.at).isoformat()}
    return document | {"proposed": proposed}


def test_where_two_zones_count_only_what_is_lawful_in_both(house: Any, time: Clock) -> None:  # noqa: F811
    time.set(NOON_IN_NEW_YORK)
    case = in_new_york()
    make_evidence(
        case.person,
        "US",
        ("America/New_York", "America/Los_Angeles"),
        None,
        source="area_code",
        rank=4,
    )
    way = calls(answer(PersonWeek(case.person), case.collector))
    assert way["zone"] in way["zones"]
    assert windows(way["days"][1])


def test_one_facts_statement_however_many_ways(house: Any, time: Clock) -> None:  # noqa: F811
    from tests.factories import make_point

    case = in_china()
    with counted() as one:
        answer(PersonWeek(case.person), case.collector)
    make_point(case.person, "a@example.org", kind="email", place="other")
    with counted() as more:
        found = answer(PersonWeek(case.person), case.collector)
    assert {way["channel"] for way in found["ways"]} == {"call", "sms", "email"}
    assert len(more) <= len(one)


def test_whom_nobody_can_reach(house: Any, browser: Callable[..., Any]) -> None:
    one = browser(Role.COMPLIANCE_OFFICER)
    page = one.get(f"/people/{make_person()}/week").text
    assert "no number or address" in page


def test_on_the_page_and_by_program(
    house: Any,
    time: Clock,  # noqa: F811
    browser: Callable[..., Any],
    program: Callable[..., Any],
) -> None:
    case = in_china()
    page = browser(actor=case.collector).get(f"/people/{case.person}/week").text
    assert "08:00–22:00" in page
    assert "<title>00:00–08:00 " in page
    assert "GB/T 45251-2025" in page
    assert "style=" not in page
    told = program(Role.COLLECTOR, actor=case.collector).get(f"/people/{case.person}/week").json
    assert told["ways"][0]["days"][1]["parts"][0]["reasons"][0]["rule"] == "CN.hours.night"
    stranger = program(Role.COLLECTOR)
    assert stranger.get(f"/people/{case.person}/week").status_code == 404
    assert (
        f"/people/{case.person}/week"
        in browser(actor=case.collector).get(f"/people/{case.person}").text
    )


def test_the_middle_of_a_year_changes_clocks(house: Any, time: Clock) -> None:  # noqa: F811
    time.set("2026-10-30T12:00:00-04:00")  # clocks are put back on Sunday
    case = in_new_york()
    days = calls(answer(PersonWeek(case.person), make_account(Role.COMPLIANCE_OFFICER)))["days"]
    assert {tuple(windows(day)) for day in days[1:]} == {((8 * 60, 21 * 60),)}
