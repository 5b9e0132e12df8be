"""A page reads no more of the past than can matter, and says what it would say of all of it."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from crm.contacts.facts.approach import Approach
from crm.contacts.facts.gathered import Gathered, gather
from crm.contacts.facts.glimpse import glimpse
from crm.contacts.models import contact
from crm.contacts.queries import meter
from crm.gate.reader import Reader
from crm.identity.actor import Actor, system
from crm.storage.database import database
from tests.factories import (
    make_account,
    make_evidence,
    make_loan,
    make_party,
    make_person,
    make_point,
    seed,
)

NOON = datetime(2026, 11, 3, 4, tzinfo=UTC)
DAYS = 80
OUTCOMES = ("no_answer", "busy", "effective_conversation", "delivered")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def me(house: Any) -> Actor:
    return make_account()


def placed(me: Actor, number: str) -> tuple[UUID, UUID]:
    person = make_person(collector=me)
    make_evidence(person)
    return person, make_point(person, number)


def reach(whom: tuple[UUID, UUID], loan: UUID, by: Actor, back: float, outcome: str) -> None:
    at = NOON - timedelta(days=back)
    seed(
        contact,
        person_id=whom[0],
        contact_point_id=whom[1],
        channel="sms" if outcome == "delivered" else "call",
        direction="outbound",
        target="borrower",
        outcome=outcome,
        purpose="collection",
        exempt=False,
        agent="human",
        loan_ids=[str(loan)],
        started_at=at,
        ended_at=at,
        recorded_at=at,
        recorded_by=by.id,
        mark="external_file",
    )


def lines(me: Actor, whom: tuple[UUID, UUID]) -> Any:
    point = {"id": whom[1], "label": "", "kind": "phone", "place": "mobile"}
    with database().read() as connection:
        return meter.meters(Reader(connection, me), {whom[0]: [point]})


def of_all_there_is(me: Actor, whom: tuple[UUID, UUID], patch: pytest.MonkeyPatch) -> Any:
    with patch.context() as whole:
        whole.setattr(meter, "glimpse", gather)
        return lines(me, whom)


def glimpsed(whom: tuple[UUID, UUID]) -> Gathered:
    with database().read() as connection:
        reader = Reader(connection, system("tests"))
        return glimpse(reader, [Approach(*whom, "call", None, NOON)])


@pytest.mark.both
def test_of_the_borrower_only_the_last_days_are_read(
    me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrower, chance = placed(me, "+8613800138001"), random.Random(1)
    loan = make_loan(borrower[0])
    for n in range(DAYS * 2):
        reach(borrower, loan, me, (n + 1) / 2, chance.choice(OUTCOMES))
    assert len(glimpsed(borrower).past) == 6  # a day, and two for the zones
    found = lines(me, borrower)
    assert found == of_all_there_is(me, borrower, monkeypatch)
    assert any(reason["used"] for line in found[borrower[0]] for reason in line["reasons"])


def test_whether_contact_is_lost_all_attempts_still_tell(
    me: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrower, other = placed(me, "+8613800138001"), placed(me, "+8613800138002")
    loan = make_loan(borrower[0])
    make_party(loan, other[0], "contact_person")
    (refused,) = [line for line in lines(me, other)[other[0]] if line["channel"] == "call"]
    assert not refused["allowed"]
    for n in range(3):
        reach(borrower, loan, me, 60 + n, "no_answer")
    found = lines(me, other)
    assert found == of_all_there_is(me, other, monkeypatch)
    assert found[other[0]][0]["allowed"]
