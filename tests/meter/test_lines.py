"""The meter's truth table: what a line says of one proposed contact."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.contacts.meter.lines import line_of, with_instead
from crm.rulebook.reading import read_facts
from crm.rulebook.sentences import render
from crm.rulebook.shelf import shipped_books

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")


def line(
    at: datetime,
    *,
    books: tuple[str, ...] = ("CN",),
    zones: tuple[str, ...] = ("Asia/Shanghai",),
    history: list[dict[str, Any]] | None = None,
    role: str = "third_party",
    channel: str = "call",
    **more: Any,
) -> Any:
    facts = {
        "jurisdictions": list(books),
        "collector_role": role,
        "time_zones": list(zones),
        "debts": {"A": {"kind": "consumer_loan"}},
        "history": history or [],
        "proposed": {
            "at": at.isoformat(),
            "channel": channel,
            "target": "borrower",
            "debts": ["A"],
            "number": "n1",
        },
    } | more
    return line_of(read_facts(facts), shipped_books())


def at(hour: int, minute: int = 0, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime(2026, 11, 3, hour, minute, tzinfo=zone)


def call(moment: datetime, outcome: str = "no_answer") -> dict[str, Any]:
    return {
        "at": moment.isoformat(),
        "channel": "call",
        "outcome": outcome,
        "target": "borrower",
        "debts": ["A"],
        "number": "n1",
    }


def rules(found: Any) -> list[str]:
    return [reason["rule"] for reason in found["reasons"] if reason["effect"] == "refuse"]


def test_allowed_in_the_day() -> None:
    found = line(at(10))
    assert found["allowed"]
    assert not found["soon"]
    assert found["windows"] == [(480, 1320)]
    assert found["now_minute"] == 600
    assert found["zone"] == "Asia/Shanghai"
    assert found["closes_at"] == at(22)
    assert found["next_allowed_at"] is None


def test_the_opening_minute_is_open_and_the_closing_minute_is_closed() -> None:
    assert line(at(8))["allowed"]
    assert not line(at(7, 59))["allowed"]
    assert line(at(21, 59))["allowed"]
    assert not line(at(22))["allowed"]


def test_refused_at_night_names_law_and_next_time() -> None:
    found = line(at(23))
    assert not found["allowed"]
    assert rules(found) == ["CN.hours.night"]
    reason = found["reasons"][0]
    assert reason["citation"] == "GB/T 45251-2025; CBA Guidelines 2026"
    assert reason["until"] == found["next_allowed_at"] == at(8) + timedelta(days=1)
    assert found["closes_at"] is None
    assert render(reason["figures"], str).startswith("It is 23:00")


def test_closing_soon() -> None:
    assert not line(at(20, 59))["soon"]
    assert (line(at(21))["soon"], line(at(21))["closing"]) == (True, True)


@pytest.mark.parametrize(
    ("used", "soon", "allowed"),
    [(0, False, True), (4, False, True), (5, True, True), (6, False, False)],
)
def test_near_the_limit_of_six_attempts(used: int, soon: bool, allowed: bool) -> None:
    found = line(at(15), history=[call(at(9, n)) for n in range(used)])
    assert (found["allowed"], found["soon"], found["closing"]) == (allowed, soon, False)
    tight = next(r for r in found["reasons"] if r["limit"] == 6)
    assert (tight["used"], tight["limit"]) == (used, 6)
    assert tight["effect"] == ("count" if allowed else "refuse")


def test_the_tightest_limit_comes_first() -> None:
    found = line(at(15), history=[call(at(9, n)) for n in range(5)])
    counted = [(r["used"], r["limit"]) for r in found["reasons"] if r["effect"] == "count"]
    assert counted == [(5, 6), (0, 3)]


def test_marks_are_those_of_the_local_day() -> None:
    yesterday = at(9) - timedelta(days=1)
    found = line(at(15), history=[call(at(9, 30), "busy"), call(yesterday)])
    assert found["marks"] == [{"minute": 570, "channel": "call", "label": "Busy"}]


def test_two_zones_leave_what_is_lawful_in_both() -> None:
    found = line(
        at(10, zone=NEW_YORK),
        books=("US-FED",),
        zones=("America/New_York", "America/Los_Angeles"),
    )
    assert rules(found) == ["US-FED.hours.unusual_time"]
    assert found["zone"] == "America/Los_Angeles"  # on whose clock the windows stand
    assert found["windows"] == [(8 * 60, 18 * 60)]
    assert found["zones"] == ["America/Los_Angeles", "America/New_York"]
    assert found["next_allowed_at"] == at(11, zone=NEW_YORK)


def test_a_time_called_inconvenient_cuts_the_window_to_the_minute() -> None:
    found = line(
        at(10, zone=NEW_YORK),
        books=("US-FED",),
        zones=("America/New_York",),
        circumstances=[
            {"kind": "inconvenient_time", "since": "2026-10-01", "from": "12:05", "to": "13:20"}
        ],
    )
    assert found["windows"] == [(480, 725), (800, 1260)]
    assert found["closes_at"] == at(12, 5, NEW_YORK)


def test_unknown_place_has_no_window_and_says_what_would_settle_it() -> None:
    found = line(at(10), books=(), zones=())
    assert not found["allowed"]
    assert rules(found) == ["HOUSE.place.unknown", "HOUSE.zone.unknown"]
    assert found["windows"] == []
    assert found["next_allowed_at"] is None
    assert found["reasons"][0]["event"]


def test_zone_known_but_no_books_is_refused_without_window() -> None:
    found = line(at(10), books=())
    assert rules(found) == ["HOUSE.place.unknown"]
    assert found["windows"] == []
    assert found["now_minute"] == 600


def test_a_letter_needs_neither_place_nor_hour() -> None:
    found = line(at(3), books=(), zones=(), channel="letter")
    assert found["allowed"]
    assert found["closes_at"] is None


def test_after_a_conversation_the_free_day_is_named() -> None:
    found = line(
        at(10, zone=NEW_YORK),
        books=("US-FED",),
        zones=("America/New_York",),
        history=[call(at(9, zone=NEW_YORK) - timedelta(days=2), "effective_conversation")],
    )
    assert rules(found) == ["US-FED.call_frequency.after_conversation"]
    assert found["next_allowed_at"] == datetime(2026, 11, 8, 8, tzinfo=NEW_YORK)


def test_the_call_leads_and_a_refused_line_names_what_is_lawful_instead() -> None:
    found = [line(at(23), channel=channel) for channel in ("sms", "letter", "call")]
    lines = with_instead(found)
    assert [found["channel"] for found in lines] == ["call", "letter", "sms"]
    assert [way["channel_label"] for way in lines[0]["instead"]] == ["Letter"]
    assert lines[1]["instead"] == []


def test_hours_known_from_a_person_alike_are_the_same() -> None:
    known: dict[Any, Any] = {}
    facts = {
        "jurisdictions": ["CN"],
        "collector_role": "bank",
        "time_zones": ["Asia/Shanghai"],
        "proposed": {"at": at(10).isoformat(), "channel": "call", "target": "borrower"},
    }
    first = line_of(read_facts(facts), shipped_books(), None, known)
    assert len(known) == 1
    again = line_of(read_facts(facts), shipped_books(), None, known)
    assert first == again
    special = facts | {"circumstances": [{"kind": "vulnerable"}]}
    line_of(read_facts(special), shipped_books(), None, known)
    assert len(known) == 1


def test_it_is_told_in_utc_too() -> None:
    assert line(at(10).astimezone(UTC))["now_minute"] == 600
