"""An answer compared with what is known, and forgotten."""

from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from crm.audit.models import audit_entry
from crm.contacts.actions.closing import ReleasePermit
from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.rules.verifying import MISSES_OF_ITEM, MISSES_OF_PERSON
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.contacts.scene import Scene, in_china
from tests.contacts.test_races import at_once
from tests.factories import make_account, make_evidence, make_loan, make_person, make_point


def known() -> Scene:
    case = in_china()
    person = make_person("Zhao Lei", case.collector, national_id="110101199003074514")
    make_evidence(person)
    return Scene(case.collector, person, make_point(person, "+8613800138005"), make_loan(person))


def called(case: Scene) -> UUID:
    """Begin a call; return its permit."""
    permit: UUID = case.ask()["id"]
    case.start(permit)
    return permit


def answered(case: Scene, item: str, answer: str, **where) -> bool:
    action = VerifyAnswer(item, Sealed.fresh(answer), **where)
    matches: bool = perform(action, case.collector).result["matches"]
    return matches


@pytest.mark.both
def test_an_answer_matches_or_not_and_is_nowhere_kept(house, time) -> None:
    case = known()
    permit = called(case)
    assert answered(case, "name", " zhao lei", permit_id=permit)
    assert not answered(case, "name", "Zhao Lee", permit_id=permit)
    assert answered(case, "national_id", "110101 19900307 4514", permit_id=permit)
    assert answered(case, "phone", "138 0013 8005", permit_id=permit)
    assert not answered(case, "email", "zhao@mail.example", permit_id=permit)
    with database().read() as connection:
        entries = connection.execute(select(audit_entry.c.entry)).scalars().all()
    assert not any(b"Zhao" in entry or b"zhao" in entry for entry in entries)


def test_somebody_who_rang_can_be_verified_too(house, time) -> None:
    case = known()
    inbound = case.rang_us(started_at=time.now)["id"]
    assert answered(case, "name", "Zhao Lei", inbound_id=inbound)
    outbound = case.call()["id"]
    with pytest.raises(Missing):
        answered(case, "name", "Zhao Lei", inbound_id=outbound)


def refused(case: Scene, item: str = "name", **where) -> str:
    with pytest.raises(Refusal) as no:
        answered(case, item, "Zhao Lei", **where)
    assert not no.value.by_permission
    return no.value.verdict.rule


def test_three_misses_on_an_item_close_the_gate_for_the_contact(house, time) -> None:
    case = known()
    permit = called(case)
    for _ in range(MISSES_OF_ITEM):
        assert not answered(case, "name", "Somebody Else", permit_id=permit)
    assert refused(case, "phone", permit_id=permit) == "verification.failed"


def test_two_failed_items_close_it_too_and_a_slip_does_not(house, time) -> None:
    case = known()
    permit = called(case)
    answered(case, "name", "Zhao Le", permit_id=permit)
    answered(case, "name", "Zhao Lei", permit_id=permit)
    answered(case, "email", "somebody@else.example", permit_id=permit)
    answered(case, "email", "somebody@else.example", permit_id=permit)
    answered(case, "phone", "138 0013 8006", permit_id=permit)
    assert refused(case, permit_id=permit) == "verification.failed"


@pytest.mark.both
def test_a_stranger_has_six_misses_an_hour_over_all_contacts(house, time) -> None:
    case = known()
    for _ in range(MISSES_OF_PERSON // MISSES_OF_ITEM):
        permit = called(case)
        for _ in range(MISSES_OF_ITEM):
            answered(case, "name", "Somebody Else", permit_id=permit)
        case.log(permit)
        time.forward(minutes=10)
    inbound = case.rang_us(started_at=time.now)["id"]
    assert refused(case, inbound_id=inbound) == "verification.limit"
    time.forward(minutes=51)
    assert answered(case, "name", "Zhao Lei", inbound_id=inbound)


@pytest.mark.both
def test_tries_at_the_same_moment_are_counted_one_after_the_other(house, time) -> None:
    case = known()
    inbound = [case.rang_us(started_at=time.now)["id"] for _ in range(12)]
    tries = [partial(answered, case, "name", "Somebody Else", inbound_id=one) for one in inbound]
    told = at_once(tries)
    assert told.count(False) == MISSES_OF_PERSON
    assert told.count("verification.limit") == len(inbound) - MISSES_OF_PERSON


def test_it_is_asked_while_the_contact_lasts(house, time) -> None:
    case = known()
    permit = case.ask()["id"]
    assert refused(case, permit_id=permit) == "permit.not_started"
    case.start(permit)
    assert answered(case, "name", "Zhao Lei", permit_id=permit)
    case.log(permit)
    assert refused(case, permit_id=permit) == "permit.logged"
    released = case.ask()["id"]
    perform(ReleasePermit(released), case.collector)
    assert refused(case, permit_id=released) == "permit.over"


def test_only_who_makes_the_contact_asks_who_is_speaking(house, time) -> None:
    case = known()
    permit = called(case)
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    theirs = Scene(leader, case.person, case.point, case.loan)
    assert refused(theirs, permit_id=permit) == "permit.holder"


def test_it_needs_one_contact_of_ones_own(house, time) -> None:
    case, other = known(), in_china(number="+8613800138001")
    permit = case.ask()["id"]
    for where in ({}, {"permit_id": permit, "inbound_id": permit}):
        with pytest.raises(Invalid):
            answered(case, "name", "Zhao Lei", **where)
    for scene, asked in ((other, permit), (case, uuid4())):
        with pytest.raises(Missing):
            answered(scene, "name", "Zhao Lei", permit_id=asked)
