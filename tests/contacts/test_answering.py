"""A reply answers an incoming contact that is written down; nobody's word for it is enough."""

from datetime import UTC

import pytest

from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.decisions import unpacked
from crm.contacts.models import contact, decision, permit, permit_event
from crm.gate.errors import Invalid, Refusal
from crm.gate.perform import perform
from tests.contacts.scene import Scene, in_china, rows, rules_of
from tests.factories import make_point

NIGHT = "2026-11-25T22:30:00+08:00"
REPLY = {"purpose": "reply"}


def judged(case: Scene) -> dict:
    """Return the proposed contact of the newest decision."""
    document, _ = unpacked(rows(decision, decision.c.person_id == case.person)[-1]["document"])
    return document["proposed"]


def refused_as_unrecorded(case: Scene, **given) -> None:
    with pytest.raises(Invalid) as fault:
        case.ask(**given)
    assert fault.value.fields == {
        "proposed": {"in_reply_to_at": ["Write down the incoming contact first."]}
    }
    assert rows(permit) == []


@pytest.mark.both
def test_no_reply_at_night_to_what_nobody_wrote_down(house, time) -> None:
    time.set(NIGHT)
    case, other = in_china(), in_china(number="+8613800138001")
    said = {**REPLY, "in_reply_to_at": "2026-11-25T22:15:00+08:00", "in_reply_to_channel": "call"}
    other.rang_us(started_at=time.now.replace(minute=15))  # somebody else rang
    refused_as_unrecorded(case, proposed=REPLY)
    refused_as_unrecorded(case, proposed=said)
    case.rang_us(started_at=time.now.replace(minute=15))
    assert case.ask(proposed=said)["decision"]["allowed"]


@pytest.mark.parametrize("purpose", ["opt_out_confirmation", "service", "complaint_reply"])
def test_whatever_names_a_contact_it_answers_must_have_one(house, time, purpose) -> None:
    said = {"purpose": purpose, "in_reply_to_at": time.now.isoformat()}
    refused_as_unrecorded(in_china(), proposed=said)


@pytest.mark.both
def test_the_server_puts_in_which_contact_is_answered(house, time) -> None:
    case = in_china()
    first = time.now
    case.rang_us(started_at=first)
    mail = make_point(case.person, "chen@mail.example", "email")
    latest = time.forward(minutes=5)
    case.rang_us("inbound", started_at=latest, channel="email", contact_point_id=mail)
    time.forward(minutes=5)
    permit_id = case.ask(proposed=REPLY)["id"]
    (kept,) = rows(permit, permit.c.id == permit_id)
    answered = {"in_reply_to_at": first.astimezone(UTC).isoformat(), "in_reply_to_channel": "call"}
    assert kept["proposed"] == REPLY | answered
    assert judged(case).items() >= answered.items()
    case.start(permit_id)
    record = case.log(permit_id)["id"]
    assert rows(contact, contact.c.id == record)[0]["exempt"]
    case.ask("email", contact_point_id=mail, proposed=REPLY)
    assert judged(case)["in_reply_to_channel"] == "email"


def test_time_and_channel_must_be_those_of_the_record(house, time) -> None:
    case = in_china()
    case.rang_us(started_at=time.now)
    time.forward(minutes=5)
    rang_at = time.now.replace(minute=0).isoformat()
    for wrong in (
        {"in_reply_to_at": time.now.isoformat()},
        {"in_reply_to_at": rang_at, "in_reply_to_channel": "email"},
        {"in_reply_to_channel": "sms"},
    ):
        refused_as_unrecorded(case, proposed=REPLY | wrong)
    assert case.ask(proposed=REPLY | {"in_reply_to_at": rang_at})["id"]


def test_what_we_did_ourselves_is_not_answered(house, time) -> None:
    case = in_china()
    case.call()
    time.forward(minutes=5)
    with pytest.raises(Invalid):
        case.ask(proposed=REPLY)


def test_only_the_newest_record_of_the_incoming_contact_is_answered(house, time) -> None:
    case = in_china()
    rang_at = time.now
    record = case.rang_us(started_at=rang_at)["id"]
    time.forward(minutes=1)
    perform(CorrectContact(record, started_at=time.now.replace(minute=0, hour=11)), case.collector)
    refused_as_unrecorded(case, proposed=REPLY | {"in_reply_to_at": rang_at.isoformat()})


def test_a_permit_whose_ground_was_corrected_away_is_judged_as_any_contact(house, time) -> None:
    time.set(NIGHT)
    case = in_china()
    record = case.rang_us(started_at=time.now)["id"]
    permit_id = case.ask(proposed=REPLY)["id"]
    time.forward(minutes=1)
    at = time.now.replace(minute=0)
    perform(CorrectContact(record, started_at=at), case.collector)
    (event,) = rows(permit_event, permit_event.c.permit_id == permit_id)
    assert event["kind"] == "ended"
    with pytest.raises(Refusal):
        case.start(permit_id)


def test_an_incoming_contact_answers_nothing_and_is_not_exempt(house, time) -> None:
    case = in_china()
    case.rang_us(started_at=time.now)
    time.forward(minutes=5)
    told = case.rang_us(
        started_at=time.now, proposed=REPLY | {"in_reply_to_at": time.now.isoformat()}
    )
    assert not rows(contact, contact.c.id == told["id"])[0]["exempt"]


def test_a_late_record_of_a_reply_needs_what_it_answered(house, time) -> None:
    case = in_china()
    late = LogUnpermitted(
        case.person,
        case.point,
        "call",
        "outbound",
        "no_answer",
        time.now,
        reason="forgotten",
        proposed=REPLY,
    )
    with pytest.raises(Invalid):
        perform(late, case.collector)
    assert rows(contact) == []


def test_a_batch_tells_which_item_answers_nothing(house, time) -> None:
    from crm.contacts.actions.batch import RequestPermits, Wanted

    case = in_china()
    wanted = Wanted(case.person, case.point, "call", proposed=REPLY)
    (item,) = perform(RequestPermits((wanted,)), case.collector).result["items"]
    assert item["status"] == "invalid"
    assert "in_reply_to_at" in item["fields"]["proposed"]


def test_a_night_call_without_the_claim_stays_refused(house, time) -> None:
    time.set(NIGHT)
    assert rules_of(in_china().refused())
