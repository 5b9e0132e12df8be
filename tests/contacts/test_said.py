"""What was said, and what it changes about the person."""

from datetime import timedelta

import pytest
from marshmallow import ValidationError

from crm.borrowers.models import circumstance, consent, contact_point
from crm.contacts.actions.calling import SaySomebodyElse
from crm.contacts.actions.said import Said
from crm.contacts.models import permit_event, said
from crm.contacts.outcomes import codes
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from tests.contacts.scene import in_china, in_new_york, rows, rules_of
from tests.factories import make_evidence, make_party, make_person, make_point


def facts(*columns: str) -> list[tuple[object, ...]]:
    """Return what is known of people now, without what every circumstance carries."""
    return [tuple(row[name] for name in columns) for row in rows(circumstance)]


def said_in(case, kind: str, **fields) -> None:
    values = SHAPES[kind]().load(fields)
    outcome = "effective_conversation" if kind == "promise" else "conversation"
    case.call(outcome, said=(said_of(kind, values),))


def of_code(code: str) -> str | None:
    return codes()[code].said


def number_of(case) -> str:
    (point,) = rows(contact_point, contact_point.c.id == case.point)
    return point["token"].hex()


def test_an_opt_out_is_as_narrow_as_it_was_said(house, time) -> None:
    case = in_china()
    said_in(case, "opt_out")
    assert facts("kind", "scope", "source") == [
        ("medium_refused", {"channel": "call", "number": number_of(case)}, "said")
    ]
    time.forward(days=1)
    assert rules_of(case.refused()) == {"CN.channel.refused"}
    other = make_point(case.person, "+8613900139000")
    assert case.ask(contact_point_id=other)["id"]


def test_a_medium_refused_whatever_the_number(house, time) -> None:
    case = in_china()
    said_in(case, "opt_out", breadth="channel")
    other = make_point(case.person, "+8613900139000")
    assert rules_of(case.refused(contact_point_id=other)) == {"CN.channel.refused"}
    assert case.ask("sms")["id"]


def test_messages_refused_in_a_call(house, time) -> None:
    case = in_china()
    said_in(case, "opt_out", channel="sms")
    assert facts("kind", "scope") == [("opt_out", {"channel": "sms"})]
    assert rules_of(case.refused("sms")) == {"CN.channel.refused"}
    assert case.ask()["id"]


def test_no_more_contact_at_work_holds_wherever_the_law_knows_it(house, time) -> None:
    case = in_china()
    office = make_point(case.person, "+8613900139000", place="work")
    said_in(case, "opt_out", breadth="work")
    assert {row["kind"] for row in rows(circumstance)} == {"inconvenient_place", "medium_refused"}
    assert rules_of(case.refused(contact_point_id=office)) == {"CN.channel.refused"}
    assert case.ask()["id"], "the mobile stays open"


def test_hours_ruled_out_shut_those_hours(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    case.rang_us(
        started_at=time.now,
        said=(said_of("opt_out", {"breadth": "hours", "from": "18:00", "to": "20:00"}),),
    )
    assert "US-FED.hours.inconvenient_time" not in rules_of(case.refused())
    time.set("2026-11-25T18:00:00-05:00")
    assert rules_of(case.refused()) >= {"US-FED.hours.inconvenient_time"}
    time.set("2026-11-25T20:00:00-05:00")
    assert "US-FED.hours.inconvenient_time" not in rules_of(case.refused())


@pytest.mark.both
def test_everything_refused_ends_every_reservation(house, time) -> None:
    case = in_china()
    message = case.ask("sms", at=time.now + timedelta(hours=2))["id"]
    case.rang_us(started_at=time.now, said=(said_of("opt_out", {"breadth": "everything"}),))
    assert [row["kind"] for row in rows(permit_event, permit_event.c.permit_id == message)] == [
        "ended"
    ]
    other = make_point(case.person, "+8613900139000")
    for channel in ("call", "sms"):
        for point in (case.point, other):
            no = case.refused(channel, contact_point_id=point)
            assert "CN.channel.refused" in rules_of(no)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"breadth": "hours"}, "from"),
        ({"breadth": "channel", "to": "20:00"}, "to"),
        ({"days": [1]}, "days"),
        ({"breadth": "everything", "channel": "sms"}, "channel"),
        ({"breadth": "work", "channel": "call"}, "channel"),
        ({"breadth": "all"}, "breadth"),
        ({"breadth": "hours", "from": "25:00"}, "from"),
    ],
)
def test_an_opt_out_says_one_thing(values, field) -> None:
    with pytest.raises(ValidationError) as fault:
        SHAPES["opt_out"]().load(values)
    assert list(fault.value.messages) == [field]


