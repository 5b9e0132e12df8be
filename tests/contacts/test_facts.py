"""From our nouns to the contract: whose facts, which target, which history counts."""

from datetime import datetime, timedelta

import pytest

from crm.borrowers.models import circumstance, consent
from crm.contacts.facts import Approach, facts_for, judge
from crm.gate.errors import Invalid, Missing
from crm.gate.reader import Reader
from crm.rulebook.reading import read_facts
from crm.storage.database import database
from tests.contacts.scene import NOON_IN_NEW_YORK, Scene, in_china, in_new_york, rules_of
from tests.counting import counted
from tests.factories import (
    LONG_AGO,
    make_evidence,
    make_loan,
    make_party,
    make_person,
    make_point,
    make_portfolio,
    seed,
)


def facts(case: Scene, at: datetime, **given):
    """Return the facts of one call to the person of a case."""
    values = {
        "person_id": case.person,
        "contact_point_id": case.point,
        "channel": "call",
        "loan_ids": None,
        "at": at,
    } | given
    with database().read() as connection:
        (document,) = facts_for(Reader(connection, case.collector), [Approach(**values)])
    read_facts(document)  # the engine can read it
    return document


def beside(case: Scene, role: str, number: str, loan=None) -> Scene:
    """Put somebody else on the loan of a case."""
    person = make_person("Li Na", collector=case.collector)
    make_evidence(person)
    make_party(loan or case.loan, person, role)
    return Scene(case.collector, person, make_point(person, number), case.loan)


def told(person, kind: str, **scope) -> None:
    seed(
        circumstance,
        person_id=person,
        kind=kind,
        since="2026-11-01",
        scope=scope or None,
        source="form",
        created_at=LONG_AGO,
        version=1,
    )


def targets(document) -> list[str]:
    return [item["target"] for item in document["history"]]


def test_the_borrower_himself(house, time) -> None:
    case = in_china(account=b"\x01" * 16, days_past_due=12, time_barred=0)
    case.call()
    document = facts(case, time.now)
    assert document["proposed"]["target"] == "borrower"
    assert document["collector_role"] == "bank"
    assert document["debts"][str(case.loan)] == {
        "kind": "consumer_loan",
        "account": "01" * 16,
        "days_past_due": 37,
        "time_barred": False,
    }
    (item,) = document["history"]
    assert item["number"] == document["proposed"]["number"]
    assert item["outcome"] == "no_answer"
    assert item["debts"] == [str(case.loan)]


@pytest.mark.parametrize(
    ("role", "target", "whose"),
    [
        ("co_borrower", "borrower", "his"),
        ("guarantor", "guarantor", "his"),
        ("spouse", "spouse", "the borrower's"),
        ("contact_person", "contact_person", "the borrower's"),
        ("employer", "employer", "the borrower's"),
    ],
)
def test_whose_facts_they_are(house, time, role: str, target: str, whose: str) -> None:
    case = in_china()
    other = beside(case, role, "+8613700137000")
    told(case.person, "bankruptcy")
    told(other.person, "hospitalised")
    document = facts(other, time.now)
    assert document["proposed"]["target"] == target
    kinds = [fact["kind"] for fact in document["circumstances"]]
    assert kinds == (["hospitalised"] if whose == "his" else ["bankruptcy"])
    assert all(
        fact.get("target", "borrower") in {target, "borrower"} for fact in document["circumstances"]
    )


def test_a_guarantors_own_wishes_bind_contact_with_him(house, time) -> None:
    case = in_china()
    other = beside(case, "guarantor", "+8613700137000")
    told(other.person, "medium_refused", channel="call")
    (fact,) = facts(other, time.now)["circumstances"]
    assert fact["target"] == "guarantor"


def test_somebody_elses_wishes_stand_beside_the_borrowers_facts(house, time) -> None:
    case = in_china()
    other = beside(case, "contact_person", "+8613700137000")
    told(other.person, "party_refused_contact", target="contact_person")
    told(other.person, "bankruptcy")
    seed(
        consent,
        person_id=other.person,
        kind="extra_calls",
        at="2026-11-01",
        source="form",
        created_at=LONG_AGO,
        version=1,
    )
    seed(
        consent,
        person_id=other.person,
        kind="third_party",
        at="2026-11-01",
        source="form",
        scope={"target": "spouse"},
        created_at=LONG_AGO,
        version=1,
    )
    document = facts(other, time.now, extra={"purpose": "location"})
    assert [fact["kind"] for fact in document["circumstances"]] == ["party_refused_contact"]
    (given,) = document["consents"]
    assert (given["kind"], given["target"]) == ("extra_calls", "contact_person")
    with database().read() as connection:
        approach = Approach(
            other.person, other.point, "call", None, time.now, {"purpose": "location"}
        )
        (decision,) = judge(Reader(connection, case.collector), [approach])
    assert "CN.party.refused" in rules_of(decision)


def test_one_who_died_is_left_alone_whoever_he_was(house, time) -> None:
    case = in_china()
    other = beside(case, "guarantor", "+8613700137000")
    told(other.person, "deceased")
    assert "HOUSE.stop.contact_hold" in rules_of(other.refused())
    assert case.ask()["id"]


