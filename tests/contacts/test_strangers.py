"""Somebody calls by a borrower's number and is not he: what he says binds the number at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from crm.borrowers.actions.people import EditPerson
from crm.borrowers.models import circumstance, contact_point, person
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.withdrawing import WithdrawSaid
from crm.contacts.callers.actions import NameCaller
from crm.contacts.callers.models import caller, notice
from crm.contacts.callers.queries import ServeCaller
from crm.contacts.callers.slips import TakeBackStranger
from crm.contacts.callers.strangers import HearStranger
from crm.contacts.models import contact, permit_event, said, said_withdrawal
from crm.contacts.queries.file import PersonFile
from crm.gate.actions import Approve
from crm.gate.answer import answer
from crm.gate.errors import Missing, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.loans.models import loan
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from tests.contacts.scene import Scene, rows, rules_of
from tests.contacts.test_callers import ID, NUMBER, known, looked_up, seen, told
from tests.contacts.test_races import at_once
from tests.factories import (
    LONG_AGO,
    make_account,
    make_evidence,
    make_loan,
    make_party,
    make_person,
    make_point,
    make_team,
)
from tests.touching import touch
from tests.visitors import Browser, Program


@pytest.fixture
def case(house, time) -> Scene:
    return known()


@pytest.fixture
def desk(house, time) -> Actor:
    """A colleague of another team, who takes the call."""
    return make_account(team_id=make_team())


def heard(actor: Actor, call: UUID, word: str) -> Any:
    return perform(HearStranger(call, word), actor).result


def refusal(actor: Actor, call: UUID, word: str = "stop") -> str:
    with pytest.raises(Refusal) as no:
        heard(actor, call, word)
    return no.value.verdict.rule


def beside(name: str = "Zhao Min") -> UUID:
    """Make another who has the same number, of yet another colleague."""
    other = make_person(name, make_account())
    make_evidence(other)
    make_point(other, NUMBER)
    make_loan(other)
    return other


@pytest.mark.both
def test_a_wrong_number_is_used_no_more(case, desk) -> None:
    call = looked_up(desk)
    heard(desk, call, "wrong_number")
    (record,) = rows(contact)
    assert (record["direction"], record["code"]) == ("inbound", "WN")
    assert (record["outcome"], record["mark"]) == ("inbound", "inbound")  # no talk with him
    assert record["recorded_by"] == desk.id
    (point,) = [row for row in rows(contact_point) if row["id"] == case.point]
    assert point["ended_because"] == "wrong_number"
    (one,) = rows(notice)
    assert (one["account_id"], one["kind"]) == (case.collector.id, "stranger")
    assert one["contact_id"] == record["id"]


@pytest.mark.both
def test_no_contact_by_a_number_binds_every_medium_there_and_nothing_else(case, desk) -> None:
    heard(desk, looked_up(desk), "stop")
    (stop,) = rows(circumstance)
    assert (stop["kind"], set(stop["scope"])) == ("medium_refused", {"number"})
    for channel in ("call", "sms"):
        assert "CN.channel.refused" in rules_of(case.refused(channel))
    other = make_point(case.person, "+8613900139000")
    assert case.ask(contact_point_id=other)["id"]


@pytest.mark.both
@pytest.mark.parametrize("named", [False, True])
def test_it_binds_for_everybody_who_has_the_number(case, desk, named: bool) -> None:
    other = beside()
    call = looked_up(desk)
    if named:
        call = perform(NameCaller(call, Sealed.fresh("Zhao Min")), desk).result["id"]
    heard(desk, call, "stop")
    whom = {row["person_id"] for row in rows(circumstance)}
    assert whom == ({other} if named else {case.person, other})
    assert len(rows(notice)) == len(whom)


def test_it_gives_no_look_at_the_file(case, desk) -> None:
    call = looked_up(desk)
    heard(desk, call, "stop")
    found = answer(ServeCaller(call), desk)
    assert (found["person_id"], found["stranger"], found["may_hear"]) == (None, "stop", False)
    with pytest.raises(Missing):
        answer(PersonFile(case.person), desk)


def test_it_is_heard_once_while_he_calls_by_a_number_and_unproven(case, desk, time) -> None:
    call = looked_up(desk)
    heard(desk, call, "stop")
    assert refusal(desk, call, "wrong_number") == "caller.heard"
    assert refusal(desk, looked_up(desk, phone="+8613800138999")) == "caller.no_number"
    proven = looked_up(desk)
    told(desk, proven, "national_id", ID)
    told(desk, proven, "email", "zhao@mail.example")
    assert refusal(desk, proven) == "caller.proven"
    late = looked_up(desk)
    time.forward(minutes=30)
    assert refusal(desk, late) == "caller.over"
    with pytest.raises(Missing):
        heard(make_account(), late, "stop")
    assert len(rows(contact)) == 1


def test_by_a_loan_number_nothing_is_stopped(case, desk) -> None:
    number = reopen(rows(loan)[0]["number"])
    assert refusal(desk, looked_up(desk, loan_number=number)) == "caller.no_number"


@pytest.mark.parametrize(
    ("word", "kind"), [("wrong_number", "wrong_number"), ("stop", "medium_refused")]
)
def test_it_binds_for_him_too_who_owes_nothing_yet(desk, word: str, kind: str) -> None:
    owner = make_account()
    point = make_point(make_person("Nobody's Debtor", owner), NUMBER)
    heard(desk, looked_up(desk), word)
    assert rows(contact) == []
    assert rows(caller)[0]["stranger"] == word
    (one,) = rows(circumstance)
    (number,) = rows(contact_point, contact_point.c.id == point)
    assert (one["kind"], one["scope"]) == (kind, {"number": number["token"].hex()})
    assert [row["account_id"] for row in rows(notice)] == [owner.id]


@pytest.mark.both
def test_who_was_erased_meanwhile_is_passed_over(case, desk) -> None:
    other = beside()
    call = looked_up(desk)
    touch(person, {"id": other, "erasure_begun_at": LONG_AGO})
    heard(desk, call, "stop")
    assert {row["person_id"] for row in rows(circumstance)} == {case.person}


@pytest.mark.both
@pytest.mark.parametrize("word", ["stop", "wrong_number"])
def test_a_slip_is_taken_back_at_once_with_all_that_it_made(case, desk, time, word: str) -> None:
    time.step = timedelta(milliseconds=8)
    other, nobody = beside(), make_person("Owes Nothing", make_account())
    make_point(nobody, NUMBER)
    call = looked_up(desk)
    heard(desk, call, word)
    time.forward(minutes=1)
    assert seen(desk, call)["may_take_back"]
    perform(TakeBackStranger(call), desk)
    assert {row["lifted_at"] is None for row in rows(circumstance)} == {False}
    assert {row["seen_at"] is None for row in rows(notice)} == {False}, "nobody is told of a slip"
    numbers = rows(contact_point, contact_point.c.kind == "phone")
    assert {row["valid_until"] for row in numbers} == {None}
    newest = {row["person_id"]: row["code"] for row in rows(contact)}
    assert newest == {case.person: "UVP", other: "UVP"}
    assert len(rows(said_withdrawal)) == 2
    found = seen(desk, call)
    assert (found["stranger"], found["may_hear"], found["may_take_back"]) == (None, True, False)
    heard(desk, call, word)  # the right button now


@pytest.mark.both
def test_a_slip_is_taken_back_though_he_was_proven_meanwhile(case, desk) -> None:
    call = looked_up(desk)
    heard(desk, call, "stop")
    told(desk, call, "national_id", ID)
    told(desk, call, "email", "zhao@mail.example")
    perform(TakeBackStranger(call), desk)
    assert rows(contact)[-1]["code"] == "INC"
    assert {row["lifted_at"] is None for row in rows(circumstance)} == {False}


@pytest.mark.both
def test_what_another_changed_since_is_left_as_it_is(case, desk, time) -> None:
    other = beside()
    call = looked_up(desk)
    heard(desk, call, "stop")
    own = next(row for row in rows(contact) if row["person_id"] == case.person)
    perform(CorrectContact(own["id"], emotion="calm"), case.collector)
    touch(person, {"id": other, "erasure_begun_at": time.now})
    perform(TakeBackStranger(call), desk)
    newest = rows(contact, contact.c.person_id == case.person)[-1]
    assert (newest["code"], newest["emotion"]) == ("UVP", "calm")
    mine = rows(circumstance, circumstance.c.person_id == case.person)
    assert all(row["lifted_at"] for row in mine)


def test_what_is_taken_back_already_is_passed_over(case, desk) -> None:
    call = looked_up(desk)
    heard(desk, call, "stop")
    (one,) = rows(said)
    asked = perform(WithdrawSaid(one["id"], one["contact_id"], "another"), case.collector)
    leader = make_account(Role.SUPERVISOR, team_id=case.collector.team_id)
    perform(Approve(asked.waiting), leader)
    perform(TakeBackStranger(call), desk)
    assert len(rows(said_withdrawal)) == 1


def test_what_binds_one_who_owes_nothing_ends_what_is_reserved_for_his_like(case, desk) -> None:
    like = make_person("Zhao Wu", make_account(), national_id=ID)
    make_point(like, NUMBER)
    perform(
        EditPerson(like, 1, national_id=Sealed.fresh(ID)), make_account(Role.COMPLIANCE_OFFICER)
    )
    permit = case.ask()["id"]
    call = looked_up(desk)
    named = perform(NameCaller(call, Sealed.fresh("Zhao Wu")), desk).result["id"]
    heard(desk, named, "stop")
    ended = [row["permit_id"] for row in rows(permit_event) if row["kind"] == "ended"]
    assert ended == [permit]


def test_of_two_desks_each_takes_back_its_own(case, desk, time) -> None:
    other, nobody = make_account(team_id=make_team()), make_person("Owes Nothing", make_account())
    make_point(nobody, NUMBER)
    calls = {actor: looked_up(actor) for actor in (desk, other)}
    for actor, call in calls.items():
        heard(actor, call, "wrong_number")
    perform(TakeBackStranger(calls[desk]), desk)
    (number,) = rows(contact_point, contact_point.c.id == case.point)
    assert number["valid_until"] is not None, "the other still says so"
    standing = [row["person_id"] for row in rows(circumstance) if row["lifted_at"] is None]
    assert sorted(standing) == sorted([case.person, nobody])


def test_later_and_by_others_it_stays(case, desk, time) -> None:
    call = looked_up(desk)
    with pytest.raises(Refusal) as no:
        perform(TakeBackStranger(call), desk)
    assert no.value.verdict.rule == "caller.not_heard"
    heard(desk, call, "stop")
    with pytest.raises(Missing):
        perform(TakeBackStranger(call), make_account())
    time.forward(minutes=2, microseconds=1)
    assert not seen(desk, call)["may_take_back"]
    with pytest.raises(Refusal) as no:
        perform(TakeBackStranger(call), desk)
    assert no.value.verdict.rule == "caller.settled"
    assert len(rows(contact)) == 1


def test_the_same_call_is_heard_once_however_it_is_looked_up(case, desk, time) -> None:
    beside()
    call = looked_up(desk)
    named = perform(NameCaller(call, Sealed.fresh("Zhao Min")), desk).result["id"]
    heard(desk, named, "stop")
    for again in (call, looked_up(desk)):
        assert (seen(desk, again)["stranger"], seen(desk, again)["may_hear"]) == ("stop", False)
        assert refusal(desk, again) == "caller.heard"
    assert len(rows(contact)) == 1
    time.forward(minutes=30, seconds=1)
    heard(desk, looked_up(desk), "stop")  # another call


@pytest.mark.both
def test_by_the_number_of_a_reference_only_that_number_is_let_be(case, desk) -> None:
    friend = make_person("Qian Hao", case.collector)
    make_party(case.loan, friend, "contact_person")
    make_point(friend, "+8613800138044")
    other = make_point(friend, "+8613800138045")
    heard(desk, looked_up(desk, phone="+8613800138044"), "stop")
    ((kind, scope),) = [(row["kind"], row["scope"]) for row in rows(circumstance)]
    assert (kind, list(scope)) == ("medium_refused", ["number"])
    friends = Scene(case.collector, friend, other, case.loan)
    told = {"proposed": {"purpose": "location"}, "loan_ids": (case.loan,)}
    assert "CN.channel.refused" not in rules_of(friends.refused(**told))


@pytest.mark.both
def test_two_presses_at_once_are_one_word(case, desk) -> None:
    call = looked_up(desk)
    done = at_once([lambda: heard(desk, call, "stop"), lambda: heard(desk, call, "wrong_number")])
    assert done.count("caller.heard") == 1
    assert len(rows(contact)) == 1


def test_by_program(case, desk, app) -> None:
    call = looked_up(desk)
    program = Program(app, actor=desk)
    wrong = program.post(f"/callers/{call}/stranger", {"word": "maybe"})
    assert (wrong.status_code, list(wrong.json["fields"])) == (422, ["word"])
    assert program.post(f"/callers/{call}/stranger", {"word": "stop"}).status_code == 201
    assert program.get(f"/callers/{call}").json["stranger"] == "stop"
    again = program.post(f"/callers/{call}/stranger", {"word": "stop"})
    assert (again.status_code, again.json["rule"]) == (409, "caller.heard")


def test_the_page_takes_it_with_one_press(case, desk, app) -> None:
    page = Browser(app, actor=desk)
    call = looked_up(desk)
    assert "Is it somebody else?" in page.get(f"/caller/{call}").text
    page.post(f"/caller/{call}/stranger", word="wrong_number")
    after = page.get(f"/caller/{call}").text
    assert "It is written down" in after
    assert "Is it somebody else?" not in after
    page.post(f"/caller/{call}/stranger/taken-back")
    assert "Is it somebody else?" in page.get(f"/caller/{call}").text
    page.post(f"/caller/{call}/stranger", word="wrong_number")
    work = Browser(app, actor=case.collector).get("/work").text
    assert "Somebody else calls by the number of" in work