def test_who_took_anothers_call_refuses_no_more_than_the_number(house, time) -> None:
    case = in_china()
    permit = case.ask()["id"]
    case.start(permit)
    perform(SaySomebodyElse(permit), case.collector)
    time.forward(seconds=20)
    case.log(permit, "conversation", said=(said_of("opt_out", {"breadth": "everything"}),))
    assert facts("kind", "scope") == [("medium_refused", {"number": number_of(case)})]


@pytest.mark.both
def test_an_opt_out_ends_what_is_reserved_in_the_same_transaction(house, time) -> None:
    case = in_china()
    message = case.ask("sms", at=time.now + timedelta(hours=2))["id"]
    said_in(case, "opt_out", channel="sms")
    events = rows(permit_event, permit_event.c.permit_id == message)
    assert [(event["kind"], event["reason"]) for event in events] == [
        ("ended", "CN.channel.refused")
    ]


@pytest.mark.both
def test_a_call_back_is_a_consent_and_says_whether_it_will_be_lawful(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    at = "2026-11-26T21:30:00-05:00"
    item = said_of(
        "callback", SHAPES["callback"]().load({"at": at, "more_calls": True, "words": "now"})
    )
    told = case.proven_call(said=(item,))
    (call_back,) = told["callbacks"]
    assert (call_back["lawful"], call_back["at"].isoformat()) == (True, "2026-11-27T02:30:00+00:00")
    exception, more = rows(consent)
    assert (exception["kind"], exception["scope"]) == (
        "time_exception",
        {
            "channel": "call",
            "from": "21:30",
            "to": "22:00",
            "days": [4],
            "debts": [str(case.loan)],
            "number": number_of(case),
        },
    )
    assert (more["kind"], more["scope"]) == ("extra_calls", exception["scope"])
    assert (more["at"], more["until"]) == (exception["at"], exception["until"])
    # Wherever he may be, and whatever day it is there, nothing opens before.
    assert (exception["at"], exception["until"]) == (
        "2026-11-27T02:30:00+00:00",
        "2026-11-27T03:00:00+00:00",
    )
    time.set("2026-11-26T15:00:00-05:00")  # the limits hold until the call that was asked for
    assert rules_of(case.refused()) == {"US-FED.call_frequency.after_conversation"}
    time.set("2026-11-26T21:29:59-05:00")
    assert rules_of(case.refused()) == {
        "US-FED.hours.unusual_time",
        "US-FED.call_frequency.after_conversation",
    }
    time.set("2026-11-26T21:30:00-05:00")
    assert case.ask()["expires_at"] == time.now + timedelta(minutes=10)


@pytest.mark.parametrize("ahead", [1, 6, 7, 20])
def test_a_call_back_at_night_opens_that_night_alone(house, time, ahead: int) -> None:
    case = in_china()
    asked_for = time.now.replace(hour=23, minute=30) + timedelta(days=ahead)
    case.prove(caller_id=case.served())
    case.rang_us(
        started_at=time.now,
        said=(
            said_of(
                "callback", SHAPES["callback"]().load({"at": asked_for.isoformat(), "words": "now"})
            ),
        ),
    )
    for days in range(ahead):
        time.set((asked_for - timedelta(days=ahead - days)).isoformat())
        assert rules_of(case.refused()) == {"CN.hours.night"}
    time.set(asked_for.isoformat())
    assert case.ask()["id"]


def test_a_call_back_without_more_calls_waits_like_any_call(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    item = said_of("callback", SHAPES["callback"]().load({"at": "2026-11-26T15:00:00-05:00"}))
    (call_back,) = case.call("conversation", said=(item,))["callbacks"]
    assert not call_back["lawful"]
    assert rules_of(call_back["decision"]) == {"US-FED.call_frequency.after_conversation"}
    assert len(rows(consent)) == 1


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("promise", {"amount": 5, "currency": "CNY", "due_on": "2026-11-30"}),
        ("callback", {"at": "2026-11-25T23:30:00+08:00"}),
    ],
)
def test_nobody_promises_or_asks_for_a_call_who_was_not_reached(house, time, kind, values) -> None:
    case = in_china()
    item = said_of(kind, SHAPES[kind]().load(values))
    with pytest.raises(Invalid) as fault:
        case.call("no_answer", said=(item,))
    assert list(fault.value.fields) == ["said"]
    assert not rows(consent)


