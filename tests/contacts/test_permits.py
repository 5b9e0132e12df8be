"""Permits: reserved, started, released, lapsed, ended; each with its decision."""

from datetime import datetime
from uuid import uuid4

import pytest

from crm.contacts.actions.closing import ClosePermit, ReleasePermit
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.starting import StartPermit
from crm.contacts.decisions import unpacked
from crm.contacts.models import decision, permit, permit_event
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.roles import Role
from tests.contacts.scene import NOON_IN_NEW_YORK, in_china, in_new_york, rows, rules_of
from tests.factories import make_account, make_person, make_point

pytestmark = pytest.mark.both


def test_a_lawful_call_is_reserved_started_and_logged(house, time) -> None:
    case = in_china()
    given = case.ask()
    assert given["decision"]["allowed"]
    assert given["expires_at"] == time.now.replace(minute=10)
    begun = case.start(given["id"])
    assert begun["dial"] == {"number": "+8613800138000", "until": time.now.replace(minute=1)}
    assert case.log(given["id"], "effective_conversation")["id"]
    kinds = [event["kind"] for event in rows(permit_event)]
    assert kinds == ["started"]


def test_a_refusal_keeps_its_decision(house, time) -> None:
    time.set("2026-11-25T23:00:00+08:00")
    case = in_china()
    answer = case.refused()
    assert rules_of(answer) == {"CN.hours.night"}
    assert answer["next_allowed_at"] == "2026-11-26T08:00:00+08:00"
    (kept,) = rows(decision)
    facts, same = unpacked(kept["document"])
    assert same == answer
    assert facts["proposed"]["channel"] == "call"
    assert (kept["allowed"], kept["rule"]) == (False, "CN.hours.night")
    assert not rows(permit)


def test_the_closing_hour_cuts_a_reservation_short(house, time) -> None:
    time.set("2026-11-25T21:55:00+08:00")
    assert in_china().ask()["expires_at"] == datetime.fromisoformat("2026-11-25T22:00:00+08:00")


def test_a_letter_is_reserved_for_its_local_day(house, time) -> None:
    case = in_china()
    point = make_point(case.person, "1 Garden Road, Shanghai", "postal", "home")
    given = case.ask("letter", contact_point_id=point)
    assert given["expires_at"] == datetime.fromisoformat("2026-11-26T00:00:00+08:00")


def test_one_call_at_a_time(house, time) -> None:
    case = in_china()
    first = case.ask()
    assert rules_of(case.refused()) == {"HOUSE.permit.open"}
    perform(ReleasePermit(first["id"]), case.collector)
    assert case.ask()["id"] != first["id"]


def test_a_lapsed_reservation_gives_its_slot_back_and_cannot_start(house, time) -> None:
    case = in_china()
    first = case.ask()
    time.forward(minutes=10)
    assert case.ask()["id"]
    with pytest.raises(Refusal) as no:
        case.start(first["id"])
    assert no.value.verdict.rule == "permit.lapsed"


def test_a_started_contact_cannot_be_released_nor_lapse(house, time) -> None:
    case = in_china()
    given = case.ask()
    case.start(given["id"])
    with pytest.raises(Refusal) as no:
        perform(ReleasePermit(given["id"]), case.collector)
    assert no.value.verdict.rule == "permit.started"
    time.forward(hours=3)
    assert rules_of(case.refused()) == {"HOUSE.permit.open"}
    assert case.log(given["id"])["id"]


def test_the_number_is_shown_to_its_holder_for_a_minute(house, time) -> None:
    case = in_china()
    given = case.ask()
    begun = case.start(given["id"], key="k")
    time.forward(seconds=59)
    assert case.start(given["id"], key="k")["dial"] == begun["dial"]
    assert case.start(given["id"])["dial"] == begun["dial"]
    time.forward(seconds=1)
    assert "dial" not in case.start(given["id"], key="k")
    with pytest.raises(Refusal) as no:
        case.start(given["id"])
    assert no.value.verdict.rule == "permit.started"


def test_only_its_holder_starts_a_permit(house, time) -> None:
    case = in_china()
    given = case.ask()
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    with pytest.raises(Refusal) as no:
        perform(StartPermit(given["id"]), leader)
    assert no.value.verdict.rule == "permit.holder"


