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
    later = case.rang_us(started_at=time.now)["id"]
    assert answered(case, "name", "Zhao Lei", inbound_id=later)


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
    case.log(permit, "answered_hangup")
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


def test_who_took_a_call_asks_who_is_calling_for_half_an_hour(house, time) -> None:
    case = known()
    began = time.now
    time.forward(minutes=10)
    inbound = case.rang_us(started_at=began)["id"]
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    theirs = Scene(leader, case.person, case.point, case.loan)
    assert refused(theirs, inbound_id=inbound) == "contact.holder"
    stranger = Scene(make_account(), case.person, case.point, case.loan)
    with pytest.raises(Missing):
        answered(stranger, "name", "Zhao Lei", inbound_id=inbound)
    time.forward(minutes=19, seconds=59)
    assert answered(case, "name", "Zhao Lei", inbound_id=inbound)
    time.forward(seconds=1)
    assert refused(case, inbound_id=inbound) == "contact.over"


def test_the_page_of_a_call_that_came_in_asks_who_is_calling(house, time, browser) -> None:
    case = known()
    inbound = case.rang_us(started_at=time.now)["id"]
    page, answers = f"/contacts/{inbound}", f"/contacts/{inbound}/answers"
    someone = browser(actor=case.collector)
    shown = someone.get(page).text
    assert f'action="{answers}"' in shown
    assert 'value="phone"' not in shown.partition(answers)[2].partition("</form>")[0]
    missing = someone.post(answers, page=page, item="national_id")
    assert missing.status_code == 422
    for item, answer, told in (
        ("national_id", "9999", "Does not match"),
        ("birthday", "0307", "Matches"),
        ("national_id", "4514", "The caller is verified"),
    ):
        sent = someone.post(answers, page=page, item=item, answer=answer)
        assert sent.headers["Location"] == page
        assert told in someone.get(page).text
    assert answers not in someone.get(page).text
    leader = browser(Role.TEAM_LEADER, team_id=case.collector.team_id)
    assert "The caller is verified" in leader.get(page).text


def test_the_page_stops_asking_when_the_call_is_over_or_was_none(house, time, browser) -> None:
    case = known()
    inbound = case.rang_us(started_at=time.now)["id"]
    message = case.rang_us("inbound", channel="sms", started_at=time.now)["id"]
    ours = case.call()["id"]
    someone = browser(actor=case.collector)
    leader = browser(Role.TEAM_LEADER, team_id=case.collector.team_id)
    for other in (message, ours):
        assert "Who is calling?" not in someone.get(f"/contacts/{other}").text
    assert "Who is calling?" not in leader.get(f"/contacts/{inbound}").text
    for digits in ("1111", "2222", "3333"):
        answered(case, "national_id", digits, inbound_id=inbound)
    page = someone.get(f"/contacts/{inbound}").text
    assert "Too many answers did not match" in page
    assert f"/contacts/{inbound}/answers" not in page
    time.forward(minutes=30)
    leader = browser(Role.TEAM_LEADER, team_id=case.collector.team_id)
    assert "The caller was not verified" in leader.get(f"/contacts/{inbound}").text


def test_it_needs_one_contact_of_ones_own(house, time) -> None:
    case, other = known(), in_china(number="+8613800138001")
    permit = case.ask()["id"]
    for where in ({}, {"permit_id": permit, "inbound_id": permit}):
        with pytest.raises(Invalid):
            answered(case, "name", "Zhao Lei", **where)
    for scene, asked in ((other, permit), (case, uuid4())):
        with pytest.raises(Missing):
            answered(scene, "name", "Zhao Lei", permit_id=asked)
