"""Where somebody says he is: his word counts for who made sure that it was he, within the day."""

from datetime import timedelta
from typing import Any

import pytest

from crm.borrowers.models import place_evidence
from crm.contacts.actions.calling import SaySomebodyElse
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.stating import StatePlace
from crm.contacts.callers.queries import ServeCaller
from crm.contacts.models import permit_event
from crm.gate.answer import answer
from crm.gate.errors import Missing, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_new_york, rows, rules_of
from tests.contacts.test_callers import holding, known, served
from tests.factories import make_account, make_party, make_person, make_team
from tests.visitors import Browser

pytestmark = pytest.mark.usefixtures("house")


def stated(case: Scene, who: Actor | None = None, **given: Any) -> Any:
    place = {"country": "US", "region": "US-HI"} | given
    return perform(StatePlace(case.person, **place), who or case.collector).result


def is_refused(case: Scene, who: Actor | None = None) -> bool:
    before = rows(place_evidence)
    with pytest.raises(Refusal) as no:
        stated(case, who)
    assert rows(place_evidence) == before
    return no.value.verdict.rule == "place.unverified"


@pytest.mark.both
@pytest.mark.parametrize("by", ["call", "inbound"])
def test_it_counts_within_a_day_of_the_proof(time: Clock, by: str) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    assert is_refused(case)
    if by == "call":
        case.proven_call()
    else:
        case.prove(inbound_id=case.rang_us(started_at=time.now)["id"])
    time.forward(hours=23, minutes=59)
    assert stated(case)["person_id"] == case.person
    assert rows(place_evidence)[-1]["source"] == "statement"
    time.forward(minutes=1)
    assert is_refused(case)


@pytest.mark.both
def test_who_serves_a_caller_takes_his_word(time: Clock) -> None:
    case, desk = known(), make_account(team_id=make_team())
    call = served(desk)
    assert answer(ServeCaller(call), desk)["proven"]
    assert stated(case, holding(desk))["id"]
    assert is_refused(case)  # nothing was proven to the one who has the file


def test_nothing_is_proven_by_a_colleagues_talk_nor_by_another_who_took_the_call(
    time: Clock,
) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    permit = case.ask()["id"]
    case.start(permit)
    case.prove(permit_id=permit)
    leader = make_account("team_leader", team_id=case.collector.team_id)
    assert is_refused(case, leader)
    perform(SaySomebodyElse(permit), case.collector)
    assert is_refused(case)


def test_who_owes_nothing_proves_nothing(time: Clock) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    other = make_person("Beside Him", case.collector)
    make_party(case.loan, other, "contact_person")
    assert is_refused(Scene(case.collector, other, case.point, case.loan))


@pytest.mark.both
@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_nothing_is_proven_where_a_record_says_it_was_another(time: Clock, direction: str) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    if direction == "inbound":
        record = case.rang_us(started_at=time.now)["id"]
        case.prove(inbound_id=record)
        perform(CorrectContact(record, code="3P-M"), case.collector)
    else:
        permit = case.ask()["id"]
        case.start(permit)
        case.prove(permit_id=permit)
        case.log(permit, "conversation", code="3P-M", script_unsaid=True)
    assert is_refused(case)


@pytest.mark.both
def test_what_was_reserved_by_another_clock_ends(time: Clock) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    permit = case.ask()["id"]
    case.prove(inbound_id=case.rang_us(started_at=time.now)["id"])
    stated(case, country="CN", region="CN-SH")  # there it is one in the morning
    ended = [row["permit_id"] for row in rows(permit_event) if row["kind"] == "ended"]
    assert ended == [permit]


def test_it_is_nobody_elses_file(time: Clock) -> None:
    with pytest.raises(Missing):
        stated(in_new_york(), make_account())


def test_one_cannot_state_another_clock_and_call_past_the_hour(time: Clock, app: Any) -> None:
    time.set("2026-11-25T21:30:00-05:00")
    case = in_new_york()
    page = Browser(app, actor=case.collector)
    sent = page.post(f"/people/{case.person}/statement", country="US", region="US-HI")
    assert sent.status_code == 409
    assert "by two answers that match" in sent.text
    assert "US-FED.hours.unusual_time" in rules_of(case.refused())
    case.prove(inbound_id=case.rang_us(started_at=time.now - timedelta(minutes=1))["id"])
    page.post(f"/people/{case.person}/statement", country="US", region="US-HI")
    edit = page.get(f"/people/{case.person}/edit").text
    assert "The verified person said so" in edit
