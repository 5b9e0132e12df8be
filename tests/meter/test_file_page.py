"""A person's file: what it shows to whom, recorded once, in a constant number of statements."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import event, func, select
from sqlalchemy.engine import Engine

from crm.audit.models import audit_entry
from crm.contacts.models import contact
from crm.contacts.queries.file import PersonFile
from crm.contacts.queries.timeline import LIST, PAGE
from crm.gate.answer import answer
from crm.gate.cursor import opened
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.storage.database import database
from tests.counting import counted
from tests.factories import (
    make_account,
    make_evidence,
    make_loan,
    make_person,
    make_point,
    make_team,
    seed,
)

TEN = datetime(2026, 11, 3, 2, tzinfo=UTC)  # in the morning in Shanghai


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(TEN, tick=False) as traveller:
        yield traveller


def borrower(collector: Actor | None, **given: Any) -> UUID:
    person_id = make_person("Chen Jing", collector, **given)
    make_point(person_id, "+8613800138001")
    make_point(person_id, "chen.jing@mail.example", "email", "other")
    make_evidence(person_id)
    make_loan(person_id)
    return person_id


def views(actor: Actor) -> int:
    query = select(func.count()).where(
        audit_entry.c.action == "borrowers.person.viewed", audit_entry.c.actor_id == actor.id
    )
    with database().read() as connection:
        return int(connection.execute(query).scalar_one())


def test_a_view_is_recorded_once_in_fifteen_minutes(house: Any, clock: Any) -> None:
    me = make_account()
    person_id = borrower(me)
    answer(PersonFile(person_id), me)
    answer(PersonFile(person_id), me)
    assert views(me) == 1
    clock.shift(timedelta(minutes=16))
    answer(PersonFile(person_id), me)
    assert views(me) == 2


@pytest.mark.parametrize(
    ("role", "name", "phone"),
    [
        (Role.COLLECTOR, "Chen Jing", "138••••8001"),
        (Role.SUPERVISOR, "Chen Jing", "138••••8001"),
        (Role.COMPLIANCE_OFFICER, "Chen Jing", "138••••8001"),
        (Role.QUALITY_REVIEWER, "C••• J•••", ""),
    ],
)
def test_masks_by_role(
    house: Any, clock: Any, browser: Callable[..., Any], role: Role, name: str, phone: str
) -> None:
    from tests.factories import make_team

    team = make_team()
    viewer = browser(role, team_id=team)
    person_id = borrower(viewer.actor)
    page = viewer.get(f"/people/{person_id}")
    assert page.status_code == 200
    assert name in page.text
    assert "13800138001" not in page.text
    assert (phone in page.text) if phone else ("138••••" not in page.text)


def test_what_is_not_his_does_not_exist_for_him(
    house: Any, clock: Any, browser: Callable[..., Any]
) -> None:
    person_id = borrower(make_account())
    assert browser(Role.COLLECTOR).get(f"/people/{person_id}").status_code == 404
    assert browser(Role.ADMIN).get(f"/people/{person_id}").status_code == 403


@pytest.mark.both
def test_statements_and_time_hardly_grow_with_contacts(house: Any, clock: Any) -> None:
    from tests.meter.test_reading_api import contacts_of

    me = make_account()
    few, many = borrower(me), borrower(me)
    for person_id, number in ((few, 10), (many, 300)):
        with database().read() as connection:
            from crm.borrowers.models import contact_point
            from crm.loans.models import loan

            point = (
                connection.execute(
                    select(contact_point.c.id).where(contact_point.c.person_id == person_id)
                )
                .scalars()
                .first()
            )
            debt = connection.execute(
                select(loan.c.id).where(loan.c.borrower_id == person_id)
            ).scalar_one()
        assert point is not None
        contacts_of(person_id, point, debt, me.id, number)
    answer(PersonFile(few), me)
    answer(PersonFile(many), me)
    with counted() as one:
        answer(PersonFile(few), me)
    with counted() as other:
        answer(PersonFile(many), me)
    assert len(other) == len(one)
    assert len(one) <= 20


@pytest.mark.parametrize("page", ["/people/{id}", "/people", "/work", "/team"])
def test_no_statement_of_a_page_goes_through_all_there_is(
    house: Any, browser: Callable[..., Any], statements: Any, clock: Any, page: str
) -> None:
    leader = browser(Role.TEAM_LEADER, team_id=make_team())
    person_id = borrower(leader.actor, team_id=leader.actor.team_id)
    with statements() as seen:
        assert leader.get(page.format(id=person_id)).status_code == 200
    raw = sqlite3.connect(house.settings.home / "probity.db")
    for text in seen.texts:
        plan = raw.execute(f"EXPLAIN QUERY PLAN {text}", [None] * text.count("?")).fetchall()
        through = [line for *_, line in plan if re.match(r"SCAN (contact|permit|decision)\b", line)]
        assert not through, text
    raw.close()


@pytest.mark.both
def test_a_file_opened_again_composes_no_statement_anew(house: Any, clock: Any) -> None:
    """What the desk asks is written once (docs/decisions/0018): composing it takes longest."""
    me = make_account()
    first, second = borrower(me), borrower(me)
    answer(PersonFile(first), me)
    composed: list[str] = []

    def note(_element: Any, statement: Any, *_: Any) -> None:
        composed.append(str(statement))

    event.listen(Engine, "before_execute", note)
    try:
        found = answer(PersonFile(second), me)
    finally:
        event.remove(Engine, "before_execute", note)
    assert found["person"]["id"] == second
    assert [one for one in composed if one.startswith("SELECT")] == []


@pytest.mark.both
def test_older_contacts_follow_page_by_page_of_each_kind(house: Any, clock: Any) -> None:
    me = make_account()
    person_id = borrower(me)
    made = [
        seed(
            contact,
            person_id=person_id,
            channel="call" if n % 2 else "sms",
            direction="outbound",
            target="borrower",
            outcome="no_answer" if n % 2 else "delivered",
            purpose="collection",
            mark="external_file",
            exempt=False,
            agent="human",
            loan_ids=[],
            started_at=TEN - timedelta(hours=n // 3),  # several at one moment
            ended_at=TEN,
            recorded_at=TEN,
            recorded_by=me.id,
        )
        for n in range(2 * PAGE + 5)
    ]
    for kind, wanted in ((None, made), ("calls", made[1::2]), ("messages", made[::2])):
        seen, before = [], None
        while True:
            page = answer(PersonFile(person_id, before=before, kind=kind), me)["contacts"]
            seen += [item["id"] for item in page["items"]]
            if page["next"] is None:
                break
            before = opened(LIST, page["next"])
        assert sorted(seen) == sorted(wanted), kind
        assert len(seen) == len(set(seen))
