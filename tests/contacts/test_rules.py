"""The pure rules of contacts, as truth tables."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.contacts.meter.steps import FOLLOWS, NEXT
from crm.contacts.outcomes import codes, is_code_of
from crm.contacts.rules.expiry import expiry_of, limit_of
from crm.contacts.rules.permits import (
    Permit,
    is_shown_again,
    may_close,
    may_log,
    may_release,
    may_start,
)
from crm.contacts.rules.records import (
    Counted,
    Mark,
    is_conversation,
    is_exempt,
    is_own_slip,
    is_possible,
    loosens,
    mark_of,
    may_mend_alone,
)
from crm.contacts.rules.said import Kind
from crm.contacts.rules.standing import (
    Ambiguous,
    Standing,
    Tie,
    role_of_collector,
    standing_of,
)
from crm.rulebook.case import Case
from crm.rulebook.engine import decide
from crm.rulebook.reading import read_facts
from crm.rulebook.shelf import shipped_books
from crm.rulebook.vocabulary import INBOUND_OUTCOMES, Channel, Outcome
from tests.rulebook.made_up_facts import may_hold

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
ME, OTHER = uuid4(), uuid4()
MINUTE = timedelta(minutes=1)


# Marks


@pytest.mark.parametrize(
    ("inbound", "imported", "in_outage", "lawful", "expected"),
    [
        (True, False, False, True, Mark.INBOUND),
        (True, False, False, False, Mark.INBOUND),
        (False, False, True, True, Mark.OUTAGE),
        (False, False, True, False, Mark.OUTAGE),
        (False, False, False, True, Mark.LATE_LAWFUL),
        (False, False, False, False, Mark.LATE_UNLAWFUL),
        (False, True, False, False, Mark.EXTERNAL_FILE),
        (True, True, True, True, Mark.EXTERNAL_FILE),
    ],
)
def test_a_contact_without_a_permit_has_one_mark(inbound, imported, in_outage, lawful, expected):
    found = mark_of(inbound=inbound, imported=imported, in_outage=in_outage, lawful=lawful)
    assert found is expected


# Permits


def permit(**given) -> Permit:
    values = {
        "reserved_by": ME,
        "expires_at": NOW + MINUTE,
        "started_at": None,
        "over": None,
        "is_logged": False,
    } | given
    return Permit(**values)


STARTED = {"started_at": NOW}


@pytest.mark.parametrize(
    ("state", "start", "release", "close", "log"),
    [
        ({}, "", "", "permit.not_started", "permit.not_started"),
        (
            {"expires_at": NOW},
            "permit.lapsed",
            "permit.lapsed",
            "permit.not_started",
            "permit.not_started",
        ),
        (
            {"over": "released"},
            "permit.over",
            "permit.over",
            "permit.not_started",
            "permit.over",
        ),
        (
            {"over": "ended"},
            "permit.over",
            "permit.over",
            "permit.not_started",
            "permit.over",
        ),
        (STARTED, "permit.started", "permit.started", "", ""),
        (STARTED | {"expires_at": NOW}, "permit.started", "permit.started", "", ""),
        (STARTED | {"over": "closed"}, "permit.started", "permit.started", "permit.over", ""),
        (
            STARTED | {"is_logged": True},
            "permit.started",
            "permit.started",
            "permit.logged",
            "permit.logged",
        ),
    ],
)
def test_what_may_become_of_a_permit(state, start, release, close, log):
    it = permit(**state)
    assert may_start(it, ME, NOW).rule == start
    assert may_release(it, NOW).rule == release
    assert may_close(it).rule == close
    assert may_log(it, ME).rule == log


def test_who_would_log_a_released_or_ended_permit_is_told_which():
    assert "released" in may_log(permit(over="released"), ME).why
    assert "no longer lawful" in may_log(permit(over="ended"), ME).why


def test_only_the_holder_starts_and_logs_it():
    assert may_start(permit(), OTHER, NOW).rule == "permit.holder"
    assert may_log(permit(**STARTED), OTHER).rule == "permit.holder"


@pytest.mark.parametrize(
    ("state", "who", "after", "shown"),
    [
        (STARTED, ME, 59, True),
        (STARTED, ME, 60, False),
        (STARTED, OTHER, 1, False),
        (STARTED | {"is_logged": True}, ME, 1, False),
        ({}, ME, 1, False),
    ],
)
def test_the_number_is_shown_once_more_within_its_minute(state, who, after, shown):
    moment = NOW + timedelta(seconds=after)
    assert is_shown_again(permit(**state), who, moment, timedelta(seconds=60)) is shown


# Records


def test_outcomes_belong_to_their_channels():
    for channel, outcome in product(Channel, Outcome):
        inbound = is_possible(channel, outcome, inbound=True)
        outbound = is_possible(channel, outcome, inbound=False)
        assert inbound is (outcome in INBOUND_OUTCOMES)
        assert not (inbound and outbound)
        if outcome is Outcome.PENDING:
            assert not inbound
            assert not outbound
    assert is_possible("call", "voicemail_left", inbound=False)
    assert is_possible("visit", "met", inbound=False)
    assert is_possible("sms", "delivered", inbound=False)
    assert not is_possible("sms", "no_answer", inbound=False)
    assert not is_possible("letter", "met", inbound=False)


def test_who_was_spoken_to():
    spoken = {outcome for outcome in Outcome if is_conversation(outcome)}
    assert spoken == {"conversation", "effective_conversation", "inbound_conversation", "met"}


@pytest.mark.parametrize(
    ("proposed", "exempt"),
    [
        ({}, False),
        ({"purpose": "collection", "in_reply_to_at": "x"}, False),
        ({"purpose": "reply"}, False),
        ({"purpose": "reply", "in_reply_to_at": "x"}, True),
        ({"purpose": "service", "in_reply_to_at": "x"}, True),
        ({"purpose": "complaint_reply", "in_reply_to_at": "x"}, True),
        ({"purpose": "opt_out_confirmation", "in_reply_to_at": "x"}, True),
        ({"purpose": "required_notice", "in_reply_to_at": "x"}, False),
        ({"purpose": "safety"}, False),
    ],
)
def test_a_contact_is_exempt_only_with_the_fact_that_makes_it_so(proposed, exempt):
    assert is_exempt(proposed) is exempt


def counted(outcome: str, loans: str = "a", at: datetime = NOW) -> Counted:
    return Counted(outcome, frozenset(loans), at)


@pytest.mark.parametrize(
    ("old", "new", "looser"),
    [
        (counted("busy"), counted("no_answer"), False),
        (counted("no_answer"), counted("busy"), True),
        (counted("no_answer"), counted("voicemail_left"), False),
        (counted("answered_hangup"), counted("conversation"), False),
        (counted("conversation"), counted("effective_conversation"), False),
        (counted("effective_conversation"), counted("conversation"), True),
        (counted("conversation"), counted("no_answer"), True),
        (counted("no_answer"), counted("conversation"), True),  # one unanswered less
        (counted("delivered"), counted("not_delivered"), True),
        (counted("not_delivered"), counted("delivered"), False),
        (counted("inbound"), counted("inbound_conversation"), False),
        (counted("inbound_conversation"), counted("inbound"), True),
        (counted("busy"), counted("busy", "ab"), False),
        (counted("busy", "ab"), counted("busy", "a"), True),
        (counted("busy", "a"), counted("busy", "b"), True),
        (counted("busy"), counted("busy", at=NOW - MINUTE), True),
        (counted("busy"), counted("busy"), False),
    ],
)
def test_what_gives_back_a_slot(old, new, looser):
    assert loosens(old, new) is looser


def test_an_own_slip_is_the_authors_and_two_minutes_old_at_most():
    assert is_own_slip(ME, NOW, ME, NOW + 2 * MINUTE)
    assert not is_own_slip(ME, NOW, ME, NOW + 2 * MINUTE + timedelta(microseconds=1))
    assert not is_own_slip(ME, NOW, OTHER, NOW)


@pytest.mark.parametrize(("mended", "alone"), [(0, True), (2, True), (3, False), (9, False)])
def test_three_own_slips_a_day_are_mended_alone(mended, alone):
    assert may_mend_alone(mended) is alone


def test_every_code_stands_for_an_outcome_and_has_words_in_both_languages():
    assert len(codes()) > 50
    for code in codes().values():
        assert code.outcome in set(Outcome) - {"pending"}
        assert code.of_class in set("NTURS")
        assert code.words["en"].isascii()
        assert not code.words["zh"].isascii()
        assert all(initials.isascii() and initials.isupper() for initials in code.pinyin)
        assert code.said is None or code.said in FOLLOWS
        assert code.next is None or code.next in NEXT
    typed = [initials for code in codes().values() for initials in code.pinyin]
    assert len(typed) == len(set(typed)), "each initials mean one code"
    assert set(FOLLOWS) == set(Kind)
    assert {code.next for code in codes().values()} - {None} == set(NEXT), "no step without a code"
    assert [code for code in codes().values() if code.at_once and code.of_class != "N"] == [
        codes()["WN"],
        codes()["HUP-U"],
    ]
    assert is_code_of("PTP", "effective_conversation")
    assert not is_code_of("PTP", "conversation")
    assert not is_code_of("ZZZ", "conversation")


# Standing

LOAN, SECOND = UUID(int=1), UUID(int=2)


def tie(loan=LOAN, role="borrower", owner=ME, is_open=True) -> Tie:
    return Tie(loan, role, owner, is_open)


@pytest.mark.parametrize(
    ("ties", "wanted", "expected"),
    [
        ([], None, None),
        ([tie()], [SECOND], None),
        ([tie()], [LOAN], Standing(ME, "borrower", (LOAN,))),
        ([tie()], None, Standing(ME, "borrower", (LOAN,))),
        ([tie(role="co_borrower", owner=OTHER)], None, Standing(ME, "borrower", (LOAN,))),
        ([tie(role="guarantor", owner=OTHER)], None, Standing(ME, "guarantor", (LOAN,))),
        ([tie(role="spouse", owner=OTHER)], None, Standing(OTHER, "spouse", (LOAN,))),
        ([tie(), tie(SECOND)], None, Standing(ME, "borrower", (LOAN, SECOND))),
        ([tie(), tie(SECOND, is_open=False)], None, Standing(ME, "borrower", (LOAN,))),
        ([tie(is_open=False)], None, Standing(ME, "borrower", (LOAN,))),
        ([tie(role="spouse", owner=OTHER), tie(SECOND)], None, Standing(ME, "borrower", (SECOND,))),
        (
            [tie(role="guarantor", owner=OTHER), tie(SECOND, "spouse", OTHER)],
            None,
            Standing(ME, "guarantor", (LOAN,)),
        ),
    ],
)
def test_as_whom_a_person_is_approached(ties, wanted, expected):
    assert standing_of(ME, ties, wanted) == expected


def test_several_relations_are_ambiguous():
    third = uuid4()
    ties = [tie(role="spouse", owner=OTHER), tie(SECOND, "spouse", third)]
    with pytest.raises(Ambiguous):
        standing_of(ME, ties, None)
    with pytest.raises(Ambiguous):
        standing_of(ME, [tie(), tie(SECOND, "guarantor", OTHER)], [LOAN, SECOND])


def test_the_strictest_role():
    assert role_of_collector(["bank", "agency", "creditor"]) == "agency"
    assert role_of_collector(["third_party", "agency"]) == "third_party"


# Expiry


def document(channel="call", at="2026-11-25T12:00:00+08:00", **given):
    proposed = {"at": at, "channel": channel, "debts": ["a"], "number": "n"}
    return {
        "jurisdictions": ["CN"],
        "collector_role": "bank",
        "time_zones": ["Asia/Shanghai"],
        "debts": {"a": {"kind": "consumer_loan"}},
        "proposed": proposed | given.pop("proposed", {}),
    } | given


def china(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}+08:00")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (document(), china("25T12:10:00")),
        (document("ringless_voicemail"), china("25T12:10:00")),
        (document(at="2026-11-25T21:55:00+08:00"), china("25T22:00:00")),
        (document("sms"), china("25T22:00:00")),
        (document("letter"), china("26T00:00:00")),
        (document("letter", time_zones=["Asia/Shanghai", "Asia/Tokyo"]), china("25T23:00:00")),
        (
            document(
                "sms", circumstances=[{"kind": "opt_out", "since": "2026-11-25T13:00:00+08:00"}]
            ),
            china("25T13:00:00"),
        ),
        (
            document(
                "sms",
                circumstances=[
                    {"kind": "contact_hold", "since": "2026-11-25T13:30:30Z", "until": "2026-11-26"}
                ],
            ),
            china("25T21:30:30"),
        ),
        (
            document(
                "sms",
                circumstances=[{"kind": "opt_out"}],
                consents=[
                    {"kind": "channel", "at": "2026-11-01", "until": "2026-11-25T15:00:00+08:00"}
                ],
            ),
            china("25T15:00:00"),
        ),
        (
            document(
                "sms",
                circumstances=[{"kind": "opt_out"}],
                consents=[
                    {
                        "kind": "channel",
                        "at": "2026-11-01",
                        "revoked_at": "2026-11-25T16:00:00+08:00",
                    }
                ],
            ),
            china("25T16:00:00"),
        ),
        (
            document(
                "sms",
                consents=[
                    {
                        "kind": "time_exception",
                        "at": "2026-11-01",
                        "from": "22:00",
                        "to": "22:45",
                        "until": "2026-12-01",
                    }
                ],
            ),
            china("25T22:45:00"),
        ),
    ],
)
def test_when_a_reservation_ends(facts, expected):
    assert decide(facts, shipped_books())["allowed"]
    assert expiry_of(read_facts(facts), shipped_books()) == expected


def test_a_dropped_call_is_a_ground_for_an_hour():
    facts = document(
        jurisdictions=["US-FED"],
        collector_role="third_party",
        time_zones=["America/New_York"],
        at="2026-11-25T12:55:00-05:00",
        history=[
            {
                "at": "2026-11-25T12:00:00-05:00",
                "channel": "call",
                "outcome": "conversation",
                "debts": ["a"],
                "number": "n",
            }
        ],
        proposed={"ground": "call_dropped"},
    )
    assert decide(facts, shipped_books())["allowed"]
    assert expiry_of(read_facts(facts), shipped_books()) == datetime.fromisoformat(
        "2026-11-25T13:00:00.000001-05:00"
    )


def test_a_request_for_information_is_a_ground_for_seven_days():
    facts = document(
        jurisdictions=["US-FED"],
        collector_role="third_party",
        time_zones=["America/New_York"],
        at="2026-11-25T12:00:00-05:00",
        history=[
            {
                "at": "2026-11-18T12:00:00-05:00",
                "channel": "call",
                "outcome": "no_answer",
                "debts": ["a"],
                "number": "n",
            }
        ]
        * 7
        + [
            {
                "at": f"2026-11-2{n}T12:00:00-05:00",
                "channel": "call",
                "outcome": "no_answer",
                "debts": ["a"],
                "number": "n",
            }
            for n in (0, 0, 1, 1, 2, 2, 3)
        ],
        proposed={
            "ground": "information_requested",
            "purpose": "reply",
            "in_reply_to_at": "2026-11-18T12:05:00-05:00",
            "in_reply_to_channel": "email",
        },
    )
    assert decide(facts, shipped_books())["allowed"]
    assert expiry_of(read_facts(facts), shipped_books()) == datetime.fromisoformat(
        "2026-11-25T12:05:00.000001-05:00"
    )


def test_a_reservation_may_outlive_a_change_of_the_books():
    facts = document("sms", "2026-01-29T09:00:00-05:00", time_zones=["America/New_York"])
    end = datetime.fromisoformat("2026-01-29T22:00:00-05:00")
    assert expiry_of(read_facts(facts), shipped_books()) == end


HOURS = st.integers(0, 23).map(lambda hour: f"{hour:02}:{hour * 7 % 60:02}")
MOMENTS = st.integers(0, 2 * 1440).map(
    lambda minutes: (datetime(2026, 11, 24, 16, tzinfo=UTC) + minutes * MINUTE).isoformat()
)


@st.composite
def worlds(draw):
    circumstances = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["opt_out", "contact_hold", "inconvenient_time"]),
                    "since": MOMENTS,
                },
                optional={"until": MOMENTS, "from": HOURS, "to": HOURS},
            ).filter(may_hold),
            max_size=3,
        )
    )
    consents = draw(
        st.lists(
            st.fixed_dictionaries(
                {"kind": st.sampled_from(["channel", "time_exception"]), "at": MOMENTS},
                optional={"until": MOMENTS, "revoked_at": MOMENTS, "from": HOURS, "to": HOURS},
            ),
            max_size=2,
        )
    )
    history = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "at": MOMENTS,
                    "channel": st.just("call"),
                    "outcome": st.just("pending"),
                    "number": st.just("n"),
                }
            ),
            max_size=3,
        )
    )
    zones = draw(
        st.sampled_from(
            [["Asia/Shanghai"], ["America/New_York"], ["America/New_York", "America/Denver"]]
        )
    )
    books = draw(st.sampled_from([["CN"], ["US-FED"], ["CN", "US-FED"]]))
    return document(
        "sms",
        draw(MOMENTS),
        jurisdictions=books,
        time_zones=zones,
        collector_role="third_party",
        circumstances=circumstances,
        consents=consents,
        history=history,
        proposed={"opt_out_notice": True},
    )


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_no_instant_before_its_end_is_refused_and_its_end_is(facts):
    books = shipped_books()
    if not decide(facts, books)["allowed"]:
        return
    case = Case(read_facts(facts))
    limit, end = limit_of(case), expiry_of(read_facts(facts), books)

    def allowed(at: datetime) -> bool:
        moved = facts | {"proposed": facts["proposed"] | {"at": at.isoformat()}}
        return decide(moved, books)["allowed"]

    assert case.proposed.at < end <= limit
    assert end == limit or not allowed(end)
    moment = case.proposed.at
    while moment < end:
        assert allowed(moment), moment
        moment += 7 * MINUTE
    assert allowed(end - timedelta(seconds=1)) or end - case.proposed.at <= timedelta(seconds=1)