def test_the_history_of_others_on_the_same_loan(house, time) -> None:
    case = in_china()
    co, guarantor, friend = (
        beside(case, "co_borrower", "+8613700137001"),
        beside(case, "guarantor", "+8613700137002"),
        beside(case, "contact_person", "+8613700137003"),
    )
    for one in (case, co, guarantor):
        one.rang_us(started_at=time.now)
        time.forward(minutes=1)
    assert targets(facts(case, time.now)) == ["borrower", "co_borrower", "guarantor"]
    # Seen from the co-borrower, who is "borrower" himself, the borrower is somebody else.
    assert targets(facts(co, time.now)) == ["other", "borrower", "guarantor"]
    assert targets(facts(guarantor, time.now)) == ["borrower", "co_borrower", "guarantor"]
    assert targets(facts(friend, time.now)) == ["borrower", "co_borrower", "guarantor"]


def test_two_contact_persons_are_told_apart_by_their_numbers(house, time) -> None:
    case = in_china()
    one, two = (
        beside(case, "contact_person", "+8613700137001"),
        beside(case, "contact_person", "+8613700137002"),
    )
    one.rang_us(started_at=time.now)
    (item,) = facts(two, time.now)["history"]
    assert item["target"] == "contact_person"
    assert item["number"] != facts(two, time.now)["proposed"]["number"]


def test_other_loans_of_other_people_are_no_affair_of_his(house, time) -> None:
    case = in_china()
    co = beside(case, "co_borrower", "+8613700137001")
    make_loan(co.person)
    co.rang_us(started_at=time.now, loan_ids=None)
    assert targets(facts(case, time.now)) == ["co_borrower"]
    loans = make_loan(case.person)
    assert targets(facts(case, time.now, loan_ids=(loans,))) == []


def test_contacts_by_the_same_number_count_whoever_was_reached(house, time) -> None:
    case = in_china()
    stranger = in_china(case.collector, number="+8613800138000")
    stranger.rang_us(started_at=time.now)
    (item,) = facts(case, time.now)["history"]
    assert (item["target"], item["number"]) == (
        "other",
        facts(case, time.now)["proposed"]["number"],
    )
    elsewhere = make_point(case.person, "+8613900139000")
    assert facts(case, time.now, contact_point_id=elsewhere)["history"] == []


@pytest.mark.both
def test_reservations_and_what_is_under_way_are_pending(house, time) -> None:
    case = in_china()
    first = case.ask()["id"]
    (item,) = facts(case, time.now)["history"]
    assert (item["outcome"], item["at"]) == (
        "pending",
        time.now.astimezone()
        .astimezone(datetime.fromisoformat("2026-11-25T00:00:00+00:00").tzinfo)
        .isoformat(),
    )
    assert facts(case, time.now, permit_id=first)["history"] == []
    time.forward(minutes=10)
    assert facts(case, time.now)["history"] == []
    second = case.ask()["id"]
    case.start(second)
    time.forward(hours=5)
    assert [item["outcome"] for item in facts(case, time.now)["history"]] == ["pending"]
    case.log(second, "conversation")
    assert [item["outcome"] for item in facts(case, time.now)["history"]] == ["conversation"]


def test_only_the_newest_correction_counts(house, time) -> None:
    from crm.contacts.actions.correcting import CorrectContact
    from crm.gate.perform import perform

    case = in_china()
    first = case.call("no_answer")
    perform(CorrectContact(first["id"], "conversation"), case.collector)
    assert [item["outcome"] for item in facts(case, time.now)["history"]] == ["conversation"]


def test_history_goes_as_far_back_as_the_books_look(house, time) -> None:
    from crm.contacts.actions.unpermitted import ImportContact
    from crm.gate.perform import perform
    from crm.identity.actor import system

    case = in_new_york()
    time.set(NOON_IN_NEW_YORK)
    friend = beside(case, "contact_person", "+12125550177")
    for days, who in ((9, case), (11, case), (300, friend), (3600, friend), (3700, friend)):
        at = time.now - timedelta(days=days)
        perform(
            ImportContact(
                who.person, who.point, "call", "outbound", "conversation", at, loan_ids=(case.loan,)
            ),
            system("import"),
        )
    make_evidence(friend.person, "US", ("America/New_York",), "US-NY")
    kept = [item["at"][:10] for item in facts(case, time.now)["history"]]
    assert kept == [str((time.now - timedelta(days=days)).date()) for days in (3600, 300, 9)]


def test_a_lifted_stop_held_until_it_was_lifted(house, time) -> None:
    case = in_china()
    seed(
        circumstance,
        person_id=case.person,
        kind="dispute",
        since="2026-11-01",
        source="form",
        lifted_at=time.now,
        created_at=LONG_AGO,
        version=1,
    )
    assert facts(case, time.now)["circumstances"] == []
    (fact,) = facts(case, time.now - timedelta(hours=1))["circumstances"]
    assert fact["until"] == time.now.astimezone(tz=LONG_AGO.tzinfo).isoformat()


