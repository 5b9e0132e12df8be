"""What compliance reads: refusals and unpermitted contacts, in whose scope, page by page."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine

from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.queries import refusals
from crm.contacts.queries.refusals import Refusals
from crm.gate.answer import answer
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from tests.counting import counted
from tests.factories import (
    make_account,
    make_evidence,
    make_loan,
    make_person,
    make_point,
    make_team,
)

NIGHT = datetime(2026, 11, 3, 15, tzinfo=UTC)  # eleven in the evening in Shanghai


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


def borrower(collector: Actor, number: str = "+8613800138001") -> tuple[UUID, UUID]:
    person_id = make_person("Chen Jing", collector)
    point_id = make_point(person_id, number)
    make_evidence(person_id)
    make_loan(person_id)
    return person_id, point_id


def refuse(collector: Actor) -> UUID:
    person_id, point_id = borrower(collector)
    with pytest.raises(Refusal):
        perform(RequestPermit(person_id, point_id, "call"), collector)
    return person_id


def unpermitted(collector: Actor, at: datetime, **more: Any) -> UUID:
    person_id, point_id = borrower(collector)
    told = {"direction": "outbound", "outcome": "no_answer", "reason": "no_access"} | more
    perform(LogUnpermitted(person_id, point_id, "call", started_at=at, **told), collector)
    return person_id


@pytest.mark.both
def test_what_was_said_to_be_no_collection_is_reviewed(house: Any) -> None:
    me = make_account(team_id=make_team())
    person_id, point_id = borrower(me)
    asked = RequestPermit(person_id, point_id, "call", proposed={"purpose": "safety"})
    given = perform(asked, me).result["id"]
    perform(StartPermit(given), me)
    perform(LogContact(given, "no_answer"), me)
    officer = make_account(Role.COMPLIANCE_OFFICER)
    for kind in (None, "purpose"):
        (item,) = answer(Refusals(kind=kind), officer)["items"]
        assert (item["person_id"], item["kind"]) == (person_id, "purpose")


@pytest.mark.both
def test_refusals_and_unpermitted_contacts_newest_first(house: Any) -> None:
    me = make_account(team_id=make_team())
    late = unpermitted(me, NIGHT - timedelta(minutes=30))
    lawful = unpermitted(me, NIGHT - timedelta(hours=6))
    unpermitted(
        me,
        NIGHT - timedelta(hours=5),
        direction="inbound",
        reason=None,
        outcome="inbound_conversation",
    )
    refused = refuse(me)
    found = answer(Refusals(), make_account(Role.COMPLIANCE_OFFICER))
    told = [(item["person_id"], item["kind"]) for item in found["items"]]
    assert told == [(refused, "refused"), (late, "late_unlawful"), (lawful, "late_lawful")]
    first = found["items"][0]
    assert first["rule"] == "CN.hours.night"
    assert first["citation"] == "GB/T 45251-2025; CBA Guidelines 2026"
    assert first["person"].text == "Chen Jing"
    assert first["collector"].text == "Wu Min"


def test_a_leader_sees_his_team_a_collector_nothing(house: Any) -> None:
    team = make_team()
    mine = refuse(make_account(team_id=team))
    refuse(make_account(team_id=make_team()))
    leader = make_account(Role.TEAM_LEADER, team_id=team)
    assert [item["person_id"] for item in answer(Refusals(), leader)["items"]] == [mine]
    with pytest.raises(Refusal):
        answer(Refusals(), make_account(Role.COLLECTOR))


def test_filters(house: Any) -> None:
    me, other = make_account(), make_account()
    officer = make_account(Role.COMPLIANCE_OFFICER, zone="Asia/Shanghai")
    refused, late = refuse(me), unpermitted(other, NIGHT - timedelta(minutes=30))

    def people(**given: Any) -> list[UUID]:
        return [item["person_id"] for item in answer(Refusals(**given), officer)["items"]]

    assert people(kind="refused") == [refused]
    assert people(kind="late_unlawful") == [late]
    assert people(by=other.id) == [late]
    assert people(rule="CN.hours") == [refused, late]
    assert people(rule="US-FED") == []
    assert people(since=date(2026, 11, 3)) == [refused, late]
    assert people(until=date(2026, 11, 3)) == []


@pytest.mark.both
def test_pages_follow_each_other_without_gap_or_repeat(
    house: Any, program: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    me = make_account()
    monkeypatch.setattr(refusals, "PAGE", 2)
    wanted = set()
    for _ in range(5):
        wanted.add(str(refuse(me)))
        clock.shift(1)
    officer = program(Role.COMPLIANCE_OFFICER)
    seen, cursor = [], None
    for _ in range(3):
        page = officer.get("/refusals", **({"before": cursor} if cursor else {})).json
        seen += [item["person_id"] for item in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert len(seen) == 5
    assert set(seen) == wanted


def test_statements_do_not_grow_with_findings(house: Any) -> None:
    me, officer = make_account(), make_account(Role.COMPLIANCE_OFFICER)
    refuse(me)
    with counted() as one:
        answer(Refusals(), officer)
    for _ in range(5):
        refuse(me)
    with counted() as many:
        answer(Refusals(), officer)
    assert len(many) == len(one)


def test_a_refusal_shows_its_reasons_and_its_entry(house: Any, browser: Any) -> None:
    refuse(make_account())
    officer = browser(Role.COMPLIANCE_OFFICER)
    listed = officer.get("/refusals")
    assert "No collection from ten in the evening" in listed.text
    (item,) = answer(Refusals(), officer.actor)["items"]
    page = officer.get(f"/refusals/{item['id']}")
    assert "It is 23:00 in Shanghai" in page.text
    assert "/ledger/" in page.text


def test_the_days_of_a_filter_are_shown_as_days(house: Any, browser: Any) -> None:
    officer = browser(Role.COMPLIANCE_OFFICER)
    page = officer.get("/refusals?since=2026-11-01&until=2026-11-28")
    assert page.status_code == 200
    assert "From 1 November 2026" in page.text
    assert "Until 28 November 2026" in page.text


def test_the_auditor_sees_no_whole_name(house: Any) -> None:
    refuse(make_account())
    (item,) = answer(Refusals(), make_account(Role.AUDITOR))["items"]
    assert item["person"].text == "C••• J•••"
