"""What was said becomes what it should: truth tables."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from crm.contacts.meter.steps import BREADTHS, OPT_OUTS, STOPS
from crm.contacts.rules.call_backs import Asked, callback_window, consents_of
from crm.contacts.rules.records import is_breach
from crm.contacts.rules.said import Breadth, Heard, circumstances_of


def one_of(kind, fields, loan_id, heard):
    """Return the one circumstance that something said becomes, or None."""
    found = circumstances_of(kind, fields, loan_id, heard)
    assert len(found) < 2
    return found[0] if found else None


def test_every_kind_becomes_what_it_should():
    heard = Heard("call", "borrower", ("a", "b"))
    assert one_of("promise", {}, None, heard) is None
    assert one_of("dispute", {}, "a", heard).scope == {"debts": ["a"]}
    assert one_of("represented", {}, None, heard).scope == {"debts": ["a", "b"]}
    assert one_of("refusal", {}, None, heard) is None
    written = Heard("letter", "borrower", ("a",))
    assert one_of("refusal", {}, None, written).kind == "cease_request"
    assert one_of("cease", {}, None, written).kind == "cease_request"
    assert one_of("cease", {}, None, heard).kind == "medium_refused"
    friend = Heard("call", "relative", ("a",))
    assert one_of("cease", {}, None, friend).scope == {"target": "relative"}


CALLED, TEXTED, WROTE = (Heard(by, "borrower", ()) for by in ("call", "sms", "letter"))
FRIEND = Heard("call", "relative", ())
ANOTHER = Heard("call", "borrower", (), by_other=True)
HERE, ANYWHERE = True, False
EVERY_MEDIUM = [
    ("opt_out", {}, ANYWHERE, ""),
    ("medium_refused", {"channel": "call"}, ANYWHERE, ""),
    ("medium_refused", {"channel": "letter"}, ANYWHERE, ""),
    ("medium_refused", {"channel": "visit"}, ANYWHERE, ""),
]
EVENING = {"from": "18:00", "to": "20:00"}


@pytest.mark.parametrize(
    ("fields", "heard", "expected"),
    [
        ({}, CALLED, [("medium_refused", {"channel": "call"}, HERE, "")]),
        ({}, TEXTED, [("opt_out", {"channel": "sms"}, HERE, "")]),
        ({"channel": "sms"}, CALLED, [("opt_out", {"channel": "sms"}, ANYWHERE, "")]),
        (
            {"breadth": "work"},
            CALLED,
            [
                ("inconvenient_place", {"place": "work"}, ANYWHERE, ""),
                ("medium_refused", {}, ANYWHERE, "work"),
            ],
        ),
        (
            {"breadth": "hours", **EVENING},
            CALLED,
            [("inconvenient_time", EVENING, ANYWHERE, "")],
        ),
        (
            {"breadth": "channel"},
            CALLED,
            [("medium_refused", {"channel": "call"}, ANYWHERE, "")],
        ),
        ({"breadth": "everything"}, CALLED, EVERY_MEDIUM),
        ({"breadth": "everything"}, WROTE, [("cease_request", {}, ANYWHERE, ""), *EVERY_MEDIUM]),
        (
            {"breadth": "everything"},
            FRIEND,
            [("party_refused_contact", {"target": "relative"}, ANYWHERE, ""), *EVERY_MEDIUM],
        ),
        ({"breadth": "everything"}, ANOTHER, [("medium_refused", {}, HERE, "")]),
        ({"breadth": "channel"}, ANOTHER, [("medium_refused", {"channel": "call"}, HERE, "")]),
        ({"breadth": "work"}, ANOTHER, [("medium_refused", {"channel": "call"}, HERE, "")]),
        ({"breadth": "hours", **EVENING}, ANOTHER, [("inconvenient_time", EVENING, HERE, "")]),
    ],
)
def test_an_opt_out_becomes_no_more_and_no_less_than_was_said(fields, heard, expected):
    found = circumstances_of("opt_out", fields, None, heard)
    assert [(one.kind, dict(one.scope), one.at_point, one.at_place) for one in found] == expected


def test_every_breadth_has_its_name_and_says_what_it_stops():
    offered = [breadth for breadth in Breadth if breadth != Breadth.HERE]
    assert list(OPT_OUTS) == list(STOPS) == offered, "the narrowest first"
    assert set(BREADTHS) == set(Breadth)


def test_the_window_of_a_call_back_holds_in_every_zone():
    at = datetime(2026, 11, 25, 17, tzinfo=UTC)
    new_york = {"from": "12:00", "to": "12:30", "days": [3]}
    assert callback_window(at, ("America/New_York",)) == new_york
    both = callback_window(at, ("America/New_York", "America/Chicago"))
    assert both == {"from": "11:00", "to": "12:30", "days": [3]}
    assert callback_window(at, ()) == {"from": "17:00", "to": "17:30", "days": [3]}


HE, LOAN = UUID(int=1), UUID(int=2)
AT = datetime(2026, 11, 25, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "proposed", "expected"),
    [
        ({}, {"target": "borrower"}, {}),
        (
            {"loan_ids": (LOAN,)},
            {"target": "borrower", "number": "x"},
            {"debts": [str(LOAN)], "number": "x"},
        ),
        ({}, {"target": "guarantor"}, {"target": "guarantor"}),
        ({"unproven": True}, {"target": "guarantor"}, {"target": "other"}),
        ({"in_breach": True}, {"target": "borrower"}, {"given_in_breach": True}),
    ],
)
def test_the_consent_in_a_call_back(given, proposed, expected):
    (consent,) = consents_of(Asked(HE, None, AT, **given), ("UTC",), proposed)
    assert consent == {
        "kind": "time_exception",
        "at": "2026-11-25T17:00:00+00:00",
        "until": "2026-11-25T17:30:00+00:00",
        "channel": "call",
        "from": "17:00",
        "to": "17:30",
        "days": [3],
        **expected,
    }


def test_more_calls_are_a_consent_of_their_own():
    first, more = consents_of(Asked(HE, None, AT, more_calls=True), (), {"target": "borrower"})
    assert (first["kind"], more["kind"]) == ("time_exception", "extra_calls")
    assert {**first, "kind": ""} == {**more, "kind": ""}


@pytest.mark.parametrize(
    ("direction", "allowed", "breach"),
    [
        ("outbound", True, False),
        ("outbound", False, True),
        ("inbound", False, False),
        ("inbound", True, False),
    ],
)
def test_what_is_agreed_to_in_a_refused_contact_is_in_breach(direction, allowed, breach):
    assert is_breach(direction, allowed=allowed) is breach
