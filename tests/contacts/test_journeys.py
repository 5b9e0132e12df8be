"""Worked journeys with real rows: the limits of both books, as a collector meets them."""

import pytest

from crm.contacts.models import contact
from tests.contacts.scene import Scene, in_china, in_new_york, rows, rules_of
from tests.factories import make_evidence, make_party, make_person, make_point

pytestmark = pytest.mark.both


def test_seven_calls_in_seven_days(house, time) -> None:
    case = in_new_york()
    for day in ("16", "16", "17", "18", "19", "20", "20"):
        time.set(f"2026-11-{day}T10:00:00-05:00")
        if len(rows(contact)) in (1, 6):
            time.forward(hours=4)
        case.call("no_answer")
    time.set("2026-11-22T20:59:59-05:00")
    answer = case.refused()
    assert rules_of(answer) == {"US-FED.call_frequency.seven_in_seven"}
    # The two calls of the 16th drop out with the night to the 23rd; the morning opens at eight.
    assert answer["next_allowed_at"] == "2026-11-23T08:00:00-05:00"
    time.set(answer["next_allowed_at"])
    case.call("no_answer")
    time.forward(minutes=6)
    case.call("no_answer")
    time.forward(minutes=6)
    assert rules_of(case.refused()) == {"US-FED.call_frequency.seven_in_seven"}


def test_a_week_without_calls_after_a_conversation(house, time) -> None:
    case = in_new_york()
    time.set("2026-11-16T20:30:00-05:00")
    case.call("conversation")
    time.set("2026-11-22T20:59:00-05:00")
    answer = case.refused()
    assert rules_of(answer) == {"US-FED.call_frequency.after_conversation"}
    assert answer["next_allowed_at"] == "2026-11-23T08:00:00-05:00"
    time.set("2026-11-23T08:00:00-05:00")
    assert case.ask()["id"]


def test_a_busy_line_is_not_counted(house, time) -> None:
    case = in_new_york()
    time.set("2026-11-25T09:00:00-05:00")
    for _ in range(8):
        case.call("busy")
        time.forward(minutes=6)
    assert case.ask()["id"]


def test_six_unanswered_calls_a_day_at_one_number(house, time) -> None:
    time.set("2026-11-25T09:00:00+08:00")
    case = in_china()
    for _ in range(6):
        case.call("no_answer")
        time.forward(minutes=30)
    answer = case.refused()
    assert rules_of(answer) == {"CN.call_frequency.six_unanswered"}
    assert answer["next_allowed_at"] == "2026-11-26T08:00:00+08:00"
    other = make_point(case.person, "+8613900139000")
    assert case.ask(contact_point_id=other)["id"]


def test_one_number_of_two_people_counts_once_for_both(house, time) -> None:
    time.set("2026-11-25T09:00:00+08:00")
    case = in_china()
    other = in_china(case.collector, number="+8613800138000")
    for turn in range(6):
        (case if turn % 2 else other).call("no_answer")
        time.forward(minutes=30)
    for one in (case, other):
        assert rules_of(one.refused()) == {"CN.call_frequency.six_unanswered"}


def test_three_effective_conversations_a_day(house, time) -> None:
    time.set("2026-11-25T09:00:00+08:00")
    case = in_china()
    for _ in range(3):
        case.call("effective_conversation")
        time.forward(hours=1)
    assert rules_of(case.refused()) == {"CN.call_frequency.three_conversations"}


def test_another_person_only_once_the_debtor_cannot_be_reached(house, time) -> None:
    time.set("2026-11-25T09:00:00+08:00")
    case = in_china()
    friend = make_person("Li Na", collector=case.collector)
    make_evidence(friend)
    make_party(case.loan, friend, "contact_person")
    beside = Scene(case.collector, friend, make_point(friend, "+8613700137000"), case.loan)
    where = {"proposed": {"purpose": "location"}}
    for _ in range(3):
        assert rules_of(beside.refused(**where)) == {"CN.party.contact_lost"}
        case.call("no_answer")
        time.forward(minutes=30)
    assert beside.ask(**where)["id"]
    assert rules_of(beside.refused()) >= {"CN.party.contact_lost"}


def test_a_guarantor_is_a_person_of_his_own(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    other = make_person("Joe Hall", collector=case.collector)
    make_evidence(other, "US", ("America/New_York",), "US-NY")
    make_party(case.loan, other, "guarantor")
    guarantor = Scene(case.collector, other, make_point(other, "+12125550177"), case.loan)
    case.call("conversation")
    assert rules_of(case.refused()) == {"US-FED.call_frequency.after_conversation"}
    guarantor.call("conversation")
    assert rules_of(guarantor.refused()) == {"US-FED.call_frequency.after_conversation"}
