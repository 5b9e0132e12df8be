"""One value in clear: for a purpose and a reason, counted, recorded before it leaves."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep

import pytest
import time_machine

from crm import clock
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.idempotency import idempotency
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.privacy import actions, openers, queries
from crm.privacy.actions import RevealValue
from crm.privacy.models import reveal
from crm.privacy.queries import BUDGET, ToReveal
from crm.privacy.schemas import RevealOut
from crm.storage.ids import new_id
from tests.borrowers.desk import do, entries, one, open_desk, rows, text
from tests.factories import LONG_AGO, make_account, make_person, make_point

NUMBER = "+8613912345678"


def slowly(reader) -> int:
    """Count, and leave the others time to count the same."""
    left = queries.left_today(reader)
    sleep(0.2)
    return left


def ask(person_id, field, purpose: str = "right_party_check") -> RevealValue:
    return RevealValue(person_id, str(field), purpose, text("he asks me to confirm it"))


@pytest.mark.both
def test_a_value_is_shown_for_a_minute_and_its_entry_is_there_before(house, monkeypatch) -> None:
    desk = open_desk()
    point = make_point(desk.anns, NUMBER)
    there = []
    real = openers.reveal

    def watched(value):
        there.append(len(entries("privacy.value.revealed", "done")))
        return real(value)

    monkeypatch.setattr(openers, "reveal", watched)
    shown = do(ask(desk.anns, point), desk.ann)
    assert there == []  # nothing is opened inside the transaction
    assert repr(shown["value"]) == "[sealed]"
    assert shown["value"].text == NUMBER
    assert there == [1]
    row = one(reveal)
    assert row.expires_at - row.revealed_at == timedelta(seconds=60)
    assert (row.field, row.contact_point_id, row.revealed_by) == (
        "contact_point",
        point,
        desk.ann.id,
    )
    (entry,) = entries("privacy.value.revealed")
    assert b"13912345678" not in entry.entry
    assert b"confirm" not in entry.entry
    assert json.loads(entry.entry)["rows"][0]["set"]["purpose"] == "right_party_check"


def test_each_role_reveals_what_the_matrix_lets_it(house) -> None:
    desk = open_desk()
    person_id = make_person("Sun Li", desk.ann, national_id="110101199003071233")
    assert do(ask(person_id, "national_id"), desk.ann)["value"].text == "110101199003071233"
    privacy = make_account(Role.PRIVACY_OFFICER)
    assert do(ask(person_id, "name"), privacy)["value"].text == "Sun Li"
    with pytest.raises(Refusal) as no:
        do(ask(person_id, "name"), desk.ann)  # she sees it anyway
    assert no.value.by_permission
    for role in (Role.ADMIN, Role.AUDITOR, Role.QUALITY_REVIEWER, Role.DATA_STEWARD):
        with pytest.raises(Refusal):
            do(ask(person_id, "national_id"), make_account(role))
    assert len(rows(reveal)) == 2


def test_of_others_people_nothing_is_shown(house) -> None:
    desk = open_desk()
    point, mine = make_point(desk.cais, NUMBER), make_point(desk.anns)
    gone = make_person("Gone", desk.ann, erasure_begun_at=LONG_AGO, national_id="1")
    for person_id, field in (
        (desk.cais, point),
        (desk.anns, point),  # her person, his number
        (desk.cais, mine),
        (desk.anns, "national_id"),  # there is none
        (desk.anns, "token"),
        (desk.anns, new_id()),
        (new_id(), "name"),
        (gone, "national_id"),
    ):
        with pytest.raises(Missing):
            do(ask(person_id, field), desk.ann)
    assert rows(reveal) == []


def test_a_reassigned_person_is_no_longer_shown(house) -> None:
    from crm.borrowers.actions.people import AssignPeople

    desk = open_desk()
    point = make_point(desk.anns, NUMBER)
    do(ask(desk.anns, point), desk.ann)
    do(AssignPeople((desk.anns,), collector_id=desk.ben.id), desk.leader)
    with pytest.raises(Missing):
        do(ask(desk.anns, point), desk.ann)


@pytest.mark.both
def test_the_budget_of_a_day_is_kept_per_person_who_looks(house) -> None:
    desk = open_desk()
    point = make_point(desk.anns, NUMBER)
    for _ in range(BUDGET):
        do(ask(desk.anns, point), desk.ann)
    assert answer(ToReveal(desk.anns, str(point)), desk.ann)["left"] == 0
    with pytest.raises(Refusal) as no:
        do(ask(desk.anns, point), desk.ann)
    assert no.value.verdict.rule == "reveal.budget"
    assert "30" in no.value.verdict.sentence
    assert len(rows(reveal)) == BUDGET
    assert do(ask(desk.anns, point), desk.leader)["value"].text == NUMBER
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1), tick=True):
        assert do(ask(desk.anns, point), desk.ann)["value"].text == NUMBER


@pytest.mark.both
def test_the_last_one_of_a_day_is_spent_once_however_many_ask_at_once(house, monkeypatch) -> None:
    desk = open_desk()
    point = make_point(desk.anns, NUMBER)
    monkeypatch.setattr(queries, "BUDGET", 3)
    monkeypatch.setattr(actions, "left_today", slowly)
    for _ in range(2):
        do(ask(desk.anns, point), desk.ann)
    together = Barrier(4)

    def try_it(_: int) -> bool:
        together.wait()
        try:
            do(ask(desk.anns, point), desk.ann)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_it, range(4))) == [False, False, False, True]
    assert len(rows(reveal)) == 3


@pytest.mark.both
def test_a_repeat_under_the_same_key_shows_nothing(house) -> None:
    desk = open_desk()
    point = make_point(desk.anns, NUMBER)
    wish = ask(desk.anns, point)
    perform(wish, desk.ann, key="once")
    with pytest.raises(Refusal) as no:
        perform(wish, desk.ann, key="once")
    assert no.value.verdict.rule == "reveal.once"
    with pytest.raises(Invalid):
        perform(ask(desk.anns, point, "complaint"), desk.ann, key="once")
    assert len(rows(reveal)) == 1
    kept = one(idempotency, key="once")
    assert NUMBER.encode() not in repr(tuple(kept)).encode()


def test_what_could_be_shown_is_told_masked(house) -> None:
    desk = open_desk()
    point = make_point(desk.anns, NUMBER)
    told = answer(ToReveal(desk.anns, str(point)), desk.ann)
    assert (told["shown"].text, told["allowed"], told["left"]) == ("139••••5678", True, BUDGET)
    with pytest.raises(Missing):
        answer(ToReveal(desk.cais, "name"), desk.ann)
    assert answer(ToReveal(desk.anns, "name"), desk.ann)["allowed"] is False


def test_only_a_value_that_was_asked_for_goes_out_in_clear(house) -> None:
    with pytest.raises(TypeError):
        RevealOut().dump({"value": "138", "expires_at": LONG_AGO})
