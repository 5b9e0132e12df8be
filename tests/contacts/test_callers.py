"""Somebody rings whom another colleague has: found, verified, served for half an hour."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from crm import clock
from crm.audit.models import audit_entry
from crm.borrowers.actions.people import AssignPeople
from crm.borrowers.actions.points import AddContactPoint
from crm.borrowers.models import circumstance
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.callers.actions import HoldFile, LookUpCaller, NameCaller, SeeNotice
from crm.contacts.callers.models import caller, notice
from crm.contacts.callers.queries import NewCaller, ServeCaller
from crm.contacts.callers.rules import HELD_FOR, LASTS, MOST_IN_VAIN, MOST_LOOKS
from crm.contacts.queries.file import PersonFile
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor, Scope
from crm.identity.models import agency, hold
from crm.identity.roles import Role
from crm.loans.models import loan
from crm.loans.queries import OneLoan
from crm.privacy.actions import RevealValue
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from tests.contacts.scene import Scene, in_new_york, rows, rules_of
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
    seed,
)

NUMBER, ID = "+8613800138005", "110101199003074514"


def known(**given: Any) -> Scene:
    """Make a borrower of somebody's, with what he can be asked."""
    collector = given.pop("collector", None) or make_account(team_id=make_team("Team B"))
    person = make_person("Zhao Lei", collector, national_id=ID)
    make_evidence(person)
    make_point(person, "zhao@mail.example", "email", "other")
    point = make_point(person, given.pop("number", NUMBER))
    return Scene(collector, person, point, make_loan(person, **given))


def looked_up(actor: Actor, **by: str) -> UUID:
    """Look a caller up; return the call."""
    given = {name: Sealed.fresh(value) for name, value in (by or {"phone": NUMBER}).items()}
    found: UUID = perform(LookUpCaller(**given), actor).result["id"]
    return found


def told(actor: Actor, call: UUID, item: str, value: str) -> bool:
    """Compare what the caller answers."""
    asked = VerifyAnswer(item, Sealed.fresh(value), caller_id=call)
    matches: bool = perform(asked, actor).result["matches"]
    return matches


def seen(actor: Actor, call: UUID) -> dict[str, Any]:
    found: dict[str, Any] = answer(ServeCaller(call), actor)
    return found


def served(actor: Actor, **by: str) -> UUID:
    """Look a caller up and let him show who he is."""
    call = looked_up(actor, **by)
    assert told(actor, call, "national_id", ID)
    assert told(actor, call, "email", "zhao@mail.example")
    return call


def holding(actor: Actor) -> Actor:
    """Return the actor as his next request finds him."""
    with database().read() as connection:
        query = select(hold.c.person_id).where(
            hold.c.held_by == actor.id, hold.c.expires_at > clock.now()
        )
        return replace(actor, holds=frozenset(connection.execute(query).scalars()))


@pytest.fixture
def case(house, time) -> Scene:
    return known()


@pytest.fixture
def desk(house, time) -> Actor:
    """A colleague of another team, who takes the call."""
    return make_account(team_id=make_team())


def test_a_look_says_that_there_is_one_and_in_which_team(case, desk) -> None:
    number = reopen(rows(loan)[0]["number"])
    for by in (
        {"phone": "+86 138 0013 8005"},
        {"email": "ZHAO@mail.example"},
        {"loan_number": number},
    ):
        call = seen(desk, looked_up(desk, **by))
        assert (call["outcome"], call["count"], call["teams"]) == ("one", 1, ["Team B"])
        assert (call["kind"], call["own"]) == (next(iter(by)), False)
        assert (call["person_id"], call["lawful"]) == (None, None)


def test_nobody_and_nonsense(case, desk) -> None:
    assert seen(desk, looked_up(desk, phone="+8613800138999"))["outcome"] == "nobody"
    assert seen(desk, looked_up(desk, loan_number="nothing"))["outcome"] == "nobody"
    with pytest.raises(Invalid):
        looked_up(desk, phone="12")
    with pytest.raises(Invalid):
        perform(LookUpCaller(), desk)
    with pytest.raises(Invalid):
        looked_up(desk, phone=NUMBER, email="a@b.example")


