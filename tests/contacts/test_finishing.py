"""A call that broke off: finished by one key on its ground, where the law knows one."""

from datetime import timedelta

import pytest

from crm.contacts.actions.calling import CallNow
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.models import contact, permit, permit_event
from crm.contacts.queries.file import PersonFile
from crm.contacts.queries.refusals import Refusals
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Refusal
from crm.gate.perform import perform
from crm.identity.roles import Role
from tests.contacts.scene import in_china, in_new_york, rows, rules_of
from tests.factories import make_account
from tests.visitors import Browser

GROUND = {"ground": "call_dropped"}


def finishing(case):
    return answer(PersonFile(case.person), case.collector)["finish"]


@pytest.fixture
def broken(house, time):
    """A call to New York that broke off amid the talk, at noon there."""
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    case.call("effective_conversation", code="DRP-R")
    return case


def test_it_is_finished_on_its_ground_within_the_hour_and_reviewed(broken, time) -> None:
    time.forward(minutes=60)
    found = finishing(broken)
    assert (found["lawful"], found["on_ground"], found["known"]) == (False, True, True)
    assert rules_of(found["decision"]) == {"US-FED.call_frequency.after_conversation"}
    begun = perform(CallNow(broken.person, broken.point, proposed=GROUND), broken.collector).result
    (kept,) = rows(permit, permit.c.id == begun["id"])
    assert kept["ground"] == "call_dropped"
    broken.log(begun["id"], "effective_conversation")
    assert finishing(broken) is None, "the one that finished it did not break off"
    officer = make_account(Role.COMPLIANCE_OFFICER)
    listed = answer(Refusals(kind="ground"), officer)["items"]
    assert [one["person_id"] for one in listed] == [broken.person]


def test_after_the_hour_it_is_a_call_like_any(broken, time) -> None:
    time.forward(minutes=60, microseconds=1)
    assert finishing(broken) is None
    with pytest.raises(Invalid):
        broken.ask(proposed=GROUND)


@pytest.mark.both
def test_a_call_is_finished_once(broken, time) -> None:
    time.forward(minutes=5)
    rest = perform(CallNow(broken.person, broken.point, proposed=GROUND), broken.collector).result
    broken.log(rest["id"], "effective_conversation", code="DRP-R")
    time.forward(minutes=5)
    found = finishing(broken)
    assert (found["lawful"], found["on_ground"], found["again"]) == (False, False, True)
    with pytest.raises(Invalid) as fault:
        broken.ask(proposed=GROUND)
    again = "It broke off again: on this ground a call is finished once."
    assert fault.value.fields == {"proposed": {"ground": [again]}}


def test_a_day_later_another_call_may_break_off(broken, time) -> None:
    time.forward(days=8)
    broken.call("effective_conversation", code="DRP-R")
    time.forward(minutes=5)
    assert finishing(broken)["on_ground"]


def test_where_it_is_lawful_anyway_it_may_break_off_again(house, time) -> None:
    case = in_china()
    for _ in range(2):
        case.call("conversation", code="DRP")
        time.forward(minutes=5)
    assert finishing(case)["lawful"]


@pytest.mark.both
def test_a_call_that_came_in_is_finished_too(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    case.rang_us(started_at=time.now, code="DRP-R")
    time.forward(minutes=5)
    assert finishing(case)["on_ground"]


@pytest.mark.both
def test_nobody_makes_himself_a_ground_by_a_correction(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    first = case.call("effective_conversation", code="RPC-N")["id"]
    time.forward(minutes=3)
    assert perform(CorrectContact(first, code="DRP-R"), case.collector).waiting
    assert finishing(case) is None


def test_nor_does_he_take_the_first_break_back(broken, time) -> None:
    time.forward(minutes=5)
    rest = perform(CallNow(broken.person, broken.point, proposed=GROUND), broken.collector).result
    broken.log(rest["id"], "effective_conversation", code="DRP-R")
    first = rows(contact)[0]["id"]
    assert perform(CorrectContact(first, code="RPC-N"), broken.collector).waiting
    broken.rang_us(started_at=time.now - timedelta(minutes=3))  # between the two
    with pytest.raises(Invalid):
        broken.ask(proposed=GROUND)


def test_an_own_slip_may_say_that_it_broke_off(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    first = case.call("effective_conversation", code="RPC-N")["id"]
    assert perform(CorrectContact(first, code="DRP-R"), case.collector).waiting is None
    assert finishing(case)["on_ground"]


@pytest.mark.parametrize("code", ["HUP-R", None])
def test_only_what_was_logged_as_broken_off_is_a_ground(house, time, code) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    case.call("conversation", code=code)
    assert finishing(case) is None
    with pytest.raises(Invalid) as fault:
        case.ask(proposed=GROUND)
    assert fault.value.fields == {"proposed": {"ground": ["Log first that the call broke off."]}}


def test_a_permit_on_the_ground_ends_where_another_call_came_between(broken, time) -> None:
    time.forward(minutes=5)
    held = broken.ask(proposed=GROUND)["id"]
    broken.rang_us(started_at=time.now)
    time.forward(minutes=1)
    (event,) = rows(permit_event, permit_event.c.permit_id == held)
    assert (event["kind"], event["reason"]) == (
        "ended",
        "US-FED.call_frequency.after_conversation",
    )
    with pytest.raises(Refusal):
        broken.start(held)


def test_where_the_law_knows_no_such_ground_it_says_so(house, time) -> None:
    time.set("2026-11-25T21:59:00+08:00")
    case = in_china()
    case.call("conversation", code="DRP")
    assert finishing(case)["lawful"], "one conversation uses up nothing"
    time.set("2026-11-25T22:01:00+08:00")
    found = finishing(case)
    assert (found["lawful"], found["on_ground"], found["known"]) == (False, False, False)


def test_by_one_key_on_the_page(broken, app) -> None:
    browser = Browser(app, actor=broken.collector)
    page = browser.get(f"/people/{broken.person}").text
    assert "Finish the call on its ground" in page
    assert 'name="ground" value="call_dropped"' in page
    sent = browser.post(
        f"/people/{broken.person}/calls",
        page=f"/people/{broken.person}",
        channel="call",
        contact_point_id=str(broken.point),
        ground="call_dropped",
    )
    assert sent.status_code == 200
    assert "On a ground: the call dropped" in sent.text