@pytest.mark.parametrize(
    ("kind", "name", "wrong", "right"),
    [  # it is noon in China on 25 November 2026, and still the 24th in the last of the zones
        ("promise", "due_on", "1999-01-01", "2026-11-24"),
        ("promise", "due_on", "2026-11-23", "2027-12-30"),
        ("promise", "due_on", "2027-12-31", "2026-11-25"),
        ("callback", "at", "2026-11-25T11:59:59+08:00", "2026-11-25T12:00:00+08:00"),
        ("callback", "at", "8999-01-01T12:00:00+08:00", "2027-12-30T12:00:00+08:00"),
        ("callback", "at", "2027-12-30T12:00:01+08:00", "2026-11-26T12:00:00+08:00"),
    ],
)
def test_what_is_promised_or_asked_for_lies_ahead(house, time, kind, name, wrong, right) -> None:
    case = in_china()
    more = {"amount": 5, "currency": "CNY"} if kind == "promise" else {}

    def told(value: str) -> tuple[Said, ...]:
        loaded = SHAPES[kind]().load(more | {name: value})
        return (said_of("refusal", {}), said_of(kind, loaded))

    permit_id = case.ask()["id"]
    case.start(permit_id)
    with pytest.raises(Invalid) as fault:
        case.log(permit_id, "effective_conversation", said=told(wrong))
    ((number, faults),) = fault.value.fields["said"].items()
    assert (number, list(faults)) == ("1", [name])
    assert rows(said) == []
    assert case.log(permit_id, "effective_conversation", said=told(right))["id"]


def test_a_promise_is_kept_as_a_fact(house, time) -> None:
    case = in_china()
    said_in(case, "promise", amount=50_000, currency="CNY", due_on="2026-11-30")
    (kept,) = rows(said)
    assert reopen(kept["document"]) == (
        '{"amount": 50000, "currency": "CNY", "due_on": "2026-11-30"}'
    )
    assert not facts("kind")


def test_a_dispute_places_its_stop(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    said_in(
        case,
        "dispute",
        type="paid",
        validation_period_ends="2026-12-20",
        words="I paid this in May",
    )
    assert facts("kind", "scope") == [
        ("dispute", {"debts": [str(case.loan)], "validation_period_ends": "2026-12-20"})
    ]
    time.forward(days=8)
    assert rules_of(case.refused()) == {"US-FED.stop.dispute"}
    assert "in May" in reopen(rows(said)[0]["document"])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("hardship", "adjustment_requested"),
        ("vulnerability", "vulnerable"),
        ("represented", "attorney_represented"),
        ("bankruptcy", "bankruptcy"),
        ("deceased", "deceased"),
        ("identity_theft", "identity_theft"),
        ("bereavement", "bereavement"),
    ],
)
def test_what_becomes_a_circumstance(house, time, kind: str, expected: str) -> None:
    said_in(in_china(), kind)
    assert facts("kind", "source") == [(expected, "said")]


def test_times_that_are_inconvenient(house, time) -> None:
    case = in_new_york()
    time.set("2026-11-25T12:00:00-05:00")
    said_in(case, "inconvenient_time", **{"days": [4], "from": "09:00", "to": "17:00"})
    assert facts("kind", "scope") == [
        ("inconvenient_time", {"days": [4], "from": "09:00", "to": "17:00"})
    ]


@pytest.mark.both
def test_a_wrong_number_ends_with_what_hangs_on_it(house, time) -> None:
    case = in_china()
    said_in(case, "wrong_number")
    (point,) = rows(contact_point)
    assert (point["valid_until"], point["ended_because"]) == (time.now, "wrong_number")
    assert facts("kind", "scope") == [("wrong_number", {"number": number_of(case)})]
    assert rules_of(case.refused()) == {"CN.party.wrong_number", "HOUSE.stop.contact_hold"}


def test_an_ended_number_serves_no_purpose_at_all(house, time) -> None:
    case = in_china()
    said_in(case, "wrong_number")
    from crm.gate.errors import Refusal

    with pytest.raises(Refusal) as no:
        case.ask(proposed={"purpose": "safety"})
    assert no.value.verdict.rule == "contact_point.ended"


def test_a_new_number(house, time) -> None:
    case = in_china()
    said_in(case, "new_number", point="phone", value="+8613900139001", place="mobile")
    _, new = rows(contact_point)
    assert (reopen(new["value"]), new["person_id"], new["source"]) == (
        "+8613900139001",
        case.person,
        "said",
    )
    (kept,) = rows(said)
    assert "13900139001" not in reopen(kept["document"])


def test_a_refusal_to_pay_stays_a_fact_unless_it_is_written(house, time) -> None:
    case = in_china()
    said_in(case, "refusal")
    assert not facts("kind")
    mail = make_point(case.person, "chen@mail.example", "email", "other")
    case.rang_us(
        "inbound",
        channel="email",
        contact_point_id=mail,
        started_at=time.now,
        said=(Said("refusal"),),
    )
    assert facts("kind", "scope") == [("cease_request", {"debts": [str(case.loan)]})]


def test_a_wish_to_end_contact_written_and_spoken(house, time) -> None:
    case = in_china()
    said_in(case, "cease")
    assert facts("kind", "scope") == [("medium_refused", {"channel": "call"})]
    mail = make_point(case.person, "chen@mail.example", "email", "other")
    case.rang_us(
        "inbound",
        channel="email",
        contact_point_id=mail,
        started_at=time.now,
        said=(Said("cease"),),
    )
    assert facts("kind", "scope")[1:] == [("cease_request", None)]


