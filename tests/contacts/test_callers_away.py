"""Callers who were turned away: by whom, why, and who may know whom."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.contacts.callers.actions import NameCaller
from crm.contacts.callers.away import CallersAway
from crm.contacts.callers.models import caller
from crm.contacts.callers.queries import ServeCaller
from crm.contacts.callers.rules import MOST_IN_VAIN
from crm.contacts.queries.console import Console
from crm.contacts.queries.takeouts import TAKEOUTS
from crm.contacts.queries.takeouts.questions import CallersForFile
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from tests.contacts.conftest import Clock
from tests.contacts.scene import rows
from tests.contacts.test_callers import known, looked_up, served, told
from tests.factories import make_account, make_team
from tests.visitors import Browser, Program

pytestmark = pytest.mark.usefixtures("house")
CARED_FOR = "+8613800138009"


def cared_for() -> Any:
    return known(
        collector=make_account(Role.HARDSHIP_SPECIALIST, team_id=make_team()), number=CARED_FOR
    )


def failing(actor: Actor) -> Any:
    """Look a caller up who does not know two things of the borrower."""
    call = looked_up(actor)
    assert not told(actor, call, "national_id", "9999")
    assert not told(actor, call, "email", "nobody@mail.example")
    return call


def in_vain(actor: Actor) -> None:
    """Look for nobody once more than one may."""
    for number in range(MOST_IN_VAIN):
        looked_up(actor, phone=f"+86138001390{number:02}")
    with pytest.raises(Refusal):
        looked_up(actor, phone="+8613800139099")


def listed(who: Actor, **given: Any) -> list[tuple[str, Any, Any]]:
    items = answer(CallersAway(**given), who)["items"]
    return [(one["why"], one["by"], one["person_id"]) for one in items]


@pytest.mark.both
def test_why_each_was_turned_away_newest_first(time: Clock) -> None:
    owed, careful = known(), cared_for()
    desk, other, third = (make_account(team_id=make_team()) for _ in range(3))
    served(third)
    looked_up(third, phone="+8613800138888")  # nobody: that happens
    failing(desk)
    time.forward(minutes=1)
    looked_up(desk, phone=CARED_FOR)
    time.forward(minutes=1)
    in_vain(other)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    assert listed(officer) == [
        ("limit", other.id, None),
        ("reserved", desk.id, careful.person),
        ("failed", desk.id, owed.person),
    ]
    assert listed(officer, why="failed") == [("failed", desk.id, owed.person)]
    assert listed(officer, by=other.id) == [("limit", other.id, None)]
    assert listed(officer, team=desk.team_id, why="reserved") == [
        ("reserved", desk.id, careful.person)
    ]
    found = answer(Console(), officer)["callers"]
    figures = [
        tuple(one[n] for n in ("by", "looks", "reserved", "failed", "limit")) for one in found
    ]
    assert figures == [(desk.id, 2, 1, 1, 0), (other.id, 1 + MOST_IN_VAIN, 0, 0, 1)]


def test_days_and_pages(time: Clock) -> None:
    cared_for()
    desk, officer = make_account(team_id=make_team()), make_account(Role.COMPLIANCE_OFFICER)
    for _ in range(3):
        for _ in range(18):
            looked_up(desk, phone=CARED_FOR)
        time.forward(minutes=61)
    today = time.now.date()
    assert listed(officer, until=today) == []
    first = answer(CallersAway(since=today), officer)
    assert (len(first["items"]), first["next"] is not None) == (50, True)
    at = first["items"][-1]
    rest = answer(CallersAway(before=[at["at"].isoformat(), str(at["id"])]), officer)
    assert (len(rest["items"]), rest["next"]) == (4, None)


def test_a_failed_check_is_kept_once_and_one_that_goes_on_not(time: Clock) -> None:
    known()
    desk = make_account(team_id=make_team())
    call = looked_up(desk)
    told(desk, call, "national_id", "9999")
    assert rows(caller)[0]["failed_at"] is None
    told(desk, call, "national_id", "8888")
    told(desk, call, "national_id", "7777")
    assert rows(caller)[0]["failed_at"] == time.now


@pytest.mark.parametrize(
    ("role", "in_team", "sees"),
    [
        (Role.COMPLIANCE_OFFICER, False, True),
        (Role.PRIVACY_OFFICER, False, True),
        (Role.AUDITOR, False, True),
        (Role.TEAM_LEADER, True, True),
        (Role.SUPERVISOR, True, True),
        (Role.TEAM_LEADER, False, False),
        (Role.COLLECTOR, True, None),
        (Role.ADMIN, False, None),
        (Role.MANAGEMENT, False, None),
        (Role.QUALITY_REVIEWER, False, None),
    ],
)
def test_who_sees_it(time: Clock, role: Role, in_team: bool, sees: bool | None) -> None:
    known()
    desk = make_account(team_id=make_team())
    failing(desk)
    who = make_account(role, team_id=desk.team_id if in_team else make_team())
    if sees is None:
        with pytest.raises(Refusal):
            listed(who)
        return
    assert [by for _, by, _ in listed(who)] == ([desk.id] if sees else [])
    if role in (Role.TEAM_LEADER, Role.SUPERVISOR):  # whose borrower it is, is not theirs to know
        assert all(person is None for _, _, person in listed(who))
        assert all(one["person"] is None for one in answer(CallersAway(), who)["items"])


def test_a_look_that_was_refused_is_no_call(time: Clock) -> None:
    desk = make_account(team_id=make_team())
    in_vain(desk)
    refused = rows(caller)[-1]
    assert (refused["outcome"], refused["candidates"], refused["person_id"]) == (
        "refused",
        [],
        None,
    )
    with pytest.raises(Missing):
        answer(ServeCaller(refused["id"]), desk)
    with pytest.raises(Missing):
        perform(NameCaller(refused["id"], Sealed.fresh("Zhao Lei")), desk)
    time.forward(minutes=60, seconds=1)
    looked_up(desk, phone="+8613800139099")  # the refused one did not make it longer


def test_from_the_console_to_the_list(
    time: Clock, browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    case = known()
    desk = make_account(team_id=make_team())
    failing(desk)
    officer = browser(Role.COMPLIANCE_OFFICER)
    address = f"/compliance/callers?by={desk.id}&amp;"
    assert address in officer.get("/compliance").text
    page = officer.get(f"/compliance/callers?by={desk.id}&why=failed").text
    assert f"/people/{case.person}" in page
    assert "The number that calls" in page
    assert "No caller was turned away" in officer.get("/compliance/callers?why=reserved").text
    asked = program(Role.COMPLIANCE_OFFICER)
    assert asked.get("/compliance/callers", why="bored").status_code == 422
    (item,) = asked.get("/compliance/callers").json["items"]
    assert (item["why"], item["kind"], item["by"]) == ("failed", "phone", str(desk.id))
    (row,) = asked.get("/compliance").json["callers"]
    assert (row["looks"], row["away"], row["failed"]) == (1, 1, 1)
    assert program(Role.COLLECTOR).get("/compliance/callers").status_code == 403


def test_it_is_taken_out_as_a_file(time: Clock, browser: Callable[..., Browser]) -> None:
    known()
    failing(make_account(team_id=make_team()))
    officer = browser(Role.COMPLIANCE_OFFICER)
    sent = officer.post("/lists/callers/exports", purpose="audit", reason="Yearly audit")
    assert sent.status_code == 303
    (item,) = answer(CallersForFile(), officer.actor)["items"]
    line = TAKEOUTS["callers"].line(item, ZoneInfo("Asia/Shanghai"))
    assert (line["why"], line["by"]) == ("Answers did not match", "The number that calls")
    assert line["at"].endswith("+08:00")


def test_nothing_but_one_value_is_asked_even_once_too_often(time: Clock) -> None:
    desk = make_account(team_id=make_team())
    in_vain(desk)
    with pytest.raises(Invalid):
        looked_up(desk, phone="+8613800139099", email="a@mail.example")
