"""The team leader's day: what it counts, whose it is, and in how many statements."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from crm.contacts.actions.closing import ClosePermit
from crm.contacts.actions.said import Said
from crm.gate.answer import answer
from crm.gate.errors import Refusal
from crm.identity.actions.absences import SetAbsence
from crm.identity.models import account
from crm.identity.roles import Role
from crm.worklists.queries.team import TeamDay
from tests.borrowers.desk import Desk, do, entries, open_desk
from tests.contacts.scene import Scene, in_china
from tests.factories import make_account, make_evidence, make_person, make_point
from tests.touching import touch

TEN = datetime(2026, 11, 25, 2, tzinfo=UTC)  # in the morning in Shanghai
NUMBERS = iter(range(10**6, 10**7))


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(TEN, tick=False) as now:
        yield now


@pytest.fixture
def desk(house: Any) -> Desk:
    """Two teams."""
    return open_desk()


def borrower(collector: Any) -> Scene:
    """Make somebody in Shanghai whom a collector has."""
    return in_china(collector, number=f"+86138{next(NUMBERS):08d}")


def day(actor: Any) -> Any:
    return answer(TeamDay(), actor)


def row(found: Any, actor: Any) -> Any:
    (one,) = [one for one in found["collectors"] if one["id"] == actor.id]
    return one


@pytest.mark.both
def test_each_colleague_with_what_is_his(desk: Desk) -> None:
    first, second = borrower(desk.ann), borrower(desk.ann)
    first.call()
    left_open = second.ask()["id"]
    second.start(left_open)
    do(SetAbsence(date(2026, 11, 25), date(2026, 11, 27), desk.ben.id), desk.leader)
    found = day(desk.leader)
    ann, ben = row(found, desk.ann), row(found, desk.ben)
    assert (ann["cases"], ann["done"], ann["unlogged"]) == (3, 1, 1)
    assert ann["now"] == 1, "one waits for its record, and one has no loan"
    assert (ben["cases"], ben["away_until"]) == (1, date(2026, 11, 27))
    assert found["absent"] == {"now": 1, "before": 0}
    (late,) = found["unlogged"]
    assert (late["id"], late["reserved_by"]) == (left_open, desk.ann.id)
    do(ClosePermit(left_open, "outcome_unknown"), desk.leader)
    assert day(desk.leader)["unlogged"] == []


def test_ones_own_team_and_whom_nobody_has(desk: Desk) -> None:
    borrower(desk.cai)
    stray = make_person("Stray")
    mine, theirs = day(desk.leader), day(make_account(Role.SUPERVISOR, team_id=desk.cai.team_id))
    assert {one["id"] for one in mine["collectors"]} == {desk.ann.id, desk.ben.id, desk.leader.id}
    assert {one["id"] for one in theirs["collectors"]} == {desk.cai.id}
    assert (mine["nobodys"], theirs["nobodys"]) == (1, 1)
    assert mine["stopped"]["total"] == 0
    assert theirs["stopped"]["counts"]["now"] == 1
    assert str(stray) not in repr(entries("worklists.team.viewed"))
    for role in (Role.COLLECTOR, Role.COMPLIANCE_OFFICER, Role.ADMIN, Role.AUDITOR):
        with pytest.raises(Refusal):
            day(make_account(role, team_id=desk.team))


def test_people_of_whoever_left_are_not_lost(desk: Desk) -> None:
    touch(account, {"id": desk.ben.id, "active": False})
    touch(account, {"id": desk.ann.id, "role": Role.QUALITY_REVIEWER})
    found = day(desk.leader)
    assert found["stranded"] == 2
    assert [one["id"] for one in found["collectors"]] == [desk.leader.id]


def test_calls_back_due_today_and_which_were_made(desk: Desk, clock: Any) -> None:
    now, tomorrow = borrower(desk.ann), borrower(desk.ben)
    for scene, at in ((now, TEN + timedelta(hours=2)), (tomorrow, TEN + timedelta(days=1))):
        said = (Said("callback", fields={"at": at.isoformat()}),)
        scene.rang_us(said=said, started_at=TEN)
    found = day(desk.leader)["callbacks"]
    assert (found["now"], found["before"]) == (1, 0)
    (due,) = found["items"]
    assert (due["person_id"], due["made"]) == (now.person, False)
    assert row(day(desk.leader), desk.ann)["callbacks"] == 1
    clock.shift(timedelta(hours=2))
    now.call()
    (due,) = day(desk.leader)["callbacks"]["items"]
    assert due["made"] is True
    assert row(day(desk.leader), desk.ann)["callbacks"] == 0
    clock.shift(timedelta(days=1))
    found = day(desk.leader)["callbacks"]
    assert ([one["person_id"] for one in found["items"]], found["before"]) == ([tomorrow.person], 1)


def test_reservations_of_whoever_is_away_are_shown(desk: Desk) -> None:
    scene = borrower(desk.ann)
    kept = scene.ask()["id"]
    assert day(desk.leader)["reserved"] == []
    do(SetAbsence(date(2026, 11, 25), date(2026, 11, 25)), desk.ann)
    (one,) = day(desk.leader)["reserved"]
    assert (one["id"], one["person_id"]) == (kept, scene.person)


@pytest.mark.both
def test_refusals_stand_at_their_hour_by_the_readers_clock(desk: Desk, clock: Any) -> None:
    scene = borrower(desk.ann)
    for _ in range(2):
        clock.move_to(TEN.replace(day=24, hour=16))  # midnight in Shanghai
        scene.refused()
    clock.move_to(TEN.replace(hour=1))
    touch(account, {"id": desk.leader.id, "zone": "Asia/Shanghai"})
    found = day(make_account(Role.SUPERVISOR, team_id=desk.team, zone="Asia/Shanghai"))["refusals"]
    assert (found["total"], found["before"], found["hours"][0]) == (2, 0, 2)
    in_utc = day(desk.leader)["refusals"]
    assert (in_utc["total"], in_utc["before"]) == (0, 0)
    clock.move_to(TEN.replace(hour=17))
    in_utc = day(desk.leader)["refusals"]
    assert (in_utc["total"], in_utc["before"]) == (0, 2)


@pytest.mark.both
def test_statements_do_not_grow_with_the_team(desk: Desk, statements: Any) -> None:
    borrower(desk.ann).call()
    with statements() as few:
        day(desk.leader)
    for _ in range(4):
        colleague = make_account(team_id=desk.team)
        scene = borrower(colleague)
        scene.call()
        make_point(make_person(collector=colleague), "+8613900000000")
    with statements() as many:
        day(desk.leader)
    assert many.total == few.total


def test_the_first_page_of_whoever_leads(desk: Desk, browser: Any, program: Any) -> None:
    leader = browser(Role.TEAM_LEADER, actor=desk.leader)
    assert leader.get("/").headers["Location"] == "/team"
    assert browser(Role.COLLECTOR, actor=desk.ann).get("/").headers["Location"] == "/work"
    scene = borrower(desk.ann)
    scene.start(scene.ask()["id"])
    shown = leader.get("/team").text
    assert (
        shown.count('class="tile') - shown.count('class="tiles') - shown.count("tile-figure") <= 6
    )
    assert "/team/rebalance?of=" in shown
    answered = program(Role.TEAM_LEADER, actor=desk.leader).get("/team").json
    assert len(answered["refusals"]["hours"]) == 24
    assert answered["unlogged"][0]["person_id"] == str(scene.person)
    assert browser(Role.COLLECTOR, actor=desk.ann).get("/team").status_code == 403


def test_sharing_out_on_the_page_and_by_program(desk: Desk, browser: Any, program: Any) -> None:
    make_evidence(desk.anns)
    leader = browser(Role.TEAM_LEADER, actor=desk.leader)
    address = f"/team/rebalance?of={desk.ann.id}&to={desk.ben.id}"
    shown = leader.get(address).text
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    values = {"of": str(desk.ann.id), "to": str(desk.ben.id), "count": "500"}
    bare = leader.post("/team/rebalance", page=address, seen=seen, **values)
    assert bare.status_code == 422
    other = leader.post("/team/rebalance", page=address, seen="x", reason="Ill", **values)
    assert other.status_code == 409
    sent = leader.post("/team/rebalance", page=address, seen=seen, reason="Ill", **values)
    assert sent.status_code == 303
    assert leader.get(sent.headers["Location"]).status_code == 200
    by_program = program(Role.TEAM_LEADER, actor=desk.leader)
    looked = by_program.get("/team/rebalance", of=str(desk.ben.id)).json
    body = {"of": str(desk.ben.id), "reason": "Too many", "seen": looked["seen"]}
    made = by_program.post("/team/rebalance", body)
    assert made.status_code == 201
    told = by_program.get(f"/team/rebalance/{made.json['id']}").json
    assert (told["people"], told["moved"], told["reason"]) == (1, 0, "Too many")
    assert by_program.post(f"/team/rebalance/{made.json['id']}/undo").status_code == 409
    for wrong in ("everybody", "", "00000000"):
        assert by_program.post("/team/rebalance", body | {"of": wrong}).status_code == 422
