"""Whose proof it is: what was answered belongs to the call that it was answered in."""

from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.said import Said
from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.queries.call_backs import CallBackCheck
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.privacy.sealed import Sealed
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china
from tests.factories import make_loan

pytestmark = pytest.mark.usefixtures("house")
TONIGHT = "2026-11-25T22:30:00+08:00"


@pytest.fixture(params=[0, 8])
def case(time: Clock, request: pytest.FixtureRequest) -> Scene:
    """A person who can be asked, by a clock that stands and by one that goes on."""
    time.step = timedelta(milliseconds=request.param)
    return in_china()


def wish() -> Said:
    told = {"at": TONIGHT, "words": "Ring me then"}
    return said_of("callback", SHAPES["callback"]().load(told))


def opens(told: Any) -> bool:
    (one,) = told["callbacks"]
    return not one["unproven"]


def asked_beforehand(case: Scene, **given: Any) -> bool:
    told = CallBackCheck(case.person, TONIGHT[:16].replace("T", " "), "Asia/Shanghai", case.point)
    values = {**told.__dict__, "inbound": True, **given}
    return not answer(CallBackCheck(**values), case.collector)["unproven"]


def fail(case: Scene, **door: Any) -> None:
    for item in ("postal", "loan_number"):
        perform(VerifyAnswer(item, Sealed.fresh("nonsense"), **door), case.collector)


@pytest.mark.parametrize("verified", ["before", "after", "on the record"])
@pytest.mark.both
def test_each_usual_way_opens_what_he_asked_for(case: Scene, time: Clock, verified: str) -> None:
    look = case.served()
    if verified == "before":
        case.prove(caller_id=look)
        assert asked_beforehand(case)
    told = case.rang_us(started_at=time.now, said=(wish(),))
    assert opens(told) is (verified == "before")
    if verified == "after":
        case.prove(caller_id=look)
    if verified == "on the record":
        case.prove(inbound_id=told["id"])
    time.set(TONIGHT)
    assert case.ask()["id"]


def test_written_down_first_and_looked_up_then(case: Scene, time: Clock) -> None:
    case.rang_us(started_at=time.now, said=(wish(),))
    time.forward(minutes=2)
    case.prove(caller_id=case.served())
    time.set(TONIGHT)
    assert case.ask()["id"]


@pytest.mark.parametrize("written", [False, True])
def test_a_call_that_failed_closes_no_other(case: Scene, time: Clock, written: bool) -> None:
    look = case.served()
    if written:
        case.rang_us(started_at=time.now)
    fail(case, caller_id=look)
    time.forward(minutes=4)
    case.prove(caller_id=case.served())
    assert opens(case.rang_us(started_at=time.now, said=(wish(),)))


def test_what_failed_is_not_mended_by_one_more_look(case: Scene, time: Clock) -> None:
    fail(case, caller_id=case.served())
    time.forward(minutes=1)
    case.served()
    first = case.rang_us(started_at=time.now)["id"]
    case.prove(inbound_id=first)
    assert not opens(perform(CorrectContact(first, said=(wish(),)), case.collector).result)


def test_the_nearest_call_is_the_one_he_was_looked_up_for(case: Scene, time: Clock) -> None:
    case.rang_us(started_at=time.now, said=(wish(),))
    time.forward(minutes=4, seconds=30)
    look = case.served()
    case.rang_us(started_at=time.now)
    case.prove(caller_id=look)
    time.set(TONIGHT)
    assert case.refused()


def test_what_was_written_to_us_opens_however_late_it_is_entered(case: Scene, time: Clock) -> None:
    began = time.now
    time.forward(hours=30)
    told = said_of(
        "callback",
        SHAPES["callback"]().load({"at": "2026-11-27T22:30:00+08:00", "words": "In the evening"}),
    )
    assert opens(
        case.rang_us(
            "inbound", started_at=began, channel="email", contact_point_id=None, said=(told,)
        )
    )


@pytest.mark.parametrize("order", ["first A", "first B"])
def test_calls_written_in_whatever_order_keep_their_own_proof(
    case: Scene, time: Clock, order: str
) -> None:
    began = time.now
    case.prove(caller_id=case.served())
    time.forward(minutes=10)
    told = {"A": {"started_at": began}, "B": {"started_at": time.now}}
    time.forward(minutes=1)
    for name in sorted(told, reverse=order == "first B"):
        found = case.rang_us(**told[name], said=(wish(),))
        assert opens(found) is (name == "A")


def test_what_else_is_written_down_meanwhile_takes_no_proof_away(case: Scene, time: Clock) -> None:
    began = time.now
    case.prove(caller_id=case.served())
    case.rang_us(started_at=time.now - timedelta(hours=20))
    case.rang_us("inbound", started_at=time.now - timedelta(hours=2), channel="sms")
    assert opens(case.rang_us(started_at=began, said=(wish(),)))


def test_of_one_call_about_two_relations_both_records_are_proven(case: Scene, time: Clock) -> None:
    began, other = time.now, make_loan(case.person)
    case.prove(caller_id=case.served())
    for loan_id in (case.loan, other):
        assert opens(case.rang_us(started_at=began, loan_ids=(loan_id,), said=(wish(),)))


def test_a_slip_of_the_hour_is_mended_and_the_proof_found(case: Scene, time: Clock) -> None:
    began = time.now
    case.prove(caller_id=case.served())
    first = case.rang_us(started_at=began - timedelta(hours=1))["id"]
    mended = perform(CorrectContact(first, started_at=began), case.collector).result["id"]
    added = perform(CorrectContact(mended, said=(wish(),)), case.collector)
    assert opens(added.result)


@pytest.mark.parametrize(("began", "proven"), [(0, True), (35, False)])
def test_it_says_beforehand_what_is_saved(
    case: Scene, time: Clock, began: int, proven: bool
) -> None:
    started_at = time.now + timedelta(minutes=began)
    case.prove(caller_id=case.served())
    time.forward(minutes=36)
    assert asked_beforehand(case, started_at=started_at) is proven
    assert opens(case.rang_us(started_at=started_at, said=(wish(),))) is proven


@pytest.mark.parametrize(("later", "counts"), [(23, True), (25, False)])
def test_a_wish_remembered_after_a_day_opens_nothing(
    case: Scene, time: Clock, later: int, counts: bool
) -> None:
    time.set("2026-11-24T22:00:00+08:00")
    time.set("2026-11-24T21:00:00+08:00")
    first = case.proven_call()["id"]
    time.forward(hours=later)
    at = (time.now + timedelta(hours=26)).isoformat()
    told = said_of("callback", SHAPES["callback"]().load({"at": at, "words": "Then"}))
    beforehand = CallBackCheck(case.person, "+26h", "Asia/Shanghai", case.point, record_id=first)
    assert answer(beforehand, case.collector)["unproven"] is not counts
    assert opens(perform(CorrectContact(first, said=(told,)), case.collector).result) is counts