@pytest.mark.both
def test_two_answers_prove_it_and_the_file_is_held_for_half_an_hour(case, desk, time) -> None:
    with pytest.raises(Missing):
        answer(PersonFile(case.person), holding(desk))
    call = looked_up(desk)
    assert told(desk, call, "name", "Zhao Lei")  # a name proves nothing
    assert told(desk, call, "phone", NUMBER)  # nor does what he was looked up by
    assert told(desk, call, "national_id", ID)
    assert not rows(hold)
    assert told(desk, call, "email", "zhao@mail.example")
    with_file = holding(desk)
    file = answer(PersonFile(case.person), with_file)
    assert file["person"]["name"].text == "Zhao Lei"
    assert file["person"]["relation"] is Scope.HELD
    assert not any(point["value"].revealable for point in file["person"]["points"])
    assert answer(OneLoan(case.loan), with_file)["number"].text.startswith("L")
    found = seen(desk, call)
    assert found["held_until"] == time.now + HELD_FOR
    assert (found["person_id"], found["proven"], found["over"]) == (case.person, True, False)
    time.forward(seconds=HELD_FOR.seconds)
    with pytest.raises(Missing):
        answer(PersonFile(case.person), holding(desk))
    over = seen(desk, call)
    assert (over["over"], over["person_id"], over["lawful"]) == (True, None, None)


def test_the_session_carries_what_is_held(case, desk, time, browser) -> None:
    visitor = browser(actor=desk)
    call = served(desk)
    assert visitor.get(f"/people/{case.person}").status_code == 200
    assert visitor.get(f"/caller/{call}").status_code == 200
    time.forward(minutes=16)
    assert visitor.get("/caller").status_code == 200  # so that the session does not end first
    time.forward(minutes=15)
    assert visitor.get(f"/people/{case.person}").status_code == 404


def rang(case: Scene, actor: Actor, now: Any, **given: Any) -> Any:
    values = {
        "person_id": case.person,
        "contact_point_id": case.point,
        "channel": "call",
        "direction": "inbound",
        "outcome": "inbound_conversation",
        "started_at": now,
    } | given
    return perform(LogUnpermitted(**values), actor).result


def test_the_holder_writes_the_call_down_and_goes_on_with_it(case, desk, time) -> None:
    with pytest.raises(Missing):
        rang(case, holding(desk), time.now)
    served(desk)
    with_file = holding(desk)
    assert rang(case, with_file, time.now)["mark"] == "inbound"
    perform(AddContactPoint(case.person, "phone", Sealed.fresh("+8613800138077")), with_file)
    theirs = Scene(with_file, case.person, case.point, case.loan)
    assert theirs.ask()["id"]
    with pytest.raises(Refusal) as no:
        rang(case, with_file, time.now, direction="outbound", outcome="no_answer", reason="other")
    assert no.value.by_permission


def test_a_hold_shows_nothing_in_clear_and_hands_nobody_out(case, time) -> None:
    leader = make_account(Role.SUPERVISOR, team_id=make_team())
    served(leader)
    with_file = holding(leader)
    assert answer(PersonFile(case.person), with_file)
    with pytest.raises(Missing):
        perform(RevealValue(case.person, str(case.point), "contact", Sealed.fresh("x")), with_file)
    mine = make_account(team_id=leader.team_id)
    with pytest.raises(Missing):
        perform(AssignPeople((case.person,), collector_id=mine.id), with_file)


def test_the_owner_is_told_once_and_sees_it(case, desk, time) -> None:
    served(desk)
    (row,) = rows(notice)
    assert (row["account_id"], row["kind"], row["by"]) == (case.collector.id, "served", desk.id)
    with pytest.raises(Missing):
        perform(SeeNotice(row["id"]), desk)
    with pytest.raises(Missing):
        perform(SeeNotice(uuid4()), desk)
    for _ in range(2):
        perform(SeeNotice(row["id"]), case.collector)
        time.forward(minutes=1)
    assert rows(notice)[0]["seen_at"] == time.now - HELD_FOR / 15


def test_whom_nobody_has_is_served_and_nobody_is_told(house, time, desk) -> None:
    person = make_person("Zhao Lei", national_id=ID)
    make_evidence(person)
    make_point(person, "zhao@mail.example", "email", "other")
    make_point(person, NUMBER)
    make_loan(person)
    served(desk)
    assert not rows(notice)
    assert seen(desk, looked_up(desk))["teams"] == []


