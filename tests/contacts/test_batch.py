"""Many permits at once: in order, each counting for those after it."""

from uuid import uuid4

import pytest

from crm.contacts.actions.batch import RequestPermits, Wanted
from crm.contacts.actions.starting import StartPermit
from crm.contacts.models import decision, permit
from crm.gate.errors import Invalid, Refusal
from crm.gate.perform import perform
from tests.contacts.scene import in_china, rows

pytestmark = pytest.mark.both


def ask(case, *wanted: Wanted, key=None, every=False):
    return perform(RequestPermits(wanted, every), case.collector, key).result["items"]


def call(case) -> Wanted:
    return Wanted(case.person, case.point, "call")


def test_each_item_counts_for_those_after_it(house, time) -> None:
    case = in_china()
    other = in_china(case.collector, number="+8613800138001")
    answers = ask(case, call(case), call(other), call(case))
    assert [answer["status"] for answer in answers] == ["reserved", "reserved", "refused"]
    assert answers[2]["decision"]["reasons"][0]["rule"] == "HOUSE.permit.open"
    assert len(rows(permit)) == 2
    assert len(rows(decision)) == 3
    perform(StartPermit(answers[0]["id"]), case.collector)


def test_what_cannot_be_asked_does_not_stop_the_others(house, time) -> None:
    case, stranger = in_china(), in_china(number="+8613800138001")
    answers = ask(
        case,
        Wanted(case.person, case.point, "email"),
        call(stranger),
        Wanted(uuid4(), case.point, "call"),
        Wanted(case.person, case.point, "call", at=time.now.replace(hour=13)),
        call(case),
    )
    assert [answer["status"] for answer in answers] == [
        "invalid",
        "missing",
        "missing",
        "invalid",
        "reserved",
    ]
    assert list(answers[0]["fields"]) == ["channel"]


def test_all_or_none(house, time) -> None:
    case = in_china()
    with pytest.raises(Refusal) as no:
        ask(case, call(case), call(case), every=True)
    assert [item["status"] for item in no.value.verdict.data["items"]] == ["reserved", "refused"]
    assert not rows(permit)
    assert [row["allowed"] for row in rows(decision)] == [False]
    assert ask(case, call(case), every=True)[0]["status"] == "reserved"


def test_a_repeated_batch_gets_the_same_answers(house, time) -> None:
    case, stranger = in_china(), in_china(number="+8613800138001")
    wrong = Wanted(case.person, case.point, "email")
    wanted = (call(case), call(stranger), call(case), wrong)
    first = ask(case, *wanted, key="once")
    assert ask(case, *wanted, key="once") == first
    assert len(rows(permit)) == 1


def test_a_batch_has_one_to_five_hundred_items(house, time) -> None:
    case = in_china()
    for wrong in ((), (call(case),) * 501):
        with pytest.raises(Invalid):
            ask(case, *wrong)
