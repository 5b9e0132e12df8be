"""Absences: by whose clock, by whom they are set, and that no two overlap."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.reader import Reader
from crm.identity.actions.absences import EndAbsence, SetAbsence
from crm.identity.models import absence, account
from crm.identity.queries.absences import Absences, away
from crm.identity.roles import Role
from crm.identity.rules import absence_fault, is_away
from crm.storage.database import database
from tests.borrowers.desk import do, entries, open_desk, rows
from tests.factories import make_account, make_team

EVENING = datetime(2026, 11, 3, 20, tzinfo=UTC)  # the 4th in Shanghai, the 3rd in New York
THIRD, FOURTH, FIFTH = (date(2026, 11, day) for day in (3, 4, 5))


@pytest.fixture(autouse=True)
def _in_the_evening() -> Iterator[None]:
    with time_machine.travel(EVENING, tick=False):
        yield


def gone(actor: Any, ago: int = 0) -> dict[Any, date]:
    with database().read() as connection:
        return away(Reader(connection, actor), account.c.id == actor.id, ago)


@pytest.mark.parametrize(
    ("begins", "ends", "field"),
    [
        (FOURTH, FOURTH, None),
        (THIRD, FIFTH, None),
        (FIFTH, FOURTH, "ends_on"),
        (THIRD - timedelta(days=9), THIRD, "ends_on"),
        (FOURTH, FOURTH + timedelta(days=365), None),
        (FOURTH, FOURTH + timedelta(days=366), "ends_on"),
    ],
)
def test_which_days_can_be_set(begins: date, ends: date, field: str | None) -> None:
    fault = absence_fault(begins, ends, FOURTH)
    assert (fault and fault[0]) == field


@pytest.mark.parametrize(
    ("day", "back_on", "is_gone"),
    [
        (THIRD, None, False),
        (FOURTH, None, True),
        (FIFTH, None, True),
        (FIFTH + timedelta(days=1), None, False),
        (FOURTH, FIFTH, True),
        (FIFTH, FIFTH, False),
        (FOURTH, FOURTH, False),
    ],
)
def test_which_days_an_absence_covers(day: date, back_on: date | None, is_gone: bool) -> None:
    assert is_away(FOURTH, FIFTH, back_on, day) is is_gone


@pytest.mark.both
def test_the_day_is_that_of_the_accounts_own_clock(house: Any) -> None:
    team = make_team()
    east = make_account(team_id=team, zone="Asia/Shanghai")
    west = make_account(team_id=team, zone="America/New_York")
    for one in (east, west):
        do(SetAbsence(FOURTH, FOURTH), one)
    assert gone(east) == {east.id: FOURTH}
    assert gone(west) == {}
    assert gone(east, 1) == {}
    with pytest.raises(Invalid):
        do(SetAbsence(THIRD, THIRD), east)  # over there
    do(SetAbsence(THIRD, THIRD), west)
    assert gone(west) == {west.id: THIRD}
    with time_machine.travel(EVENING + timedelta(days=1), tick=False):
        assert gone(east) == {}
        assert gone(east, 1) == {east.id: FOURTH}
        assert gone(west) == {west.id: FOURTH}


@pytest.mark.both
def test_no_two_overlap_and_one_that_ended_makes_room(house: Any) -> None:
    desk = open_desk()
    first = do(SetAbsence(FOURTH, FIFTH, desk.ann.id), desk.leader)
    for days in ((FOURTH, FOURTH), (FIFTH, FIFTH + timedelta(days=3)), (THIRD, FOURTH)):
        with pytest.raises(Invalid):
            do(SetAbsence(*days, desk.ann.id), desk.leader)
    do(EndAbsence(first["id"]), desk.ann)
    with pytest.raises(Refusal) as no:
        do(EndAbsence(first["id"]), desk.leader)
    assert no.value.rule == "absence.ended"
    do(SetAbsence(FOURTH, FIFTH), desk.ann)
    assert len(rows(absence, account_id=desk.ann.id)) == 2
    assert len(entries("identity.absence.set", "done")) == 2


def test_oneself_and_ones_own_team_and_nobody_else(house: Any) -> None:
    desk = open_desk()
    set_by_ann = do(SetAbsence(FOURTH, FOURTH), desk.ann)
    for actor, about in ((desk.ben, desk.ann), (desk.leader, desk.cai)):
        with pytest.raises(Missing):
            do(SetAbsence(FIFTH, FIFTH, about.id), actor)
    with pytest.raises(Missing):
        do(EndAbsence(set_by_ann["id"]), desk.ben)
    with pytest.raises(Refusal):
        do(SetAbsence(FOURTH, FOURTH, desk.ann.id), make_account(Role.ADMIN))
    assert [one["account_id"] for one in answer(Absences(), desk.leader)["items"]] == [desk.ann.id]
    assert answer(Absences(), desk.ben)["items"] == []
    assert answer(Absences(), desk.cai)["items"] == []


def test_pages_and_programs(house: Any, browser: Any, program: Any) -> None:
    desk = open_desk()
    leader = program(Role.TEAM_LEADER, actor=desk.leader)
    body = {"begins_on": "2026-11-03", "ends_on": "2026-11-05", "account_id": str(desk.ann.id)}
    made = leader.post("/absences", body)
    assert made.status_code == 201
    assert leader.post("/absences", body).status_code == 422
    (item,) = leader.get("/absences").json["items"]
    assert (item["state"], item["ends_on"]) == ("now", "2026-11-05")
    page = browser(Role.COLLECTOR, actor=desk.ann)
    assert "2026" in page.get("/absences").text
    assert f"/absences/{item['id']}/end" in page.get("/absences").text
    assert page.post(f"/absences/{item['id']}/end").status_code == 303
    (item,) = leader.get("/absences").json["items"]
    assert item["state"] == "over"
    wrong = page.post("/absences", page="/absences", begins_on="2026-13-01", ends_on="x")
    assert wrong.status_code == 422
    assert page.post("/absences", begins_on="2026-11-04", ends_on="2026-11-04").status_code == 303