def test_a_stop_lifted_before_it_began_is_no_fact(house, time) -> None:
    case = in_china()
    seed(
        circumstance,
        person_id=case.person,
        kind="dispute",
        since=(time.now + timedelta(days=3)).isoformat(),
        source="form",
        lifted_at=time.now,
        created_at=LONG_AGO,
        version=1,
    )
    assert facts(case, time.now - timedelta(hours=1))["circumstances"] == []


def test_the_place_of_whoever_is_approached_counts_beside_the_borrowers(house, time) -> None:
    case = in_china()
    friend = make_person(collector=case.collector)
    make_party(case.loan, friend, "contact_person")
    point = make_point(friend, "+8613700137000")
    nowhere = facts(case, time.now, person_id=friend, contact_point_id=point)
    assert (nowhere["jurisdictions"], nowhere["time_zones"]) == ([], [])
    make_evidence(friend, "US", ("America/New_York",), "US-NY")
    both = facts(case, time.now, person_id=friend, contact_point_id=point)
    assert both["jurisdictions"] == ["CN", "US-FED", "US-NY"]
    assert both["time_zones"] == ["America/New_York", "Asia/Shanghai"]


def test_a_paid_loan_leaves_nothing_to_collect(house, time) -> None:
    case = in_china(status="paid")
    assert rules_of(case.refused()) == {"HOUSE.stop.contact_hold"}
    second = make_loan(case.person)
    assert facts(case, time.now)["proposed"]["debts"] == [str(second)]


def test_who_stands_in_several_relations_must_be_asked_which(house, time) -> None:
    case = in_china()
    owner_a, owner_b = in_china(number="+8613800138002"), in_china(number="+8613800138003")
    friend = beside(owner_a, "contact_person", "+8613700137000")
    make_party(owner_b.loan, friend.person, "contact_person")
    with pytest.raises(Invalid):
        facts(friend, time.now)
    assert facts(friend, time.now, loan_ids=(owner_b.loan,))["proposed"]["target"] == (
        "contact_person"
    )
    make_party(owner_a.loan, case.person, "guarantor")
    assert facts(case, time.now)["proposed"]["debts"] == [str(case.loan)]
    with pytest.raises(Invalid):
        facts(case, time.now, loan_ids=(case.loan, owner_a.loan))


def test_the_strictest_role_of_the_portfolios(house, time) -> None:
    case = in_china()
    agency = make_portfolio(collector_role="agency")
    make_loan(case.person, agency)
    assert facts(case, time.now)["collector_role"] == "agency"
    assert facts(case, time.now, loan_ids=(case.loan,))["collector_role"] == "bank"


def test_one_whose_erasure_has_begun_is_nobody(house, time) -> None:
    case = in_china()
    gone = make_person(collector=case.collector, erasure_begun_at=LONG_AGO)
    point = make_point(gone, "+8613700137000")
    make_loan(gone)
    with pytest.raises(Missing):
        facts(case, time.now, person_id=gone, contact_point_id=point)


@pytest.mark.both
def test_any_number_of_approaches_is_one_statement(house, time) -> None:
    cases = [in_china()] + [in_china(number=f"+861380013801{n}") for n in range(5)]
    approaches = [Approach(c.person, c.point, "call", None, time.now) for c in cases]
    with database().read() as connection:
        reader = Reader(connection, cases[0].collector)
        with counted() as seen:
            documents = facts_for(reader, approaches)
        assert facts_for(reader, []) == []
    assert len([one for one in seen if one.startswith("WITH")]) == len(seen) - seen.count("BEGIN")
    assert len([one for one in seen if one.startswith("WITH")]) == 1
    assert documents == [facts(c, time.now) for c in cases]


def test_what_answers_the_borrower_is_exempt_and_who_spoke_is_told(house, time) -> None:
    case = in_china()
    case.rang_us("inbound", started_at=time.now)
    asked = {
        "purpose": "reply",
        "in_reply_to_at": time.now.isoformat(),
        "in_reply_to_channel": "call",
        "agent": "ai",
    }
    permit = case.ask(proposed=asked)["id"]
    case.start(permit)
    case.log(permit, "effective_conversation")
    _, item = facts(case, time.now)["history"]
    assert (item["exempt"], item["agent"]) == (True, "ai")


def test_somebody_who_rang_from_an_unknown_number(house, time) -> None:
    case = in_china()
    case.rang_us(started_at=time.now, contact_point_id=None)
    (item,) = facts(case, time.now)["history"]
    assert "number" not in item
    assert "place" not in item
    unknown = facts(case, time.now, contact_point_id=None)
    assert "number" not in unknown["proposed"]


def test_an_electronic_address_belongs_to_no_place_but_to_somebody(house, time) -> None:
    case = in_china()
    mail = make_point(case.person, "chen@firm.example", "email", "work", address_type="employer")
    proposed = facts(case, time.now, channel="email", contact_point_id=mail)["proposed"]
    assert proposed["address_type"] == "employer"
    assert "place" not in proposed
