"""A fact that changes ends, in the same transaction, what it makes unlawful."""

from datetime import timedelta

import pytest

from crm.borrowers.actions.circumstances import LiftCircumstance, RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.actions.points import EndContactPoint
from crm.contacts.models import permit_event
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.loans.actions import RecordPayment
from tests.contacts.scene import Scene, in_china, in_new_york, rows
from tests.factories import make_account, make_evidence, make_party, make_person, make_point


def reserved(case: Scene, **given) -> object:
    """Reserve a text message for later today."""
    return case.ask("sms", at=case_now(given) + timedelta(hours=1), **given)["id"]


def case_now(given):
    return given.pop("now")


def ends() -> list[tuple[object, str]]:
    return [
        (row["permit_id"], row["reason"]) for row in rows(permit_event) if row["kind"] == "ended"
    ]


@pytest.mark.both
def test_a_circumstance_ends_what_it_forbids_and_nothing_else(house, time) -> None:
    case = in_china()
    other = in_china(case.collector, number="+8613800138001")
    message, call = reserved(case, now=time.now), case.ask()["id"]
    kept = reserved(other, now=time.now)
    perform(RecordCircumstance(case.person, "opt_out", scope={"channel": "sms"}), case.collector)
    assert ends() == [(message, "CN.channel.refused")]
    case.start(call)
    time.forward(hours=1)
    other.start(kept)


def test_whoever_records_it_need_not_be_allowed_to_ask_for_permits(house, time) -> None:
    case = in_china()
    message = reserved(case, now=time.now)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    perform(RecordCircumstance(case.person, "contact_hold"), officer)
    assert ends() == [(message, "HOUSE.stop.contact_hold")]


def test_an_ended_number_ends_what_would_use_it(house, time) -> None:
    case = in_china()
    message = reserved(case, now=time.now)
    perform(EndContactPoint(case.point, "moved"), case.collector)
    assert ends() == [(message, "HOUSE.stop.contact_hold")]


def test_a_consent_taken_back_ends_what_rested_on_it(house, time) -> None:
    case = in_china()
    perform(RecordCircumstance(case.person, "opt_out", scope={"channel": "sms"}), case.collector)
    consent = perform(
        RecordConsent(case.person, "channel", scope={"channel": "sms"}), case.collector
    ).result["id"]
    time.forward(seconds=1)
    message = reserved(case, now=time.now)
    perform(RevokeConsent(consent), case.collector)
    assert ends() == [(message, "CN.channel.refused")]


def test_full_payment_ends_what_was_reserved_about_the_loan(house, time) -> None:
    case = in_china()
    message = reserved(case, now=time.now)
    payment = RecordPayment(1_000, "CNY", case.loan, paid_on=time.now.date())
    perform(payment, system("bank"))
    assert ends() == []
    rest = RecordPayment(1_249_000, "CNY", case.loan, paid_on=time.now.date())
    assert perform(rest, system("bank")).result["paid_in_full"]
    assert ends() == [(message, "HOUSE.stop.contact_hold")]


def test_the_borrowers_facts_bear_on_permits_for_those_beside_him(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    friend = make_person(collector=case.collector)
    make_evidence(friend, "US", ("America/New_York",), "US-NY")
    make_party(case.loan, friend, "contact_person")
    point = make_point(friend, "+12125550177")
    permit = case.ask(person_id=friend, contact_point_id=point, proposed={"purpose": "location"})
    perform(RecordCircumstance(case.person, "attorney_represented"), case.collector)
    assert ends() == [(permit["id"], "US-FED.location.attorney_known")]


def test_what_is_started_or_lapsed_is_not_ended(house, time) -> None:
    case = in_china()
    begun = case.ask()["id"]
    case.start(begun)
    other = in_china(case.collector, number="+8613800138001")
    other.ask()
    time.forward(minutes=11)
    for one in (case, other):
        perform(RecordCircumstance(one.person, "contact_hold"), case.collector)
    assert ends() == []
    assert case.log(begun, "no_answer")["id"]


def test_lifting_a_stop_ends_nothing(house, time) -> None:
    case = in_china()
    reserved(case, now=time.now)
    fact = perform(RecordCircumstance(case.person, "vulnerable"), case.collector).result["id"]
    supervisor = make_account(Role.SUPERVISOR, team_id=case.collector.team_id)
    assert perform(LiftCircumstance(fact, "mistaken"), supervisor).waiting
    assert ends() == []
