"""What is said in a call that came in: shown as far as who calls is known, kept where ticked."""

from datetime import UTC
from typing import Any
from uuid import UUID

import pytest

from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.models import script_tick
from crm.contacts.queries.desk import NewContact
from crm.contacts.rules.script import Tick
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.perform import perform
from tests.contacts.conftest import Clock
from tests.contacts.scene import Scene, in_china, in_new_york, rows
from tests.contacts.test_verifying import answered, known
from tests.factories import make_person
from tests.visitors import Browser, Program

pytestmark = pytest.mark.usefixtures("house")


def shown(case: Scene) -> list[str]:
    return [line.id for line in answer(NewContact(case.person), case.collector)["script"]]


def kept(contact_id: UUID) -> dict[str, bool]:
    its = rows(script_tick, script_tick.c.contact_id == contact_id)
    return {row["line"]: row["said"] for row in its}


@pytest.mark.both
def test_what_is_said_of_the_debt_is_shown_once_it_is_proven_who_calls(time: Clock) -> None:
    case = known()
    assert shown(case) == ["opening", "recorded"]
    call = case.served()
    answered(case, "birthday", "03-07", caller_id=call)
    answered(case, "national_id", "4514", caller_id=call)
    assert shown(case) == ["opening", "recorded", "rights"]
    time.forward(minutes=31)
    assert shown(case) == ["opening", "recorded"]


def test_the_lines_are_those_of_the_place_and_of_whose_collector_one_is(time: Clock) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    case.prove(caller_id=case.served())
    assert "debt_collector" in shown(case)


def test_of_whom_nothing_is_owed_there_are_no_lines(time: Clock) -> None:
    case = in_china()
    nobody = Scene(case.collector, make_person("Nobody's", case.collector), case.point, case.loan)
    assert shown(nobody) == []


@pytest.mark.both
def test_what_was_ticked_is_kept_and_stays_with_a_correction(time: Clock) -> None:
    case = in_china()
    ticks = (Tick("recorded", 1), Tick("debt_collector", 1))  # the second is none of this place
    record = case.rang_us(started_at=time.now, script=ticks)["id"]
    assert kept(record) == {"recorded": True}
    newest = perform(CorrectContact(record, emotion="calm"), case.collector).result["id"]
    assert kept(newest) == {"recorded": True}
    assert kept(case.rang_us(started_at=time.now)["id"]) == {}


@pytest.mark.parametrize("tick", [Tick("made_up", 1), Tick("opening", 99)])
def test_a_line_that_does_not_exist_is_named(time: Clock, tick: Tick) -> None:
    with pytest.raises(Invalid) as fault:
        in_china().rang_us(started_at=time.now, script=(tick,))
    assert list(fault.value.fields) == ["script"]


def test_by_page_and_by_program(time: Clock, app: Any) -> None:
    case = in_china()
    page = Browser(app, actor=case.collector)
    assert "What to say, and tick" in page.get(f"/people/{case.person}/contacts/new").text
    form = {
        "direction": "inbound",
        "channel": "call",
        "started_at": f"{time.now.astimezone(UTC):%Y-%m-%dT%H:%M}",
        "zone": "UTC",
        "outcome": "INC",
        "script": "recorded:1",
    }
    assert page.post(f"/people/{case.person}/contacts", **form).status_code == 303
    told = Program(app, actor=case.collector).post(
        "/contacts",
        {
            "person_id": str(case.person),
            "channel": "call",
            "direction": "inbound",
            "outcome": "inbound_conversation",
            "started_at": time.now.isoformat(),
            "script": [{"line": "opening", "version": 1}],
        },
    )
    assert told.status_code == 201, told.json
    assert [row["line"] for row in rows(script_tick)] == ["recorded", "opening"]