def beside(case, role: str = "contact_person"):
    """Make somebody who stands beside a borrower."""
    other = make_person("Li Na", collector=case.collector)
    point = make_point(other, "+8613700137000")
    make_evidence(other)
    make_party(case.loan, other, role)
    return {"person_id": other, "contact_point_id": point}


@pytest.mark.both
def test_what_somebody_else_says(house, time) -> None:
    case = in_china()
    whom = beside(case)
    items = (
        said_of("cease", {}),
        Said("new_number", fields={"kind": "phone"}, value=Sealed.fresh("+8613900139003")),
        said_of("deceased", {}),
    )
    case.rang_us(started_at=time.now, said=items, **whom)
    assert facts("person_id", "kind", "scope") == [
        (whom["person_id"], "party_refused_contact", {"target": "contact_person"}),
        (case.person, "deceased", None),
    ]
    newest = rows(contact_point)[-1]
    assert newest["person_id"] == case.person


def test_what_only_a_debtor_can_say(house, time) -> None:
    case = in_china()
    whom = beside(case)
    for kind in ("promise", "dispute", "hardship", "refusal", "identity_theft"):
        with pytest.raises(Invalid) as fault:
            case.rang_us(started_at=time.now, said=(Said(kind),), **whom)
        assert list(fault.value.fields) == ["said"]
    assert not rows(said)


@pytest.mark.both
@pytest.mark.parametrize("code", ["3P-S", "3P-M", "WN"])
@pytest.mark.parametrize("kind", ["cease", "opt_out"])
@pytest.mark.parametrize("channel", ["call", "sms"])
def test_who_calls_or_writes_in_anothers_stead_speaks_for_his_number_alone(
    house, time, code: str, kind: str, channel: str
) -> None:
    case = in_china()
    fields = {"breadth": "everything"} if kind == "opt_out" else {}
    items = (Said(kind, fields=fields),)
    case.rang_us("inbound", started_at=time.now, channel=channel, code=code, said=items)
    made = facts("kind", "scope")
    assert {kind for kind, _ in made} == {"medium_refused"} | ({"wrong_number"} & {of_code(code)})
    assert all("number" in scope for _, scope in made)


@pytest.mark.parametrize("code", ["3P-M", "WN"])
def test_nobody_promises_in_anothers_stead(house, time, code: str) -> None:
    case = in_china()
    due = {"amount": 5, "currency": "CNY", "due_on": "2026-11-30"}
    with pytest.raises(Invalid) as fault:
        case.rang_us("inbound", started_at=time.now, code=code, said=(said_of("promise", due),))
    assert list(fault.value.fields) == ["said"]


@pytest.mark.parametrize("channel", ["letter", "visit"])
def test_no_address_is_ended_by_a_letter_somebody_made_up(house, time, channel: str) -> None:
    case = in_china()
    home = make_point(case.person, "1 Old Road", "postal", "home")
    values = {"channel": channel, "contact_point_id": home, "code": "WN"}
    with pytest.raises(Invalid) as fault:
        case.rang_us("inbound", started_at=time.now, said=(Said("wrong_number"),), **values)
    assert list(fault.value.fields) == ["said"]
    (row,) = rows(contact_point, contact_point.c.id == home)
    assert row["valid_until"] is None


def test_a_code_of_calls_we_make_is_none_of_a_call_that_came_in(house, time) -> None:
    case = in_china()
    with pytest.raises(Invalid) as fault:
        case.rang_us(started_at=time.now, code="PTP")
    assert list(fault.value.fields) == ["code"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [("WN", "inbound_conversation"), ("3P-M", "inbound_conversation"), ("INC", "inbound")],
)
def test_a_talk_is_one_with_the_person_and_no_other(house, time, code: str, outcome: str) -> None:
    case = in_china()
    with pytest.raises(Invalid) as fault:
        case.rang_us(outcome, started_at=time.now, code=code)
    assert list(fault.value.fields) == ["code"]


def test_a_loan_that_the_contact_was_not_about(house, time) -> None:
    case, other = in_china(), in_china(number="+8613800138001")
    with pytest.raises(Invalid) as fault:
        case.call("conversation", said=(Said("dispute", loan_id=other.loan),))
    assert list(fault.value.fields) == ["said"]


def test_several_things_at_once(house, time) -> None:
    case = in_china()
    case.call(
        "effective_conversation",
        said=(Said("hardship"), Said("vulnerability"), Said("opt_out", fields={"channel": "sms"})),
    )
    assert len(facts("kind")) == 3
    assert len(rows(said)) == 3