def test_ones_own_borrower_is_verified_and_needs_no_hold(case) -> None:
    call = served(case.collector)
    assert not rows(hold)
    found = seen(case.collector, call)
    assert (found["own"], found["proven"], found["person_id"]) == (True, True, case.person)


def test_misses_close_the_call_and_count_for_the_person(case, desk) -> None:
    call = looked_up(desk)
    assert not told(desk, call, "national_id", "1")
    assert not told(desk, call, "email", "x@y.example")
    with pytest.raises(Refusal) as no:
        told(desk, call, "birthday", "03-07")
    assert no.value.verdict.rule == "verification.failed"
    for _ in range(2):
        again = looked_up(desk)
        told(desk, again, "national_id", "1")
        told(desk, again, "email", "x@y.example")
    with pytest.raises(Refusal) as no:
        told(desk, looked_up(desk), "national_id", ID)
    assert no.value.verdict.rule == "verification.limit"


def test_nobody_goes_on_with_anothers_call(case, desk) -> None:
    call, other = looked_up(desk), make_account(team_id=desk.team_id)
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    for somebody in (other, leader, case.collector):
        with pytest.raises(Missing):
            seen(somebody, call)
        with pytest.raises(Missing):
            told(somebody, call, "national_id", ID)
        with pytest.raises(Missing):
            perform(NameCaller(call, Sealed.fresh("Zhao Lei")), somebody)
        with pytest.raises(Missing):
            perform(HoldFile(call), somebody)


def test_a_call_is_over_after_half_an_hour(case, desk, time) -> None:
    call = looked_up(desk)
    time.forward(seconds=LASTS.seconds)
    with pytest.raises(Refusal) as no:
        told(desk, call, "national_id", ID)
    assert no.value.verdict.rule == "caller.over"
    with pytest.raises(Refusal):
        perform(NameCaller(call, Sealed.fresh("Zhao Lei")), desk)
    found = seen(desk, call)
    assert (found["over"], found["checks"]) == (True, None)


@pytest.mark.both
def test_several_are_told_apart_by_name(case, desk) -> None:
    wife = make_person("Qian Hong", case.collector, national_id="110101199103074514")
    make_point(wife, NUMBER)
    make_point(wife, NUMBER, place="work")
    shared = looked_up(desk)
    found = seen(desk, shared)
    assert (found["outcome"], found["count"], found["checks"]) == ("several", 2, None)
    with pytest.raises(Missing):
        told(desk, shared, "national_id", ID)
    named = perform(NameCaller(shared, Sealed.fresh("qian hong")), desk).result["id"]
    assert seen(desk, named)["outcome"] == "one"
    assert {row["person_id"] for row in rows(caller)} == {None, wife}
    nobody = perform(NameCaller(shared, Sealed.fresh("Sun Li")), desk).result["id"]
    assert seen(desk, nobody)["outcome"] == "nobody"


def test_a_loan_names_everybody_on_it(case, desk) -> None:
    vouches = make_person("Sun Li", case.collector)
    make_party(case.loan, vouches, "guarantor")
    call = looked_up(desk, loan_number=reopen(rows(loan)[0]["number"]))
    assert seen(desk, call)["outcome"] == "several"


def test_the_desk_of_hardship_serves_its_own_and_the_vulnerable(house, time, desk) -> None:
    expert = make_account(Role.HARDSHIP_SPECIALIST, team_id=make_team("Care"))
    theirs = known(collector=expert)
    call = looked_up(desk)
    assert seen(desk, call)["outcome"] == "reserved"
    with pytest.raises(Missing):
        told(desk, call, "national_id", ID)
    another = make_account(Role.HARDSHIP_SPECIALIST, team_id=make_team())
    assert seen(another, looked_up(another))["outcome"] == "one"
    assert seen(expert, looked_up(expert))["own"]
    assert theirs.person


def test_vulnerable_people_are_served_by_who_has_them_or_the_hardship_desk(case, desk) -> None:
    seed(
        circumstance,
        person_id=case.person,
        kind="vulnerable",
        since="2026-01-01",
        source="said",
        created_at=LONG_AGO,
        version=1,
    )
    assert seen(desk, looked_up(desk))["outcome"] == "reserved"
    assert seen(case.collector, looked_up(case.collector))["outcome"] == "one"


