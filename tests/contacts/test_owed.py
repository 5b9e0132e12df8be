"""What is owed stays closed to whoever dials, and while somebody unknown listens."""

import pytest

from crm.audit.models import audit_entry
from crm.contacts.actions.calling import CallNow, SaySomebodyElse
from crm.contacts.models import decision, permit, permit_event
from crm.contacts.queries.desk import PermitPage
from crm.contacts.queries.file import FileWithOwed, PersonFile
from crm.contacts.queries.known import WhatIsKnown
from crm.contacts.queries.owed import LoanSeen
from crm.contacts.queries.talks import MyTalks
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Refusal
from crm.gate.perform import perform
from crm.identity.roles import Role
from tests.contacts.scene import Scene, in_new_york, rows, rules_of
from tests.contacts.test_races import at_once
from tests.contacts.test_verifying import answered, called, known
from tests.factories import make_account, make_evidence, make_party, make_person, make_point

SUM = 340_000


def entries_of(actor) -> list[str]:
    return [row["action"] for row in rows(audit_entry, audit_entry.c.actor_id == actor.id)]


def call_now(case: Scene, key: str | None = None):
    return perform(CallNow(case.person, case.point), case.collector, key).result


@pytest.mark.both
def test_one_key_reserves_and_starts_with_an_entry_for_each(house, time) -> None:
    case = known()
    begun = call_now(case, "one")
    assert begun["dial"]["number"] == "+8613800138005"
    assert begun["started_at"] == time.now
    assert [row["kind"] for row in rows(permit_event)] == ["started"]
    assert len(rows(permit)) == 1
    assert [row["asked_for"] for row in rows(decision)] == ["permit", "start"]
    assert {"contacts.call.begun", "contacts.permit.started"} <= set(entries_of(case.collector))
    assert call_now(case, "one")["dial"]["number"] == "+8613800138005"
    time.forward(minutes=2)
    assert "dial" not in call_now(case, "one"), "its minute is over"
    assert len(rows(permit)) == 1


def test_a_refused_call_keeps_its_decision_and_reserves_nothing(house, time) -> None:
    time.set("2026-11-25T23:00:00+08:00")
    case = known()
    with pytest.raises(Refusal) as no:
        call_now(case)
    assert rules_of(no.value.verdict.data["decision"])
    assert rows(permit) == []
    assert [row["allowed"] for row in rows(decision)] == [False]


def test_only_a_call_is_started_at_once(house, time) -> None:
    case = known()
    for wrong in ({"channel": "visit"}, {"at": time.now}):
        with pytest.raises(Invalid):
            perform(CallNow(case.person, case.point, **wrong), case.collector)


def shown(page) -> int | None:
    return page["loans"][0]["overdue"]


def test_whoever_dials_asks_for_what_is_owed(house, time) -> None:
    case = known()
    file = answer(PersonFile(case.person), case.collector)
    assert shown(file) is None
    assert file["loans"][0]["number"] is None
    assert file["owed"].verdict
    assert shown(answer(FileWithOwed(case.person), case.collector)) == SUM
    assert "contacts.owed.viewed" in entries_of(case.collector)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    assert shown(answer(PersonFile(case.person), officer)) == SUM


def closed(question, actor) -> str:
    with pytest.raises(Refusal) as no:
        answer(question, actor)
    return no.value.verdict.rule


@pytest.mark.both
def test_it_opens_with_two_answers_that_match(house, time) -> None:
    case = known()
    talk = called(case)
    assert shown(answer(PermitPage(talk), case.collector)) is None
    for question in (FileWithOwed(case.person), LoanSeen(case.loan)):
        assert closed(question, case.collector) == "owed.not_verified"
    answered(case, "name", "Zhao Lei", permit_id=talk)
    answered(case, "birthday", "03-07", permit_id=talk)
    assert shown(answer(PermitPage(talk), case.collector)) is None, "a name is no proof"
    answered(case, "national_id", "4514", permit_id=talk)
    page = answer(PermitPage(talk), case.collector)
    assert shown(page) == SUM
    assert page["permit"]["checks"]["speaker"] == "verified"
    assert answer(LoanSeen(case.loan), case.collector)["overdue"] == SUM
    case.log(talk, "effective_conversation")
    assert shown(answer(PermitPage(talk), case.collector)) is None


def test_it_closes_again_when_too_much_does_not_match(house, time) -> None:
    case = known()
    talk = called(case)
    for item in ("name", "phone"):
        answered(case, item, "wrong", permit_id=talk)
    assert closed(FileWithOwed(case.person), case.collector) == "owed.not_verified"
    assert answer(PermitPage(talk), case.collector)["permit"]["checks"]["speaker"] == "failed"


