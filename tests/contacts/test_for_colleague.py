"""A contact that a colleague made and cannot log: its leader writes it down, and says so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm.borrowers.models import circumstance
from crm.contacts.actions.closing import ClosePermit
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.for_colleague import LogForColleague
from crm.contacts.models import contact, said
from crm.contacts.queries.contacts import Contacts
from crm.contacts.queries.records import OneContact
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.models import agency
from crm.identity.roles import Role
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china, rows
from tests.factories import make_account, make_team, seed
from tests.visitors import Browser, Program

pytestmark = pytest.mark.usefixtures("house")


def item(kind: str, **fields: Any) -> Any:
    return said_of(kind, SHAPES[kind]().load(fields))


@pytest.mark.both
def test_a_call_back_is_recorded_by_who_heard_it_alone(time: Clock) -> None:
    case = in_china()
    permit_id = left_open(case)
    case.prove(permit_id=permit_id)
    leader = leader_of(case)
    wish = item("callback", at=(time.now + timedelta(hours=10)).isoformat(), words="Tonight")
    with pytest.raises(Invalid) as no:
        perform(LogForColleague(permit_id, "conversation", code="CBK", reason="away"), leader)
    assert set(no.value.fields) == {"code"}
    done = perform(LogForColleague(permit_id, "conversation", reason="away"), leader).result
    with pytest.raises(Invalid) as no:
        perform(CorrectContact(done["id"], said=(wish,)), leader)
    assert set(no.value.fields) == {"said"}
    perform(CorrectContact(done["id"], said=(wish,)), case.collector)
    assert [row["kind"] for row in rows(said)] == ["callback"]


def make_agency() -> Any:
    return seed(agency, name="Fair Recoveries")


def left_open(case: Scene) -> Any:
    permit_id = case.ask()["id"]
    case.start(permit_id)
    return permit_id


def leader_of(case: Scene, role: Role = Role.TEAM_LEADER) -> Actor:
    return make_account(role, team_id=case.collector.team_id)


@pytest.mark.both
@pytest.mark.parametrize("closed", [False, True])
def test_the_record_says_who_made_it_and_who_logged_it_and_why(time: Clock, closed: bool) -> None:
    case = in_china()
    permit_id, began = left_open(case), time.now
    leader = leader_of(case)
    time.forward(minutes=90)
    if closed:
        perform(ClosePermit(permit_id, "holder_away"), leader)
    told = LogForColleague(permit_id, "conversation", said=(item("cease"),), reason="away")
    done = perform(told, leader).result
    (record,) = rows(contact)
    assert (record["permit_id"], record["recorded_by"]) == (permit_id, leader.id)
    assert (record["mark"], record["reason"]) == (None, "away")
    assert (record["started_at"], record["ended_at"]) == (began, None)  # nobody said when
    assert [row["kind"] for row in rows(circumstance)] == ["medium_refused"]
    shown = answer(OneContact(done["id"]), leader)
    assert str(shown["made_by"].text) == "Wu Min"
    assert case.refused()  # what was said binds


def test_it_counts_as_done_by_who_made_it(time: Clock) -> None:
    case = in_china()
    leader = leader_of(case)
    perform(LogForColleague(left_open(case), "no_answer", reason="left"), leader)
    found = answer(Contacts(by=case.collector.id), leader)["items"]
    assert [one["by"] for one in found] == [case.collector.id]
    assert answer(Contacts(by=leader.id), leader)["items"] == []


@pytest.mark.parametrize(
    ("who", "may"),
    [
        (leader_of, True),
        (lambda case: leader_of(case, Role.SUPERVISOR), True),
        (lambda case: make_account(Role.TEAM_LEADER, team_id=make_team("Other")), Missing),
        (lambda case: make_account(Role.SUPERVISOR, team_id=make_team("Other")), Missing),
        (lambda case: make_account(Role.AGENCY_LEAD, agency_id=make_agency()), Missing),
        (lambda case: make_account(Role.TEAM_LEADER), Missing),
        (lambda case: make_account(Role.DATA_STEWARD), Refusal),
        (lambda case: case.collector, Refusal),
        (lambda case: make_account(team_id=case.collector.team_id), Refusal),
        (lambda case: make_account(Role.COMPLIANCE_OFFICER), Refusal),
        (lambda case: make_account(Role.ADMIN), Refusal),
    ],
)
def test_who_may(time: Clock, who: Any, may: Any) -> None:
    case = in_china()
    told = LogForColleague(left_open(case), "no_answer", reason="away")
    if may is True:
        assert perform(told, who(case)).result["id"]
        return
    with pytest.raises(may):
        perform(told, who(case))
    assert rows(contact) == []


def test_a_leader_logs_ones_own_contact_as_ones_own(time: Clock) -> None:
    leader = make_account(Role.TEAM_LEADER, team_id=make_team())
    case = in_china(leader)
    with pytest.raises(Refusal) as no:
        perform(LogForColleague(left_open(case), "no_answer", reason="away"), leader)
    assert no.value.verdict.rule == "permit.own"


def test_only_what_was_started_and_has_no_record_yet(time: Clock) -> None:
    case = in_china()
    leader = leader_of(case)
    reserved = case.ask()["id"]
    with pytest.raises(Refusal) as no:
        perform(LogForColleague(reserved, "no_answer", reason="away"), leader)
    assert no.value.verdict.rule == "permit.not_started"
    case.start(reserved)
    perform(LogForColleague(reserved, "no_answer", reason="away"), leader)
    for late in (
        lambda: perform(LogForColleague(reserved, "busy", reason="away"), leader),
        lambda: case.log(reserved, "busy"),
    ):
        with pytest.raises(Refusal) as no:
            late()
        assert no.value.verdict.rule == "permit.logged"
    (record,) = rows(contact)
    perform(CorrectContact(record["id"], outcome="busy"), leader)  # it is not lost: one corrects
    assert [row["reason"] for row in rows(contact)] == ["away", "away"]


def test_a_consent_takes_who_heard_it(time: Clock) -> None:
    case = in_china()
    at = (time.now + timedelta(hours=3)).isoformat()
    told = LogForColleague(
        left_open(case), "conversation", said=(item("callback", at=at),), reason="away"
    )
    with pytest.raises(Invalid) as no:
        perform(told, leader_of(case))
    assert "0" in no.value.fields["said"]
    assert rows(said) == []


def test_from_the_page_of_the_team(time: Clock, browser: Callable[..., Browser]) -> None:
    case = in_china()
    where = f"/permits/{left_open(case)}"
    someone = browser(actor=leader_of(case))
    assert where in someone.get("/team").text
    page = someone.get(where).text
    assert f'action="{where}/colleague"' in page
    assert "callback_at" not in page
    missing = someone.post(f"{where}/colleague", page=where, outcome="NA")
    assert missing.status_code == 422
    assert missing.text.count("is-invalid") == 1  # of the two reasons on the page
    sent = {"why": "away", "outcome": "RPC-N", "note": "She told me by telephone."}
    late = {"ended_at": "2031-01-01T10:00", "zone": "Asia/Shanghai"}
    assert someone.post(f"{where}/colleague", page=where, **sent, **late).status_code == 422
    assert someone.post(f"{where}/colleague", page=where, **sent).headers["Location"] == where
    (record,) = rows(contact)
    shown = someone.get(f"/contacts/{record['id']}").text
    assert "Made by" in shown
    assert "The collector is away" in shown
    assert where not in someone.get("/team").text
    assert someone.get(f"/people/{case.person}").text.count("logged by") == 1


def test_nobody_else_is_offered_it(time: Clock, browser: Callable[..., Browser]) -> None:
    case = in_china()
    where = f"/permits/{left_open(case)}"
    assert "/colleague" not in browser(actor=case.collector).get(where).text
    assert "/colleague" not in browser(Role.COMPLIANCE_OFFICER).get(where).text


def test_by_a_program(time: Clock, program: Callable[..., Program]) -> None:
    case = in_china()
    address = f"/contact-permits/{left_open(case)}/contact"
    leader = program(Role.TEAM_LEADER, team_id=case.collector.team_id)
    for body, field in (
        ({"outcome": "no_answer"}, "reason"),
        ({"reason": "away"}, "outcome"),
        ({"reason": "lazy", "outcome": "no_answer"}, "reason"),
        ({"reason": "away", "outcome": "no_answer", "person_id": str(case.person)}, "person_id"),
    ):
        answered = leader.post(address, body)
        assert answered.status_code == 422
        assert field in answered.json["fields"]
    made = leader.post(address, {"outcome": "no_answer", "reason": "no_access"}, key="k-1")
    assert made.status_code == 201
    again = leader.post(address, {"outcome": "no_answer", "reason": "no_access"}, key="k-1")
    assert again.json["id"] == made.json["id"]
    shown = leader.get(f"/contacts/{made.json['id']}").json
    assert (shown["reason"], shown["made_by"]) == ("no_access", "Wu Min")