def test_a_start_is_judged_again_and_a_refusal_ends_the_permit(house, time) -> None:
    case = in_china()
    email = make_point(case.person, "chen@mail.example", "email", "other")
    given = case.ask("email", contact_point_id=email, at=time.now.replace(hour=20))
    time.set("2026-11-25T07:00:00+08:00")
    with pytest.raises(Refusal) as no:
        case.start(given["id"])
    assert rules_of(no.value.verdict.data["decision"]) == {"CN.hours.night"}
    (event,) = rows(permit_event)
    assert (event["kind"], event["reason"]) == ("ended", "CN.hours.night")
    time.set("2026-11-25T12:00:00+08:00")
    with pytest.raises(Refusal) as no:
        case.start(given["id"])
    assert no.value.verdict.rule == "permit.over"


def test_a_team_leader_closes_what_nobody_logged_and_it_still_counts(house, time) -> None:
    case = in_china()
    given = case.ask()
    case.start(given["id"])
    with pytest.raises(Refusal):
        perform(ClosePermit(given["id"], "gone home"), case.collector)
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    perform(ClosePermit(given["id"], "gone home"), leader)
    assert rules_of(case.refused()) == {"HOUSE.permit.open"}
    with pytest.raises(Refusal) as no:
        perform(ClosePermit(given["id"], "gone home"), leader)
    assert no.value.verdict.rule == "permit.over"
    assert case.log(given["id"], "no_answer")["id"]


def test_what_was_not_started_is_released_rather_than_closed(house, time) -> None:
    case = in_china()
    given = case.ask()
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    with pytest.raises(Refusal) as no:
        perform(ClosePermit(given["id"], "x"), leader)
    assert no.value.verdict.rule == "permit.not_started"


def test_a_repeated_request_gets_the_same_permit(house, time) -> None:
    case = in_china()
    first = case.ask(key="once")
    assert case.ask(key="once") == first
    assert len(rows(permit)) == 1


def test_unknown_and_other_peoples_things_do_not_exist(house, time) -> None:
    case, other = in_china(), in_china(number="+8613800138001")
    for wrong in (
        {"person_id": uuid4()},
        {"contact_point_id": uuid4()},
        {"contact_point_id": other.point},
        {"person_id": other.person, "contact_point_id": other.point},
    ):
        with pytest.raises(Missing):
            case.ask(**wrong)
    given = other.ask()
    for action in (StartPermit(given["id"]), ReleasePermit(given["id"]), StartPermit(uuid4())):
        with pytest.raises(Missing):
            perform(action, case.collector)


def test_parts_that_do_not_fit_are_named(house, time) -> None:
    case, other = in_china(), in_china(number="+8613800138001")
    stranger = make_person(collector=case.collector)
    point = make_point(stranger, "+8613800138002")
    for wrong, field in (
        ({"loan_ids": (other.loan,)}, "loan_ids"),
        ({"person_id": stranger, "contact_point_id": point}, "loan_ids"),
        ({"channel": "email"}, "channel"),
        ({"at": time.now.replace(minute=11)}, "at"),
        ({"channel": "sms", "at": time.now.replace(year=2027)}, "at"),
        (
            {"proposed": {"purpose": "reply", "in_reply_to_at": "2027-01-01T00:00:00Z"}},
            "proposed",
        ),
    ):
        with pytest.raises(Invalid) as fault:
            case.ask(**wrong)
        assert list(fault.value.fields) == [field]


def test_whoever_may_not_ask_is_refused_by_his_role(house, time) -> None:
    case = in_china()
    with pytest.raises(Refusal) as no:
        perform(RequestPermit(case.person, case.point, "call"), make_account(Role.MANAGEMENT))
    assert no.value.by_permission


def test_a_book_of_the_person_applies_where_he_is(house, time) -> None:
    time.set(NOON_IN_NEW_YORK)
    case = in_new_york()
    assert case.ask()["decision"]["allowed"]
    time.set("2026-11-25T21:00:00-05:00")
    assert rules_of(in_new_york(case.collector, number="+12125550188").refused()) == {
        "US-FED.hours.unusual_time"
    }


def test_without_evidence_of_place_there_is_no_contact(house, time) -> None:
    case = in_china()
    nowhere = make_person(collector=case.collector)
    from tests.factories import make_loan

    make_loan(nowhere)
    point = make_point(nowhere, "+8613800138009")
    answer = case.refused(person_id=nowhere, contact_point_id=point)
    assert rules_of(answer) == {"HOUSE.place.unknown", "HOUSE.zone.unknown"}