def test_somebody_else_takes_the_call_and_hands_it_over(house, time) -> None:
    case = known()
    talk = called(case)
    answered(case, "birthday", "03-07", permit_id=talk)
    time.forward(seconds=5)
    for _ in range(2):
        perform(SaySomebodyElse(talk), case.collector)
    assert [row["kind"] for row in rows(permit_event)] == ["started", "other"]
    assert closed(LoanSeen(case.loan), case.collector) == "owed.somebody_else"
    time.forward(seconds=5)
    answered(case, "national_id", "4514", permit_id=talk)
    assert shown(answer(PermitPage(talk), case.collector)) is None, "what came before is void"
    assert "birthday" in answer(PermitPage(talk), case.collector)["permit"]["checks"]["items"]
    answered(case, "birthday", "3/7", permit_id=talk)
    assert shown(answer(PermitPage(talk), case.collector)) == SUM


def test_somebody_else_is_said_by_who_makes_the_call_while_it_lasts(house, time) -> None:
    case = known()
    talk = call_now(case)["id"]
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    with pytest.raises(Refusal):
        perform(SaySomebodyElse(talk), leader)
    case.log(talk)
    with pytest.raises(Refusal):
        perform(SaySomebodyElse(talk), case.collector)


def test_a_call_to_somebody_beside_the_borrower_opens_nothing_of_the_loan(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    friend = make_person("Joe Hall", collector=case.collector)
    make_party(case.loan, friend, "spouse")
    other = Scene(case.collector, friend, make_point(friend, "+12125550177"), case.loan)
    make_evidence(friend, "US", ("America/New_York",), "US-NY")
    talk = other.ask()["id"]
    other.start(talk)
    for question in (FileWithOwed(case.person), FileWithOwed(friend), LoanSeen(case.loan)):
        assert closed(question, case.collector) == "owed.somebody_else"
    with pytest.raises(Refusal) as no:
        perform(SaySomebodyElse(talk), case.collector)
    assert no.value.verdict.rule == "talk.not_debtor"


def test_what_is_under_way_is_named_until_it_is_logged(house, browser, time) -> None:
    case = known()
    assert answer(MyTalks(), case.collector) == []
    talk = called(case)
    assert [one.id for one in answer(MyTalks(), case.collector)] == [talk]
    desk = browser(actor=case.collector)
    strip = f'<a href="/permits/{talk}">Go on: log it</a>'
    assert strip in desk.get("/me").text
    assert strip not in desk.get(f"/permits/{talk}").text
    case.log(talk)
    assert strip not in desk.get("/me").text


def test_the_desk_stands_after_one_key(browser, time) -> None:
    case = known()
    desk = browser(actor=case.collector)
    file = f"/people/{case.person}?work=3"
    assert "Start call · 1 of 3" in desk.get(file).text
    begun = desk.post(
        f"/people/{case.person}/calls",
        contact_point_id=str(case.point),
        channel="call",
        page=file,
    )
    assert begun.status_code == 200
    assert "+8613800138005" in begun.text
    talk = rows(permit)[0]["id"]
    assert f'name="page" value="/permits/{talk}?work=3"' in begun.text
    assert "Case 4 of the list" in begun.text
    assert "3,400.00" not in begun.text
    assert desk.post(f"/permits/{talk}/other", page=f"/permits/{talk}").status_code == 303
    assert "Somebody else took the call." in desk.get(f"/permits/{talk}").text
    no = desk.get(f"/people/{case.person}/owed")
    assert no.status_code == 409
    assert "somebody else" in no.text


@pytest.mark.both
def test_two_who_press_the_key_at_once_make_one_call(house, time) -> None:
    case = known()

    def press() -> bool:
        call_now(case)
        return True

    told = at_once([press, press])
    assert told.count(True) == 1
    assert told.count("HOUSE.permit.open") == 1
    assert [row["kind"] for row in rows(permit_event)] == ["started"]


def test_the_forms_of_what_is_known_name_no_loan_while_somebody_unknown_listens(
    house, time, browser
) -> None:
    case = known()
    page = f"/people/{case.person}/edit"
    desk = browser(actor=case.collector)
    number = answer(WhatIsKnown(case.person), case.collector)["loans"][0]["number"]
    assert number.text in desk.get(page).text
    permit_id = called(case)
    assert number.text not in desk.get(page).text
    assert "days past due</label>" in desk.get(page).text
    answered(case, "birthday", "03-07", permit_id=permit_id)
    answered(case, "national_id", "4514", permit_id=permit_id)
    assert number.text in desk.get(page).text