def test_an_agency_sees_its_own_people_only(case, time) -> None:
    agent = make_account(agency_id=seed(agency, name="Honest Collections"))
    assert seen(agent, looked_up(agent))["outcome"] == "nobody"


def test_numbers_are_not_tried_until_one_fits(case, desk, time) -> None:
    for n in range(MOST_IN_VAIN):
        looked_up(desk, phone=f"+86138001380{n + 10}")
    with pytest.raises(Refusal) as no:
        looked_up(desk)
    assert no.value.verdict.rule == "caller.in_vain"
    time.forward(minutes=61)
    for _ in range(MOST_LOOKS):
        looked_up(desk)
    with pytest.raises(Refusal) as no:
        looked_up(desk)
    assert no.value.verdict.rule == "caller.limit"


@pytest.mark.both
def test_looks_at_the_same_moment_are_counted_one_after_the_other(case, desk) -> None:
    def look() -> str:
        try:
            looked_up(desk, phone="+8613800138999")
        except Refusal as no:
            return no.verdict.rule
        return "looked"

    done = at_once([partial(look) for _ in range(10)])
    assert done.count("looked") == MOST_IN_VAIN


@pytest.mark.both
def test_two_last_answers_at_the_same_moment_hold_the_file_once(case, desk) -> None:
    call = looked_up(desk)
    told(desk, call, "national_id", ID)
    at_once([partial(told, desk, call, "email", "zhao@mail.example") for _ in range(4)])
    assert len(rows(hold)) == 1


def test_what_was_typed_is_nowhere_kept(case, desk) -> None:
    served(desk, phone=NUMBER)
    with database().read() as connection:
        entries = connection.execute(select(audit_entry.c.entry)).scalars().all()
    for secret in (b"138005", b"Zhao", b"zhao@"):
        assert not any(secret in entry for entry in entries)


def test_it_says_what_is_lawful_when_he_calls_late_at_night(case, desk, time) -> None:
    time.set("2026-11-25T22:40:00+08:00")
    found = seen(desk, served(desk))["lawful"]
    assert found["inbound"]["allowed"]
    assert not found["allowed"]
    assert found["back"]["next_allowed_at"] == "2026-11-26T08:00:00+08:00"
    assert found["zone"] == "Asia/Shanghai"
    by_mail = seen(desk, served_by_mail(desk))["lawful"]
    assert by_mail["channel"] == "email"


def served_by_mail(desk: Actor) -> UUID:
    call = looked_up(desk, email="zhao@mail.example")
    told(desk, call, "national_id", ID)
    told(desk, call, "birthday", "03-07")
    return call


