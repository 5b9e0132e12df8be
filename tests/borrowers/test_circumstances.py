"""Circumstances bind at once and are lifted by two; consents are revoked at a word."""

import json

import pytest

from crm.borrowers.actions.circumstances import LiftCircumstance, RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.models import circumstance, consent
from crm.borrowers.queries.file import OnePerson
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.borrowers.desk import do, entries, one, open_desk, rows, text
from tests.factories import make_account, make_loan


def test_what_is_recorded_is_in_force_at_once(house) -> None:
    desk = open_desk()
    done = do(RecordCircumstance(desk.anns, "cease_request"), desk.ann)
    assert done["person_id"] == desk.anns
    (shown,) = answer(OnePerson(desk.anns), desk.ann)["circumstances"]
    assert (shown["kind"], shown["in_force"]) == ("cease_request", True)


def test_a_circumstance_is_committed_to_not_told_in_the_ledger(house) -> None:
    desk = open_desk()
    do(RecordCircumstance(desk.anns, "bankruptcy", since="2026-11-01"), desk.ann)
    (entry,) = entries("borrowers.circumstance.recorded")
    assert b"bankruptcy" not in entry.entry
    (row,) = json.loads(entry.entry)["rows"]
    assert {"circumstance.kind", "circumstance.since"} <= set(row["com"]) or "kind" in row["com"]


def test_what_the_contract_cannot_read_is_refused(house) -> None:
    desk = open_desk()
    with pytest.raises(Invalid) as no:
        do(RecordCircumstance(desk.anns, "inconvenient_time", scope={"from": "25:00"}), desk.ann)
    assert list(no.value.fields) == ["from"]
    assert rows(circumstance) == []


@pytest.mark.both
def test_a_loan_that_is_not_his_bounds_nothing(house) -> None:
    desk = open_desk()
    his, others = make_loan(desk.anns), make_loan(desk.bens)
    for wrong in (str(others), str(new_id()), "no id"):
        with pytest.raises(Invalid) as no:
            do(RecordCircumstance(desk.anns, "dispute", scope={"debts": [wrong]}), desk.ann)
        assert list(no.value.fields) == ["debts"]
    do(RecordCircumstance(desk.anns, "dispute", scope={"debts": [str(his)]}), desk.ann)
    assert one(circumstance).scope == {"debts": [str(his)]}


@pytest.mark.both
def test_lifting_a_stop_takes_two_people(house) -> None:
    desk = open_desk()
    stop = do(RecordCircumstance(desk.anns, "cease_request"), desk.ann)["id"]
    asked = perform(LiftCircumstance(stop, "withdrawn"), desk.supervisor)
    assert asked.waiting is not None
    assert one(circumstance).lifted_at is None
    with pytest.raises(Refusal):
        do(Approve(asked.waiting), desk.supervisor)  # not by himself
    officer = make_account(Role.COMPLIANCE_OFFICER)
    do(Approve(asked.waiting), officer)
    assert one(circumstance).lifted_at is not None
    (shown,) = answer(OnePerson(desk.anns), desk.ann)["circumstances"]
    assert not shown["in_force"]
    with pytest.raises(Refusal) as no:
        perform(LiftCircumstance(stop, "withdrawn"), desk.supervisor)
    assert no.value.verdict.rule == "circumstance.lifted"


def test_a_collector_lifts_nothing_and_nobody_lifts_beyond_his_area(house) -> None:
    desk = open_desk()
    stop = do(RecordCircumstance(desk.anns, "cease_request"), desk.ann)["id"]
    with pytest.raises(Refusal):
        perform(LiftCircumstance(stop, "withdrawn"), desk.ann)
    far = do(RecordCircumstance(desk.cais, "cease_request"), desk.cai)["id"]
    with pytest.raises(Missing):
        perform(LiftCircumstance(far, "withdrawn"), desk.supervisor)


@pytest.mark.both
def test_a_consent_keeps_its_words_sealed_and_ends_at_a_word(house) -> None:
    desk = open_desk()
    given = RecordConsent(desk.anns, "channel", scope={"channel": "sms"}, words=text("text me"))
    consent_id = do(given, desk.ann)["id"]
    (shown,) = answer(OnePerson(desk.anns), desk.ann)["consents"]
    assert (shown["words"].text, shown["in_force"]) == ("text me", True)
    assert b"text me" not in bytes(one(consent).words)
    with pytest.raises(Missing):
        do(RevokeConsent(consent_id), desk.ben)
    do(RevokeConsent(consent_id), desk.ann)
    (shown,) = answer(OnePerson(desk.anns), desk.ann)["consents"]
    assert not shown["in_force"]
    with pytest.raises(Refusal):
        do(RevokeConsent(consent_id), desk.ann)


def test_a_consent_says_what_it_allows(house) -> None:
    desk = open_desk()
    with pytest.raises(Invalid):
        do(RecordConsent(desk.anns, "third_party"), desk.ann)
    assert rows(consent) == []
