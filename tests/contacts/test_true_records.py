"""A record says what was so: nobody reached where nobody answered, a promise of who owes."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.actions.calling import SaySomebodyElse
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.unpermitted import ImportContact, LogUnpermitted
from crm.contacts.actions.withdrawing import WithdrawSaid
from crm.contacts.models import contact, decision, said, script_tick
from crm.contacts.queries.desk import PermitPage
from crm.contacts.rules.verifying import Speaker, Tried, speaker
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china, rows
from tests.contacts.test_verifying import answered, called, known
from tests.visitors import Browser

pytestmark = pytest.mark.usefixtures("house")

PROMISE = {"amount": 70_000, "currency": "CNY", "due_on": "2026-12-01"}


def promise() -> Any:
    return said_of("promise", SHAPES["promise"]().load(PROMISE))


def verdict_of(contact_id: Any) -> Any:
    kept = {row["id"]: row for row in rows(decision)}
    (record,) = [row for row in rows(contact) if row["id"] == contact_id]
    return kept[record["decision_id"]]["allowed"]


@pytest.mark.both
@pytest.mark.parametrize("started", [False, True])
def test_what_is_reserved_later_says_nothing_of_an_earlier_contact(
    time: Clock, started: bool
) -> None:
    case = in_china()
    permit = case.ask()["id"]
    if started:
        case.start(permit)
    before = time.now - timedelta(hours=1)
    values = (case.person, case.point, "call", "outbound", "no_answer")
    filed = perform(ImportContact(*values, before), system("import")).result
    late = LogUnpermitted(*values, before - timedelta(minutes=9), reason="not_asked")
    written = perform(late, case.collector).result
    assert verdict_of(filed["id"]) is verdict_of(written["id"]) is True
    assert written["mark"] == "late_lawful"
    time.forward(minutes=3)
    beside = LogUnpermitted(*values, time.now - timedelta(minutes=1), reason="not_asked")
    assert perform(beside, case.collector).result["mark"] == "late_unlawful"


@pytest.mark.parametrize("outcome", ["no_answer", "busy", "rejected", "voicemail_left"])
def test_who_answered_right_was_reached(time: Clock, outcome: str) -> None:
    case = known()
    permit = called(case)
    answered(case, "birthday", "01-01", permit_id=permit)
    answered(case, "birthday", "03-07", permit_id=permit)
    with pytest.raises(Invalid) as no:
        case.log(permit, outcome)
    assert set(no.value.fields) == {"outcome"}
    assert case.log(permit, "answered_hangup")["id"]


def test_where_somebody_else_took_the_call_somebody_was_reached(time: Clock) -> None:
    case = in_china()
    permit = called(case)
    perform(SaySomebodyElse(permit), case.collector)
    with pytest.raises(Invalid) as no:
        case.log(permit, "no_answer")
    assert set(no.value.fields) == {"outcome"}


def test_a_promise_is_taken_back_before_another_took_the_call(time: Clock) -> None:
    case = in_china()
    first = case.call("effective_conversation", said=(promise(),))["id"]
    with pytest.raises(Invalid) as no:
        perform(CorrectContact(first, "conversation", code="3P-M"), case.collector)
    assert set(no.value.fields) == {"outcome"}


def test_a_wrong_answer_alone_proves_nobody(time: Clock) -> None:
    case = known()
    permit = called(case)
    answered(case, "birthday", "01-01", permit_id=permit)
    assert case.log(permit, "no_answer")["id"]


@pytest.mark.parametrize("kind", ["promise", "dispute", "hardship", "identity_theft"])
def test_somebody_else_promises_and_disputes_nothing(time: Clock, kind: str) -> None:
    case = in_china()
    permit = called(case)
    perform(SaySomebodyElse(permit), case.collector)
    item = promise() if kind == "promise" else said_of(kind, {})
    with pytest.raises(Invalid) as no:
        case.log(permit, "conversation", said=(item,))
    assert set(no.value.fields) == {"said"}


def test_where_the_gate_is_closed_somebody_else_is_somebody_else() -> None:
    call, now = new_id(), Clock().now
    misses = [Tried(call, "birthday", now, matches=False)] * 3
    assert speaker("borrower", misses, None) is Speaker.FAILED
    assert speaker("borrower", misses, now + timedelta(minutes=1)) is Speaker.OTHER


def test_the_number_that_was_dialled_proves_nobody() -> None:
    call, now = new_id(), Clock().now
    told = [Tried(call, item, now, matches=True) for item in ("phone", "postal")]
    assert speaker("borrower", told, None) is Speaker.UNKNOWN


def test_corrected_to_a_talk_its_lines_count_as_not_said(time: Clock) -> None:
    case = in_china()
    first = case.call("no_answer")["id"]
    made = perform(
        CorrectContact(first, "effective_conversation", said=(promise(),)), case.collector
    ).result
    unsaid = [row for row in rows(script_tick) if row["contact_id"] == made["id"]]
    assert unsaid
    assert not any(row["said"] for row in unsaid)


def test_what_was_not_said_stays_in_view_whatever_is_corrected(time: Clock) -> None:
    case = in_china()
    permit = called(case)
    first = case.log(permit, "effective_conversation", script=(), script_unsaid=True)["id"]

    def ticks(record: Any) -> dict[str, bool]:
        its = [row for row in rows(script_tick) if row["contact_id"] == record]
        return {row["line"]: row["said"] for row in its}

    assert not any(ticks(first).values())
    noted = perform(CorrectContact(first, emotion="calm"), case.collector).result["id"]
    assert ticks(noted) == ticks(first)
    assert perform(CorrectContact(noted, code="DRP-R"), case.collector).result["id"]
    assert ticks(rows(contact)[-1]["id"]) == ticks(first)


def test_who_comes_after_another_hears_the_lines_of_the_debt(time: Clock) -> None:
    case = known()
    permit = called(case)
    perform(SaySomebodyElse(permit), case.collector)
    shown = {line.id for line in answer(PermitPage(permit), case.collector)["permit"]["script"]}
    time.forward(minutes=1)
    answered(case, "birthday", "03-07", permit_id=permit)
    answered(case, "national_id", "4514", permit_id=permit)
    now = {line.id for line in answer(PermitPage(permit), case.collector)["permit"]["script"]}
    assert "rights" in now - shown
    with pytest.raises(Invalid) as no:
        case.log(permit, "effective_conversation", script=())
    assert set(no.value.fields) == {"script"}


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("no_answer", "dispute"),
        ("busy", "refusal"),
        ("no_answer", "cease"),
        ("conversation", "promise"),
    ],
)
def test_what_came_of_it_and_what_was_said_agree(time: Clock, outcome: str, kind: str) -> None:
    case = in_china()
    item = promise() if kind == "promise" else said_of(kind, {})
    with pytest.raises(Invalid) as no:
        case.call(outcome, said=(item,))
    assert set(no.value.fields) == {"said"}


def test_what_was_promised_before_is_closed_while_somebody_unknown_listens(
    time: Clock, browser: Callable[..., Browser]
) -> None:
    case = known()
    made = case.call("effective_conversation", said=(promise(),))["id"]
    desk = browser(actor=case.collector)
    assert "700.00" in desk.get(f"/contacts/{made}").text
    called(case)
    page = desk.get(f"/contacts/{made}").text
    assert "Promised to pay" in page
    assert "700.00" not in page


def test_a_promise_is_taken_back_before_its_talk_is(time: Clock) -> None:
    case: Scene = in_china()
    first = case.call("effective_conversation", said=(promise(),))["id"]
    with pytest.raises(Invalid) as no:
        perform(CorrectContact(first, "busy"), case.collector)
    assert set(no.value.fields) == {"outcome"}
    perform(WithdrawSaid(rows(said)[0]["id"], first), case.collector)
    assert perform(CorrectContact(first, "busy"), case.collector).waiting is None


@pytest.mark.parametrize("code", ["UVP", "LNG", "DRP"])
def test_who_promises_spoke_of_the_debt_in_a_call_that_came_in_too(time: Clock, code: str) -> None:
    case: Scene = in_china()
    with pytest.raises(Invalid) as no:
        case.rang_us(started_at=time.now, code=code, said=(promise(),))
    assert set(no.value.fields) == {"said"}
    first = case.rang_us(started_at=time.now, code="INC", said=(promise(),))["id"]
    with pytest.raises(Invalid) as no:
        perform(CorrectContact(first, code=code), case.collector)
    assert set(no.value.fields) == {"outcome"}


def test_who_was_proven_is_offered_no_code_that_denies_it(
    time: Clock, browser: Callable[..., Browser]
) -> None:
    case = known()
    permit = called(case)
    page = browser(actor=case.collector)
    assert 'value="UVP"' in page.get(f"/permits/{permit}").text
    answered(case, "birthday", "03-07", permit_id=permit)
    answered(case, "national_id", "4514", permit_id=permit)
    shown = page.get(f"/permits/{permit}").text
    assert 'value="UVP"' not in shown
    assert 'value="HUP-U"' not in shown
    assert 'value="RPC-N"' in shown


@pytest.mark.both
def test_who_was_proven_is_not_said_to_be_unverified(time: Clock) -> None:
    case: Scene = in_china()
    with pytest.raises(Invalid) as no:
        case.proven_call(code="UVP")
    assert set(no.value.fields) == {"code"}


@pytest.mark.both
@pytest.mark.parametrize("inbound", [False, True])
def test_nor_afterwards(time: Clock, inbound: bool) -> None:
    case: Scene = in_china()
    first = case.rang_us(started_at=time.now)["id"] if inbound else case.proven_call()["id"]
    if inbound:
        case.prove(inbound_id=first)
    with pytest.raises(Invalid) as no:
        perform(CorrectContact(first, code="UVP"), case.collector)
    assert set(no.value.fields) == {"code"}


def test_the_record_says_who_spoke(time: Clock, browser: Callable[..., Browser]) -> None:
    case = known()
    desk = browser(actor=case.collector)

    def page_of(made: Any) -> str:
        return desk.get(f"/contacts/{made['id']}").text

    assert "Nobody made sure who it was" in page_of(case.call("conversation"))
    permit = called(case)
    answered(case, "birthday", "03-07", permit_id=permit)
    answered(case, "national_id", "4514", permit_id=permit)
    proven = page_of(case.log(permit, "conversation"))
    assert "Verified" in proven
    assert re.search(r"[Bb]irth[^<]*: matched", proven)
    permit = called(case)
    perform(SaySomebodyElse(permit), case.collector)
    assert "Somebody else took the call" in page_of(case.log(permit, "conversation"))
    assert "Who spoke" not in page_of(case.call("no_answer"))


def test_who_took_the_call_is_offered_what_he_can_say(
    time: Clock, browser: Callable[..., Browser]
) -> None:
    case = known()
    permit = called(case)
    desk = browser(actor=case.collector)
    own = desk.get(f"/permits/{permit}").text
    assert 'data-code="PTP"' in own
    perform(SaySomebodyElse(permit), case.collector)
    page = desk.get(f"/permits/{permit}").text
    assert 'data-code="PTP"' not in page
    assert 'value="DIS"' not in page
    assert 'id="opt-out-everything"' in page
    assert 'id="opt-out-work"' not in page
    assert "the borrower said nothing" in page
    assert re.search(r'id="script-third_party"[^>]*data-key="Y"', page), (
        "the one line takes the key"
    )
