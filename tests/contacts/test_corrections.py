"""Records corrected: moved in time or to another number they are judged anew."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.models import contact, decision, finding, said
from crm.contacts.rules.records import Counted, is_elsewhere, loosens
from crm.gate.actions import Approve
from crm.gate.errors import Invalid, Missing
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.scene import NOON_IN_CHINA, Scene, in_china, rows
from tests.factories import make_account, make_point
from tests.visitors import Browser

pytestmark = pytest.mark.usefixtures("house")
NOON = NOON_IN_CHINA
NIGHT = NOON - timedelta(hours=13)  # eleven in the evening before


def late(case: Scene, at: Any, outcome: str = "no_answer") -> Any:
    told = LogUnpermitted(
        case.person, case.point, "call", "outbound", outcome, at, reason="not_asked"
    )
    return perform(told, case.collector).result["id"]


@pytest.mark.parametrize(
    ("later", "other", "expected"),
    [(0, False, False), (1, False, True), (0, True, True), (-1, True, True)],
)
def test_what_is_elsewhere_is_given_back(later: int, other: bool, expected: bool) -> None:
    number = new_id()
    old = Counted("no_answer", frozenset("a"), NOON, number)
    new = Counted(
        "no_answer",
        frozenset("a"),
        NOON + timedelta(minutes=later),
        new_id() if other else number,
    )
    assert is_elsewhere(old, new) is expected
    assert loosens(old, new) is expected


@pytest.mark.both
def test_moved_into_the_night_it_turns_out_unlawful(time: Clock) -> None:
    case = in_china()
    first = late(case, NOON - timedelta(hours=1))
    perform(CorrectContact(first, started_at=NIGHT), case.collector)
    new = rows(contact)[-1]
    assert (new["mark"], new["started_at"]) == ("late_lawful", NIGHT)
    judged = {row["id"]: row for row in rows(decision)}[new["decision_id"]]
    assert (judged["allowed"], judged["at"]) == (False, NIGHT)
    found = rows(finding)[-1]
    assert (found["kind"], found["contact_id"]) == ("unlawful", new["id"])


def test_moved_out_of_the_night_by_two_people_it_is_lawful(time: Clock) -> None:
    case = in_china()
    first = late(case, NIGHT)
    time.forward(minutes=3)
    asked = perform(CorrectContact(first, started_at=NOON), case.collector)
    assert asked.waiting
    assert len(rows(decision)) == 1  # asking judges, and keeps nothing
    leader = make_account(Role.TEAM_LEADER, team_id=case.collector.team_id)
    perform(Approve(asked.waiting), leader)
    new = rows(contact)[-1]
    assert {row["id"]: row["allowed"] for row in rows(decision)}[new["decision_id"]] is True
    assert new["mark"] == "late_unlawful"  # why there was no permit is as it was
    assert len(rows(finding)) == 1  # what was opened is for compliance to close


def test_it_does_not_count_against_itself(time: Clock) -> None:
    case = in_china()
    for minutes in (50, 40):
        late(case, NOON - timedelta(minutes=minutes), "effective_conversation")
    third = late(case, NOON - timedelta(minutes=30), "effective_conversation")
    perform(CorrectContact(third, started_at=NOON - timedelta(minutes=20)), case.collector)
    new = rows(contact)[-1]
    assert {row["id"]: row["allowed"] for row in rows(decision)}[new["decision_id"]] is True


def test_another_number_of_the_person(time: Clock) -> None:
    case, other = in_china(), in_china(number="+8613800138001")
    work = make_point(case.person, "+8613800138002", place="work")
    first = late(case, NOON - timedelta(hours=1))
    for wrong in (other.point, new_id()):
        with pytest.raises((Invalid, Missing)):
            perform(CorrectContact(first, contact_point_id=wrong), case.collector)
    perform(CorrectContact(first, contact_point_id=work), case.collector)
    assert rows(contact)[-1]["contact_point_id"] == work
    under_permit = case.call()["id"]
    with pytest.raises(Invalid) as no:
        perform(CorrectContact(under_permit, contact_point_id=work), case.collector)
    assert list(no.value.fields) == ["contact_point_id"]


def test_a_page_shows_what_each_correction_changed(
    browser: Callable[..., Browser], time: Clock
) -> None:
    case = in_china()
    first = late(case, NOON - timedelta(hours=1))
    desk = browser(actor=case.collector)
    shown = desk.get(f"/contacts/{first}").text
    assert "From the first record" not in shown
    address = f"/contacts/{first}/corrections"
    page = {"page": f"/contacts/{first}", "zone": "Asia/Shanghai"}
    assert desk.post(address, **page).status_code == 422
    told = {"outcome": "RPC-N", "started_at": "2026-11-25T10:30", "ended_at": "2026-11-25T10:34"}
    promise = {
        "promise_amount": "500.00",
        "promise_currency": "CNY",
        "promise_due_on": "2026-12-01",
    }
    done = desk.post(address, **page, **told, **promise, note="在外地")
    assert done.status_code == 303, done.text
    new = rows(contact)[-1]
    assert new["started_at"] == NOON - timedelta(minutes=90)
    assert [row["kind"] for row in rows(said)] == ["promise"]
    for record in (first, new["id"]):
        text = desk.get(f"/contacts/{record}").text
        assert "<del>No answer</del> → <ins>" in text
        assert "在外地" in text
    assert browser().get(f"/contacts/{first}").status_code == 303
