"""What a code itself says: recorded with it whichever way it comes, or asked for."""

import pytest

from crm.borrowers.models import circumstance, contact_point
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.said import Said
from crm.contacts.models import said
from crm.contacts.outcomes import codes
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from crm.privacy.sealed import Sealed
from tests.contacts.scene import in_china, rows
from tests.factories import make_evidence, make_party, make_person
from tests.visitors import Program

MORE = {"promise", "callback", "new_number"}
PLAIN = [code for code in codes().values() if code.said not in MORE and code.said]
TELLING = [code for code in codes().values() if code.said in MORE]


@pytest.mark.parametrize("code", [code.code for code in PLAIN])
def test_what_a_code_itself_says_is_recorded_with_it(house, time, code: str) -> None:
    case = in_china()
    case.call(codes()[code].outcome, code=code)
    assert [row["kind"] for row in rows(said)] == [codes()[code].said]


@pytest.mark.parametrize("code", [code.code for code in TELLING])
def test_what_takes_more_than_a_code_is_asked_for(house, time, code: str) -> None:
    case = in_china()
    with pytest.raises(Invalid) as fault:
        case.call(codes()[code].outcome, code=code)
    assert set(fault.value.fields) == {"code"}
    assert not rows(said)


@pytest.mark.both
def test_asked_by_code_alone_to_stop_nobody_calls_again(house, time, app) -> None:
    case = in_china()
    program = Program(app, actor=case.collector)
    permit = case.ask()["id"]
    case.start(permit)
    sent = program.post("/contacts", {"permit_id": str(permit), "code": "CEA"})
    assert sent.status_code == 201
    assert case.refused()


@pytest.mark.parametrize("code", ["DIS", "RTP"])
def test_what_a_code_cannot_say_here_is_named_by_the_code(house, time, code: str) -> None:
    case = in_china()
    friend = make_person("Qian Hao", case.collector)
    make_party(case.loan, friend, "contact_person")
    make_evidence(friend)
    told = {"person_id": friend, "contact_point_id": None, "loan_ids": (case.loan,)}
    with pytest.raises(Invalid) as fault:
        case.rang_us(started_at=time.now, code=None, said=(Said("dispute"),), **told)
    assert set(fault.value.fields) == {"said"}
    outbound = {"direction": "outbound", "reason": "not_asked", "code": code}
    with pytest.raises(Invalid) as fault:
        case.rang_us(codes()[code].outcome, started_at=time.now, **outbound, **told)
    assert set(fault.value.fields) == {"code"}


@pytest.mark.both
def test_anothers_wish_without_a_number_binds_nothing_and_says_why(house, time) -> None:
    case = in_china()
    with pytest.raises(Invalid) as fault:
        case.rang_us("inbound", started_at=time.now, code="3P-S", contact_point_id=None)
    assert set(fault.value.fields) == {"contact_point_id"}
    assert not rows(circumstance)
    assert case.rang_us("inbound", started_at=time.now, code="3P-M", contact_point_id=None)["id"]


def test_a_number_that_is_on_file_already_is_told_all_the_same(house, time) -> None:
    case = in_china()
    known = Said("new_number", fields={"kind": "phone"}, value=Sealed.fresh("138 0013 8000"))
    case.call("conversation", code="3P-L", said=(known,))
    assert len(rows(contact_point)) == 1
    assert [row["kind"] for row in rows(said)] == ["new_number"]


def test_a_promise_written_down_days_later_is_due_as_it_was_made(house, time) -> None:
    case = in_china()
    first = case.call("effective_conversation", code="RPC-N")["id"]
    made_on = time.now.date().isoformat()
    time.forward(days=2)
    due = {"amount": 5, "currency": "CNY", "due_on": made_on}
    told = (said_of("promise", SHAPES["promise"]().load(due)),)
    perform(CorrectContact(first, code="PTP", said=told), case.collector)
    with pytest.raises(Invalid) as fault:
        case.call("effective_conversation", said=told)
    assert fault.value.fields["said"]["0"] == {
        "due_on": ["A promise is due on the day it was made, or later."]
    }


def test_a_code_says_it_once(house, time) -> None:
    case = in_china()
    first = case.call("conversation", code="CEA", said=(Said("cease"),))["id"]
    perform(CorrectContact(first, code="CEA", emotion="calm"), case.collector)
    assert [row["kind"] for row in rows(said)] == ["cease"]
    assert len(rows(circumstance)) == 1


def test_who_opts_out_of_everything_wants_it_to_end(house, time) -> None:
    case = in_china()
    case.call("conversation", code="CEA", said=(Said("opt_out", fields={"breadth": "everything"}),))
    assert [row["kind"] for row in rows(said)] == ["opt_out"]


def test_who_wants_no_contact_by_one_number_may_want_more(house, time) -> None:
    case = in_china()
    case.call("conversation", code="CEA", said=(Said("opt_out", fields={"breadth": "here"}),))
    assert [row["kind"] for row in rows(said)] == ["opt_out", "cease"]


@pytest.mark.both
def test_corrected_to_what_asks_to_stop_it_stops(house, time) -> None:
    case = in_china()
    first = case.call("conversation", code="UVP")["id"]
    perform(CorrectContact(first, code="CEA"), case.collector)
    assert [row["kind"] for row in rows(said)] == ["cease"]
    assert case.refused()


def test_a_promise_that_stands_is_not_asked_for_again(house, time) -> None:
    case = in_china()
    due = {"amount": 5, "currency": "CNY", "due_on": "2026-11-30"}
    told = {"code": "PPT", "said": (said_of("promise", SHAPES["promise"]().load(due)),)}
    first = case.call("effective_conversation", **told)["id"]
    perform(CorrectContact(first, code="PTP"), case.collector)
    assert [row["kind"] for row in rows(said)] == ["promise"]