def test_the_call_he_makes_counts_before_one_rings_back(house, desk, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    make_point(case.person, "ann@mail.example", "email", "other")
    call = looked_up(case.collector, phone="+12125550123")
    case.prove(caller_id=call)
    found = seen(case.collector, call)["lawful"]
    assert not found["allowed"]
    assert rules_of(found["back"]) == {"US-FED.call_frequency.after_conversation"}


@pytest.mark.both
def test_two_failed_answers_after_two_that_match_let_the_file_go(case, desk, time) -> None:
    call = served(desk)
    assert case.person in holding(desk).holds
    time.forward(minutes=1)
    assert not told(desk, call, "birthday", "01-01")
    assert case.person in holding(desk).holds
    assert not told(desk, call, "loan_number", "nonsense")
    assert case.person not in holding(desk).holds
    found = seen(desk, call)
    assert (found["proven"], found["person_id"], found["held_until"]) == (False, None, None)
    assert not found["checks"]["verdict"]


def test_whose_loans_are_unclear_gets_no_word_on_what_is_lawful(house, time, desk) -> None:
    person = make_person("Zhao Lei", make_account(), national_id=ID)
    make_point(person, NUMBER)
    make_point(person, "zhao@mail.example", "email", "other")
    assert seen(desk, served(desk))["lawful"] is None


def test_calls_one_can_go_on_with(case, desk, time) -> None:
    assert not answer(NewCaller(), desk)["open"]
    looked_up(desk, phone="+8613800138999")
    call = served(desk)
    assert [row.id for row in answer(NewCaller(), desk)["open"]] == [call]
    time.forward(minutes=31)
    assert not answer(NewCaller(), desk)["open"]


def test_the_pages_lead_from_the_number_to_the_record(case, desk, time, browser) -> None:
    time.set("2026-11-25T22:40:00+08:00")
    visitor = browser(actor=desk)
    assert "Serve a caller" in visitor.get("/caller").text
    there = visitor.post("/caller", by="phone", value=NUMBER).headers["Location"]
    first = visitor.get(there).text
    assert "One borrower, Team B" in first
    assert "Zhao" not in first
    assert str(case.person) not in first
    for item, value in (("national_id", ID[-4:]), ("email", "zhao@mail.example")):
        visitor.post(f"{there}/answers", item=item, answer=value)
    verified = visitor.get(there).text
    assert "The caller is verified" in verified
    assert "Do not ring back before 26 Nov 2026, 08:00" in verified
    call = there.rpartition("/")[2]
    form = visitor.get(f"/people/{case.person}/contacts/new?caller={call}").text
    assert '<option value="INC" selected' in form
    assert "call-back?inbound=true" in form
    assert 'name="direction" value="inbound"' in form
    assert 'value="2026-11-25T14:40"' in form
    saved = visitor.post(
        f"/people/{case.person}/contacts",
        direction="inbound",
        channel="call",
        contact_point_id=str(case.point),
        started_at="2026-11-25T14:40",
        outcome="INC",
        zone="UTC",
    )
    assert saved.status_code == 303


@pytest.mark.parametrize(
    ("by", "words"),
    [("+8613800138999", "Nobody was found"), (NUMBER, "2 people share it")],
)
def test_the_page_of_nobody_and_of_several(case, desk, browser, by, words) -> None:
    make_point(make_person("Qian Hong", case.collector), NUMBER)
    visitor = browser(actor=desk)
    there = visitor.post("/caller", by="phone", value=by).headers["Location"]
    assert words in visitor.get(there).text
    assert visitor.post("/caller", by="phone", value="12").status_code == 422


def test_the_page_of_a_reserved_file_and_of_a_call_that_is_over(case, desk, time, browser) -> None:
    visitor = browser(actor=desk)
    there = visitor.post("/caller", by="phone", value=NUMBER).headers["Location"]
    time.forward(minutes=16)
    assert "Looked up at" in visitor.get("/caller").text
    time.forward(minutes=15)
    assert "This call is over" in visitor.get(there).text
    seed(
        circumstance,
        person_id=case.person,
        kind="bereavement",
        since="2026-01-01",
        source="said",
        created_at=LONG_AGO,
        version=1,
    )
    there = visitor.post("/caller", by="phone", value=NUMBER).headers["Location"]
    assert "The hardship desk serves this borrower" in visitor.get(there).text


def test_a_program_serves_a_caller(case, time, program) -> None:
    client = program(Role.COLLECTOR, team_id=make_team())
    made = client.post("/callers", {"phone": NUMBER}, key="a")
    assert made.status_code == 201
    call = made.json["id"]
    assert client.get(f"/callers/{call}").json["items"]
    for item, value in (("national_id", ID), ("email", "zhao@mail.example")):
        body = {"caller_id": call, "item": item, "answer": value}
        assert client.post("/verifications", body).json == {"matches": True}
    found = client.get(f"/callers/{call}").json
    assert found["person_id"] == str(case.person)
    assert found["told"] == {"national_id": True, "email": True}
    assert client.get(f"/people/{case.person}").status_code == 200
    assert client.post(f"/callers/{call}/name", {"name": "Zhao Lei"}).status_code == 201
    time.forward(minutes=31)
    assert client.get(f"/people/{case.person}").status_code == 404


def test_the_owner_reads_on_his_work_who_served_his_borrower(case, desk, browser) -> None:
    served(desk)
    mine = browser(actor=case.collector)
    shown = mine.get("/work").text
    (row,) = rows(notice)
    assert "served the call" in shown
    assert f'action="/notices/{row["id"]}/seen"' in shown
    assert "served the call" not in browser(actor=desk).get("/work").text
    assert mine.post(f"/notices/{row['id']}/seen").headers["Location"] == "/work"
    assert "served the call" not in mine.get("/work").text
