"""People shared out anew: looked at, done by the worker, undone, and never lost on the way."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from crm.borrowers.actions.people import AssignPeople
from crm.borrowers.models import person
from crm.gate.actions import CancelJob
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.actions.absences import EndAbsence, SetAbsence
from crm.identity.actor import Actor
from crm.identity.models import absence, account
from crm.identity.roles import Role
from crm.loans.handing_out import HandOut
from crm.storage.ids import new_id
from crm.worklists.actions import moving
from crm.worklists.actions.sharing import ShareOut, UndoShareOut
from crm.worklists.models import sharing_move
from crm.worklists.queries.rebalance import Rebalance
from crm.worklists.queries.sharings import OneSharing
from tests.borrowers.desk import Desk, do, entries, one, open_desk, rows, text
from tests.factories import make_account, make_loan, make_person, make_team
from tests.touching import erase, touch

TEN = datetime(2026, 11, 3, 2, tzinfo=UTC)
TODAY = date(2026, 11, 3)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(TEN, tick=False) as now:
        yield now


@pytest.fixture
def desk(house: Any) -> Desk:
    """Two teams; Ann of the first is away today and has five people more."""
    found = open_desk()
    for days in (90, 60, 30, 10, 200):
        make_loan(make_person(f"Late {days}", found.ann), days_past_due=days, bucket="M2")
    do(SetAbsence(TODAY, TODAY, found.ann.id), found.leader)
    return found


def share(actor: Actor, of: str = "absent", **given: Any) -> UUID:
    """Look, and have it done as looked at."""
    seen = answer(Rebalance(of=of, **given), actor)["seen"]
    done = do(ShareOut(of=of, reason=text("Ann is ill"), seen=seen, **given), actor)
    return UUID(str(done["id"]))


def work() -> None:
    """Let the worker do all that waits."""
    while run_next(new_id()):
        pass


def whose(person_id: UUID) -> UUID | None:
    return one(person, id=person_id).collector_id  # type: ignore[no-any-return]


def anns(desk: Desk) -> list[UUID]:
    return [row.id for row in rows(person, collector_id=desk.ann.id)]


@pytest.mark.both
def test_an_absent_colleagues_people_go_to_those_who_are_there(desk: Desk) -> None:
    before = anns(desk)
    looked = answer(Rebalance(of="absent"), desk.leader)
    assert looked["counts"] == {"absent": 6, "nobody": 0, "gone": 0}
    assert [item["days_past_due"] for item in looked["items"]] == [200, 90, 60, 30, 10, None]
    takers = {one["id"]: one["gets"] for one in looked["takers"]}
    assert set(takers) == {desk.ben.id, desk.leader.id}
    assert sum(takers.values()) == 6
    assert anns(desk) == before, "looking changes nothing"
    sharing = share(desk.leader)
    assert anns(desk) == before, "the worker has not begun"
    work()
    assert anns(desk) == []
    assert {whose(one) for one in before} == {desk.ben.id, desk.leader.id}
    told = answer(OneSharing(sharing), desk.leader)
    assert (told["people"], told["moved"], told["can_undo"]) == (6, 6, True)
    assert told["reason"].text == "Ann is ill"
    assert told["work"]["state"] == "done"
    moved = entries("worklists.people.moved", "done")
    assert {entry.actor_id for entry in moved} == {desk.leader.id}


@pytest.mark.both
def test_undo_takes_back_only_whom_nobody_moved_since(desk: Desk) -> None:
    before = anns(desk)
    sharing = share(desk.leader)
    work()
    elsewhere, gone = before[0], before[1]
    other = desk.leader if whose(elsewhere) == desk.ben.id else desk.ben
    do(AssignPeople((elsewhere,), collector_id=other.id), desk.supervisor)
    erase(gone)
    do(UndoShareOut(sharing), desk.supervisor)
    work()
    assert set(anns(desk)) == set(before[2:])
    assert whose(elsewhere) == other.id
    told = answer(OneSharing(sharing), desk.leader)
    assert (told["returned"], told["whys"]) == (4, {"gone": 1, "moved": 1})
    assert told["can_undo"] is False
    with pytest.raises(Refusal) as no:
        do(UndoShareOut(sharing), desk.leader)
    assert no.value.rule == "sharing.nothing"


def test_who_was_shared_out_once_more_is_not_taken_back(desk: Desk, clock: Any) -> None:
    first = share(desk.leader, to=(desk.ben.id,))
    work()
    clock.shift(timedelta(seconds=1))
    second = share(desk.leader, of=str(desk.ben.id), to=(desk.leader.id,))
    work()
    clock.shift(timedelta(seconds=1))
    third = share(desk.leader, of=str(desk.leader.id), to=(desk.ben.id,))
    work()
    do(UndoShareOut(first), desk.leader)
    work()
    assert anns(desk) == []
    assert answer(OneSharing(first), desk.leader)["whys"] == {"moved": 6}
    assert answer(OneSharing(third), desk.leader)["can_undo"] is True
    assert answer(OneSharing(second), desk.leader)["moved"] == 7


def test_ten_minutes(desk: Desk, clock: Any) -> None:
    sharing = share(desk.leader)
    with pytest.raises(Refusal) as no:
        do(UndoShareOut(sharing), desk.leader)
    assert no.value.rule == "sharing.running"
    work()
    clock.shift(timedelta(minutes=10, seconds=1))
    assert answer(OneSharing(sharing), desk.leader)["can_undo"] is False
    with pytest.raises(Refusal) as no:
        do(UndoShareOut(sharing), desk.leader)
    assert no.value.rule == "sharing.late"


@pytest.mark.both
def test_two_leaders_at_once_move_each_person_once(desk: Desk) -> None:
    looked = [answer(Rebalance(of="absent"), who)["seen"] for who in (desk.leader, desk.supervisor)]
    first, second = (
        do(ShareOut(of="absent", reason=text("away"), seen=seen), who)["id"]
        for seen, who in zip(looked, (desk.leader, desk.supervisor), strict=True)
    )
    work()
    told = [answer(OneSharing(one), desk.leader) for one in (first, second)]
    assert sorted((one["moved"], one["whys"].get("moved", 0)) for one in told) == [(0, 6), (6, 0)]
    assert rows(person, collector_id=None) == []


def test_another_plan_than_was_looked_at_is_refused(desk: Desk) -> None:
    seen = answer(Rebalance(of="absent"), desk.leader)["seen"]
    do(AssignPeople((anns(desk)[0],), collector_id=desk.ben.id), desk.supervisor)
    with pytest.raises(Refusal) as no:
        do(ShareOut(of="absent", reason=text("away"), seen=seen), desk.leader)
    assert no.value.rule == "sharing.changed"
    with pytest.raises(Invalid):
        do(ShareOut(of="nobody", reason=text("away"), seen=seen), desk.leader)


def test_whoever_left_or_went_away_meanwhile_gets_nobody(desk: Desk) -> None:
    sharing = share(desk.leader, to=(desk.ben.id,))
    touch(account, {"id": desk.ben.id, "active": False})
    work()
    assert len(anns(desk)) == 6
    assert answer(OneSharing(sharing), desk.leader)["whys"] == {"nobody_there": 6}
    # Ben's own are stranded now, and can be found and shared out.
    looked = answer(Rebalance(of="gone"), desk.leader)
    assert [item["id"] for item in looked["items"]] == [desk.bens]


def test_nobody_is_given_back_to_whoever_left(desk: Desk) -> None:
    sharing = share(desk.leader)
    work()
    touch(account, {"id": desk.ann.id, "active": False})
    do(UndoShareOut(sharing), desk.leader)
    work()
    assert anns(desk) == []
    assert answer(OneSharing(sharing), desk.leader)["whys"] == {"nobody_there": 6}


def test_nobodys_people_go_back_to_nobody(desk: Desk) -> None:
    strays = [make_person(f"Stray {n}") for n in range(3)]
    sharing = share(desk.leader, of="nobody", count=2)
    work()
    assert sum(whose(stray) is None for stray in strays) == 1
    do(UndoShareOut(sharing), desk.leader)
    work()
    assert [one(person, id=stray).team_id for stray in strays] == [None] * 3
    assert [whose(stray) for stray in strays] == [None] * 3


@pytest.mark.both
def test_stopped_between_two_steps_and_gone_on_with(desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr("crm.worklists.actions.sharing.BATCH", 2)
    sharing = share(desk.leader)
    calls: list[Any] = []

    def dies(action: Any, actor: Any) -> Any:
        calls.append(action)
        if len(calls) == 2:
            raise RuntimeError("the power goes")
        return perform(action, actor)

    monkeypatch.setattr("crm.worklists.actions.sharing.perform", dies)
    while len(calls) < 2:  # the house's own periodic work waits beside it
        run_next(new_id())
    assert len(anns(desk)) == 4
    work()
    assert anns(desk) == []
    assert answer(OneSharing(sharing), desk.leader)["moved"] == 6
    assert {row.moved_at for row in rows(sharing_move)} == {TEN}


def test_cancelled_before_it_began_nobody_moves(desk: Desk) -> None:
    sharing = share(desk.leader)
    job = answer(OneSharing(sharing), desk.leader)["work"]["id"]
    do(CancelJob(job), desk.leader)
    work()
    assert len(anns(desk)) == 6
    assert answer(OneSharing(sharing), desk.leader)["can_undo"] is False


def test_whoever_leads_no_more_moves_nobody(desk: Desk) -> None:
    share(desk.leader)
    touch(account, {"id": desk.leader.id, "role": Role.COLLECTOR})
    work()
    assert len(anns(desk)) == 6


def test_scope(desk: Desk) -> None:
    stranger = make_account(Role.TEAM_LEADER, team_id=make_team())
    assert answer(Rebalance(of=str(desk.ann.id)), stranger)["items"] == []
    sharing = share(desk.leader)
    work()
    for asked in (OneSharing(sharing),):
        with pytest.raises(Missing):
            answer(asked, stranger)
    with pytest.raises(Missing):
        do(UndoShareOut(sharing), stranger)
    for asked in (Rebalance(), OneSharing(sharing)):
        with pytest.raises(Refusal):
            answer(asked, desk.ben)
    with pytest.raises(Invalid):
        answer(Rebalance(of="absent", to=(desk.cai.id,)), desk.leader)
    with pytest.raises(Invalid):
        answer(Rebalance(of="absent", to=(desk.ann.id,)), desk.leader)


def test_a_portion_is_not_handed_to_whoever_is_away(desk: Desk) -> None:
    make_person("Stray")
    with pytest.raises(Refusal) as no:
        do(HandOut(1, desk.ann.id), desk.supervisor)
    assert no.value.rule == "absence.collector"
    (away,) = rows(absence)
    do(EndAbsence(away.id), desk.ann)
    do(HandOut(1, desk.ann.id), desk.supervisor)


def test_batches_are_small_enough_to_tell_how_far_one_is() -> None:
    assert moving.BATCH <= 100
