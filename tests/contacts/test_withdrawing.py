"""A slip of the key in what was said: taken back, with all that it made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm.borrowers.actions.place import EndPlaceEvidence
from crm.borrowers.actions.points import EndContactPoint
from crm.borrowers.models import circumstance, consent, contact_point, place_evidence
from crm.contacts.actions.withdrawing import WithdrawSaid
from crm.contacts.models import permit_event, said, said_withdrawal
from crm.contacts.rules.said import Kind
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.actions import Approve
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china, in_new_york, rows, rules_of
from tests.factories import make_account, make_evidence, make_party, make_person, make_point
from tests.visitors import Browser, Program

pytestmark = pytest.mark.usefixtures("house")


def item(kind: str, **fields: Any) -> Any:
    return said_of(kind, SHAPES[kind]().load(fields))


def in_force() -> list[str]:
    return [row["kind"] for row in rows(circumstance) if row["lifted_at"] is None]


def take_back(case: Scene, which: int = 0, who: Any = None, reason: str | None = None) -> Any:
    one = rows(said)[which]
    return perform(WithdrawSaid(one["id"], one["contact_id"], reason), who or case.collector)


@pytest.mark.both
def test_an_own_slip_is_taken_back_within_two_minutes(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("opt_out", breadth="everything"),))
    assert len(in_force()) > 1
    assert case.refused()
    time.forward(minutes=2)
    done = take_back(case)
    assert done.waiting is None
    assert in_force() == []
    assert case.ask()["id"]
    (row,) = rows(said_withdrawal)
    assert (row["said_id"], row["withdrawn_by"], row["withdrawn_at"]) == (
        rows(said)[0]["id"],
        case.collector.id,
        time.now,
    )


def test_later_a_second_person_must_agree(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("dispute"),))
    time.forward(minutes=2, seconds=1)
    with pytest.raises(Invalid) as fault:
        take_back(case)
    assert list(fault.value.fields) == ["reason"]
    asked = take_back(case, reason="misheard")
    assert asked.waiting
    assert take_back(case, reason="misheard").waiting == asked.waiting  # one request, asked twice
    assert take_back(case, reason="slip").waiting != asked.waiting
    assert in_force() == ["dispute"]
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    perform(Approve(asked.waiting), leader)
    assert in_force() == []
    assert rows(said_withdrawal)[0]["withdrawn_by"] == case.collector.id


def test_anothers_slip_takes_a_second_person_at_once(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("dispute"),))
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    assert take_back(case, who=leader, reason="another").waiting


def test_the_fourth_of_a_day_takes_a_second_person(time: Clock) -> None:
    case = in_china()
    four = tuple(item(kind) for kind in ("dispute", "hardship", "bankruptcy", "bereavement"))
    case.call("conversation", said=four)
    alone = []
    for number in range(4):
        alone.append(take_back(case, number, reason="slip").waiting is None)
        time.forward(seconds=5)
    assert alone == [True, True, True, False]
    assert in_force() == ["bereavement"]


def test_what_another_item_says_too_stays(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("cease"), item("opt_out", breadth="channel")))
    assert {"medium_refused"} == set(in_force())
    take_back(case)
    assert {"medium_refused"} == set(in_force())
    assert rules_of(case.refused()) == {"CN.channel.refused"}


def test_a_call_back_nobody_asked_for_shuts_again_at_once(time: Clock) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    at = "2026-11-26T21:30:00-05:00"
    case.call("conversation", said=(item("callback", at=at, more_calls=True, words="now"),))
    time.forward(hours=3)
    assert take_back(case).waiting is None  # what opened is shut by one person
    assert all(row["revoked_at"] for row in rows(consent))
    time.set(at)
    assert "US-FED.hours.unusual_time" in rules_of(case.refused())


@pytest.mark.both
def test_a_number_called_wrong_by_a_slip_is_good_again(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("wrong_number"),))
    assert case.refused()
    take_back(case)
    (point,) = rows(contact_point)
    assert (point["valid_until"], point["ended_because"], in_force()) == (None, None, [])
    assert case.ask()["decision"]["allowed"]


@pytest.mark.both
def test_where_a_number_places_him_binds_again_at_once(time: Clock) -> None:
    case = in_china()
    abroad = make_point(case.person, "+12125550123")
    stated = {"source": "statement", "rank": 1, "contact_point_id": abroad}
    make_evidence(case.person, "US", ("America/New_York",), "US-NY", **stated)
    assert case.refused()  # there it is night
    case.rang_us(said=(item("wrong_number"),), contact_point_id=abroad, started_at=time.now)
    assert case.refused(), "one press drops no clock"
    (told,) = rows(place_evidence, place_evidence.c.contact_point_id == abroad)
    asked = perform(EndPlaceEvidence(told["id"]), case.collector)
    leader = make_account(Role.SUPERVISOR, team_id=case.collector.team_id)
    perform(Approve(asked.waiting), leader)
    permit_id = case.ask()["id"]
    take_back(case)
    assert [(row["permit_id"], row["kind"]) for row in rows(permit_event)] == [(permit_id, "ended")]


def test_what_was_done_within_one_deed_is_undone_however_long_that_took(time: Clock) -> None:
    time.step = timedelta(milliseconds=8)
    case = in_china()
    new = item("new_number", point="phone", value="+8613900139001")
    case.call("conversation", said=(item("wrong_number"), new))
    for number in range(2):
        take_back(case, number)
    assert [row["valid_until"] is None for row in rows(contact_point)] == [True, False]


def test_what_two_records_say_stands_until_both_are_taken_back(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("wrong_number"),))
    case.rang_us("inbound", started_at=time.now, code="WN")
    for open_again in (False, True):
        take_back(case, int(open_again))
        assert (rows(contact_point)[0]["valid_until"] is None) is open_again
        assert bool(in_force()) is not open_again


@pytest.mark.both
def test_nobody_lifts_anothers_wrong_number_by_one_of_his_own(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("wrong_number"),))
    time.forward(days=2)
    case.rang_us("inbound", started_at=time.now, code="WN")
    assert take_back(case, 0, reason="slip").waiting
    assert take_back(case, 1).waiting is None
    assert in_force() == ["wrong_number"]
    assert case.refused()


def test_the_end_by_hand_is_no_records_to_undo(time: Clock) -> None:
    case = in_china()
    case.rang_us("inbound", started_at=time.now, code="WN")
    take_back(case)
    time.forward(hours=5)
    perform(EndContactPoint(case.point, "wrong_number"), case.collector)
    case.rang_us("inbound", started_at=time.now, code="WN")
    take_back(case, 1)
    assert rows(contact_point)[0]["valid_until"] is not None


def test_a_number_that_two_told_is_not_ended_by_one(time: Clock) -> None:
    case = in_china()
    new = item("new_number", point="phone", value="+8613900139001")
    for _ in range(2):
        case.call("conversation", said=(new,))
    take_back(case)
    assert [row["valid_until"] for row in rows(contact_point)] == [None, None]


def test_a_number_that_was_entered_anew_is_not_opened_twice(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("wrong_number"),))
    make_point(case.person, "+8613800138000")
    take_back(case)
    assert [row["valid_until"] is None for row in rows(contact_point)] == [False, True]


def test_a_new_number_nobody_named_is_ended(time: Clock) -> None:
    case = in_china()
    new = item("new_number", point="phone", value="+8613900139001", place="mobile")
    case.call("conversation", said=(new,))
    take_back(case)
    assert [row["valid_until"] is None for row in rows(contact_point)] == [True, False]


@pytest.mark.both
def test_of_two_calls_back_and_two_numbers_each_takes_its_own(time: Clock) -> None:
    case = in_china()
    one, other = (time.now + timedelta(days=days) for days in (1, 2))
    numbers = ("+8613900139001", "+8613900139002")
    told = [item("callback", at=at.isoformat(), words="Then") for at in (one, other)]
    told += [item("new_number", point="phone", value=value) for value in numbers]
    case.call("conversation", said=tuple(told))
    take_back(case, 1)
    take_back(case, 2)
    assert [row["revoked_at"] is None for row in rows(consent)] == [True, False]
    assert [row["valid_until"] is None for row in rows(contact_point)] == [True, False, True]


def test_of_two_wishes_for_one_time_the_other_still_stands(time: Clock) -> None:
    case = in_china()
    at = (time.now + timedelta(days=1)).isoformat()
    case.call("conversation", said=(item("callback", at=at), item("callback", at=at)))
    take_back(case, 1)
    assert [row["revoked_at"] for row in rows(consent)] == [None, None]


def test_a_number_that_a_reference_told_of_the_borrower_is_ended(time: Clock) -> None:
    case = in_china()
    friend = make_person("Qian Hao", case.collector)
    make_party(case.loan, friend, "contact_person")
    new = item("new_number", point="phone", value="+8613900139001", place="mobile")
    told = {"person_id": friend, "contact_point_id": None, "loan_ids": (case.loan,)}
    case.rang_us(started_at=time.now, said=(new,), **told)
    added = rows(contact_point)[-1]
    assert (added["person_id"], added["valid_until"]) == (case.person, None)
    take_back(case)
    assert rows(contact_point)[-1]["valid_until"] is not None


def test_it_is_taken_back_once_and_by_the_address_of_its_record(time: Clock) -> None:
    case = in_china()
    case.call("conversation", said=(item("refusal"),))
    one = rows(said)[0]
    for wrong in (WithdrawSaid(one["id"], new_id()), WithdrawSaid(new_id(), one["contact_id"])):
        with pytest.raises(Missing):
            perform(wrong, case.collector)
    take_back(case)
    with pytest.raises(Refusal) as no:
        take_back(case)
    assert no.value.verdict.rule == "said.withdrawn"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in ("somebody_else",)])
def test_whatever_was_said_leaves_nothing_behind(time: Clock, kind: str) -> None:
    case = in_china()
    fields: dict[str, dict[str, Any]] = {
        "promise": {"amount": 100, "currency": "CNY", "due_on": "2026-12-01"},
        "callback": {"at": (time.now + timedelta(days=1)).isoformat()},
        "new_number": {"point": "phone", "value": "+8613900139001", "place": "mobile"},
        "inconvenient_time": {"from": "09:00", "to": "17:00"},
    }
    case.call("effective_conversation", said=(item(kind, **fields.get(kind, {})),))
    take_back(case)
    assert in_force() == []
    assert all(row["revoked_at"] for row in rows(consent))
    assert next(row["valid_until"] for row in rows(contact_point)) is None


def test_on_the_page_and_by_a_program(
    time: Clock, browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    case = in_china()
    record = case.call("conversation", said=(item("dispute"), item("hardship")))["id"]
    first, second = rows(said)
    someone = browser(actor=case.collector)
    page = someone.get(f"/contacts/{record}")
    assert page.text.count("Not said: take it back") == 2
    address = f"/contacts/{record}/said/{first['id']}/withdrawal"
    assert someone.post(address).headers["Location"] == f"/contacts/{record}"
    done = someone.get(f"/contacts/{record}")
    assert "It is taken back, and what it made is undone." in done.text
    assert "<del>" in done.text
    assert done.text.count("Not said: take it back") == 1
    time.forward(minutes=5)
    someone.post(f"/contacts/{record}/said/{second['id']}/withdrawal")
    assert "second person" in someone.get(f"/contacts/{record}").text
    told = program(Role.COMPLIANCE_OFFICER).get(f"/contacts/{record}").json["said"]
    assert [one["withdrawn_at"] is not None for one in told] == [True, False]
