"""A proven person hands the telephone over: sums shut again, his word stays his."""

from typing import Any
from uuid import UUID

import pytest

from crm.contacts.actions.calling import SaySomebodyElse
from crm.contacts.models import said, script_tick
from crm.contacts.queries.call_backs import CallBackCheck
from crm.contacts.queries.corrections import ContactPage
from crm.contacts.queries.desk import PermitPage
from crm.contacts.schemas.said import SHAPES, said_of
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, rows
from tests.contacts.test_verifying import answered, called, known
from tests.visitors import Browser

pytestmark = pytest.mark.usefixtures("house")

PROMISE = {"amount": 70_000, "currency": "CNY", "due_on": "2026-12-01"}


def proven(case: Scene, permit: UUID) -> None:
    answered(case, "birthday", "03-07", permit_id=permit)
    answered(case, "national_id", "4514", permit_id=permit)


def promised(case: Scene, permit: UUID, **more: Any) -> Any:
    item = said_of("promise", SHAPES["promise"]().load(PROMISE))
    return case.log(permit, "effective_conversation", said=(item,), **more)


@pytest.mark.both
def test_what_he_promised_before_stays_his(time: Clock) -> None:
    case = known()
    permit = called(case)
    proven(case, permit)
    time.forward(seconds=30)
    perform(SaySomebodyElse(permit), case.collector)
    page = answer(PermitPage(permit), case.collector)
    assert not page["owed"].verdict  # shut again
    assert page["permit"]["checks"]["handed_over"]
    ahead = answer(
        CallBackCheck(case.person, "tomorrow 10:00", "Asia/Shanghai", case.point, permit),
        case.collector,
    )
    assert not ahead["unproven"]
    record = promised(case, permit)["id"]
    assert [row["kind"] for row in rows(said)] == ["promise"]
    speaking = answer(ContactPage(record), case.collector)["speaking"]
    assert (speaking["speaker"], speaking["handed_over"]) == ("other", True)


@pytest.mark.parametrize("answers", [(), (("birthday", "03-07"),)])
def test_who_was_not_proven_hands_nothing_over(time: Clock, answers: Any) -> None:
    case = known()
    permit = called(case)
    for item, value in answers:
        answered(case, item, value, permit_id=permit)
    time.forward(seconds=30)
    perform(SaySomebodyElse(permit), case.collector)
    assert not answer(PermitPage(permit), case.collector)["permit"]["checks"]["handed_over"]
    with pytest.raises(Invalid):
        promised(case, permit)


def test_an_answer_of_the_other_proves_nothing_of_before(time: Clock) -> None:
    case = known()
    permit = called(case)
    answered(case, "birthday", "03-07", permit_id=permit)
    time.forward(seconds=30)
    perform(SaySomebodyElse(permit), case.collector)
    time.forward(seconds=30)
    answered(case, "national_id", "4514", permit_id=permit)
    with pytest.raises(Invalid):
        promised(case, permit)


def test_the_lines_about_the_debt_are_still_asked_for(time: Clock) -> None:
    case = known()
    permit = called(case)
    proven(case, permit)
    time.forward(seconds=30)
    perform(SaySomebodyElse(permit), case.collector)
    promised(case, permit, script=(), script_unsaid=True)
    assert {"rights", "opening"} <= {row["line"] for row in rows(script_tick)}


def test_the_desk_offers_it_and_keeps_his_promise_open(time: Clock, app: Any) -> None:
    case = known()
    permit = called(case)
    proven(case, permit)
    page = Browser(app, actor=case.collector)
    assert "Somebody else took the call" in page.get(f"/permits/{permit}").text
    time.forward(seconds=30)
    page.post(f"/permits/{permit}/other")
    shown = page.get(f"/permits/{permit}").text
    assert "What is owed is closed again." in shown
    assert 'data-said="promise"' in shown
    assert "3,400" not in shown
    assert f'action="/permits/{permit}/other"' in shown
    assert 'form="other"' not in shown  # said once


def test_within_the_same_instant_he_was_proven_first(time: Clock) -> None:
    case = known()
    permit = called(case)
    proven(case, permit)
    perform(SaySomebodyElse(permit), case.collector)
    assert answer(PermitPage(permit), case.collector)["permit"]["checks"]["handed_over"]
