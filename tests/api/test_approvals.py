"""A second person: who asks, who may agree, and that it is judged again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from crm import clock
from crm.gate.action import Action, Subject
from crm.gate.approvals import LASTS
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, second_person
from crm.gate.work import Work
from crm.identity.actor import Actor, Scope
from crm.identity.models import team
from crm.identity.roles import Role
from crm.privacy.sealed import FACE, Sealed
from crm.storage.ids import new_id
from tests.factories import make_account, make_team
from tests.visitors import Program

Make = Callable[..., Any]


@dataclass(frozen=True)
class NameTeam(Action, needs=Permission.CORRECT_CONTACT, recorded_as="tests.team.named"):
    """Make a team; someone else must agree."""

    name: str
    why: Sealed
    whose: UUID

    def subject(self, work: Work) -> Subject:
        """It is the asker's own."""
        own = work.actor.id == self.whose
        return Subject("account", self.whose, Scope.OWN if own else Scope.ALL)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person, always."""
        return second_person("tests.team", "Someone else must agree.")

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make it."""
        return {"id": work.add(team, name=self.name, version=1)}


def ask(actor: Actor, name: str = "North") -> str:
    """Ask for a team; return the request's id."""
    return str(perform(NameTeam(name, Sealed.fresh("because"), actor.id), actor).waiting)


@pytest.fixture
def leader(program: Make) -> Program:
    """Return a team leader's program."""
    made: Program = program(Role.TEAM_LEADER, team_id=make_team("Ours"))
    return made


@pytest.fixture
def collector(leader: Program) -> Actor:
    """Return a collector of the leader's team."""
    return make_account(Role.COLLECTOR, team_id=leader.actor.team_id)


@pytest.mark.both
def test_a_request_waits_is_seen_and_is_agreed_to(leader: Program, collector: Actor) -> None:
    request = ask(collector)
    (item,) = leader.get("/approvals").json["items"]
    assert (item["id"], item["action"]) == (request, "tests.team.named")
    assert item["requester"] == "Wu Min"
    assert item["contents"] == {"name": "North", "why": FACE, "whose": str(collector.id)}
    assert item["mine"] is False
    agreed = leader.post(f"/approvals/{request}/approve")
    assert (agreed.status_code, agreed.json) == (200, {"id": request})
    assert leader.get("/approvals").json["items"] == []
    (done,) = leader.get("/approvals", state="approved").json["items"]
    assert done["decider"] == "Wu Min"
    assert "North" in {item["name"] for item in leader.get("/teams").json["items"]}
    assert leader.post(f"/approvals/{request}/approve").status_code == 409
    assert leader.post(f"/approvals/{request}/decline", {"reason": "No"}).status_code == 409


@dataclass(frozen=True)
class MoveTeam(Action, needs=Permission.CORRECT_CONTACT, recorded_as="tests.team.moved"):
    """Rename a team; someone else must agree."""

    team_id: UUID
    alone: bool = False

    def subject(self, work: Work) -> Subject:
        """It has the team's version."""
        row = work.one(select(team).where(team.c.id == self.team_id))
        assert row is not None
        return Subject("team", row.id, Scope.OWN, version=row.version)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person."""
        no = second_person("tests.team", "Someone else must agree.")
        return ALLOWED if self.alone else no

    def run(self, work: Work, subject: Subject | None) -> None:
        """Rename it."""
        assert subject is not None
        work.change(team, self.team_id, version=subject.version, name="Moved")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_stale_request_is_closed_and_whoever_asked_sees_it(
    app: Flask, browser: Make, program: Make, language: str
) -> None:
    ours = make_team("Ours")
    asker, colleague, leader = (
        make_account(role, team_id=ours, language=language)
        for role in (Role.COLLECTOR, Role.COLLECTOR, Role.TEAM_LEADER)
    )
    request = str(perform(MoveTeam(ours), asker).waiting)
    other = str(perform(MoveTeam(ours), colleague).waiting)
    perform(MoveTeam(ours, alone=True), leader)
    page = browser(actor=leader)
    answer = page.post(f"/approvals/{request}/approve", page="/approvals")
    why = {"en": "This has changed since it was asked for", "zh": "该事项在申请后已有变动"}[
        language
    ]
    assert answer.status_code == 409
    assert why in answer.text
    assert f"/approvals/{request}/approve" not in answer.text
    assert f"/approvals/{other}/approve" in answer.text
    refused = program(leader.role, actor=leader).post(f"/approvals/{other}/approve")
    assert (refused.status_code, refused.json["rule"]) == (409, "approval.stale")
    assert refused.json["why"].startswith(why)
    void = {"en": "no longer valid", "zh": "已失效"}[language]
    assert void in page.get("/approvals?state=stale").text
    assert void in browser(actor=asker).get("/me/requests").text
    mine = program(asker.role, actor=asker).get("/me/requests").json["items"]
    assert [(one["id"], one["state"]) for one in mine] == [(request, "stale")]


def test_ones_own_requests_are_read_page_by_page_and_nobody_elses(
    leader: Program, collector: Actor, program: Make
) -> None:
    asked = [ask(collector, f"Team {number}") for number in range(53)]
    ask(leader.actor)
    own = program(collector.role, actor=collector)
    first = own.get("/me/requests").json
    second = own.get("/me/requests", after=first["next"]).json
    read = [item["id"] for item in first["items"] + second["items"]]
    assert read == sorted(asked, reverse=True)
    assert second["next"] is None
    assert program(Role.COLLECTOR).get("/me/requests").json["items"] == []


def test_a_request_whose_action_is_no_more_is_still_shown(
    collector: Actor, browser: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(collector)
    monkeypatch.delitem(Action.catalogue, "tests.team.named")
    page = browser(actor=collector).get("/me/requests").text
    assert "Waits" in page
    assert "<code>tests.team.named</code>" in page


def test_what_is_declined_does_not_happen(leader: Program, collector: Actor) -> None:
    request = ask(collector)
    assert leader.post(f"/approvals/{request}/decline", {"reason": "No"}).status_code == 200
    assert "North" not in {item["name"] for item in leader.get("/teams").json["items"]}
    assert [item["id"] for item in leader.get("/approvals", state="declined").json["items"]] == [
        request
    ]


def test_nobody_agrees_with_himself(program: Make) -> None:
    own = program(Role.TEAM_LEADER, team_id=make_team())
    request = ask(own.actor)
    (item,) = own.get("/approvals").json["items"]
    assert item["mine"] is True
    answer = own.post(f"/approvals/{request}/approve")
    assert (answer.status_code, answer.json["rule"]) == (409, "approval.second_person")


def test_another_teams_leader_neither_sees_nor_decides(collector: Actor, program: Make) -> None:
    request = ask(collector)
    for other in (
        program(Role.TEAM_LEADER, team_id=make_team()),
        program(Role.TEAM_LEADER),
        program(Role.AGENCY_LEAD),
    ):
        assert other.get("/approvals").json["items"] == []
        assert other.post(f"/approvals/{request}/approve").status_code == 404
    assert program(Role.COLLECTOR).get("/approvals").status_code == 403
    assert program(Role.COMPLIANCE_OFFICER).get("/approvals").json["items"]
    privacy = program(Role.PRIVACY_OFFICER)
    assert privacy.get("/approvals").json["items"] == [], "not of the privacy officer's kind"
    assert privacy.post(f"/approvals/{request}/approve").status_code == 403


def test_a_request_that_is_not_there_is_not_found(leader: Program) -> None:
    for word in ("approve", "decline"):
        assert leader.post(f"/approvals/{new_id()}/{word}", {"reason": "No"}).status_code == 404


def test_requests_are_read_page_by_page(leader: Program, collector: Actor) -> None:
    asked = [ask(collector, f"Team {number}") for number in range(53)]
    first = leader.get("/approvals").json
    second = leader.get("/approvals", after=first["next"]).json
    read = [item["id"] for item in first["items"] + second["items"]]
    assert sorted(read) == sorted(asked), "each once; within a millisecond in any order"
    assert second["next"] is None


def test_the_page_shows_and_decides(leader: Program, collector: Actor, browser: Make) -> None:
    request = ask(collector)
    page = browser(actor=leader.actor)
    assert request in page.get("/approvals").text
    assert page.post(f"/approvals/{request}/approve").location == "/approvals"
    assert request not in page.get("/approvals").text


def test_a_card_says_from_what_to_what_and_how_such_requests_went(
    leader: Program, collector: Actor
) -> None:
    for word in ("approve", "decline"):
        leader.post(f"/approvals/{ask(collector)}/{word}", {"reason": "As agreed"})
    other = make_account(Role.COLLECTOR, team_id=leader.actor.team_id)
    ask(other, "South")
    (item,) = leader.get("/approvals").json["items"]
    assert {"name": "name", "before": FACE, "after": "South"} in item["changes"]
    assert {"name": "why", "before": None, "after": FACE} in item["changes"]
    assert item["precedent"] == {"decided": 2, "approved": 1}
    assert item["of_requester"] == {"decided": 0, "approved": 0}
    assert item["expires_at"] > item["requested_at"]


def test_whoever_asked_reads_why(leader: Program, collector: Actor, program: Make) -> None:
    said_no, said_yes = ask(collector), ask(collector, "South")
    bare = leader.post(f"/approvals/{said_no}/decline")
    assert bare.status_code == 422
    assert leader.post(f"/approvals/{said_no}/decline", {"reason": " "}).status_code == 422
    leader.post(f"/approvals/{said_no}/decline", {"reason": "He owes it"})
    leader.post(f"/approvals/{said_yes}/approve", {"reason": "Seen the papers"})
    own = program(collector.role, actor=collector)
    mine = {one["id"]: one["decided_because"] for one in own.get("/me/requests").json["items"]}
    assert mine == {said_no: "He owes it", said_yes: "Seen the papers"}


def test_what_nobody_touched_in_time_leaves_the_list(
    leader: Program, collector: Actor, program: Make, browser: Make
) -> None:
    with time_machine.travel(clock.now() - LASTS - timedelta(seconds=1), tick=False):
        old = ask(collector)
    fresh = ask(collector)
    assert [one["id"] for one in leader.get("/approvals").json["items"]] == [fresh]
    (void,) = leader.get("/approvals", state="stale").json["items"]
    assert (void["id"], void["state"], void["decided_at"]) == (old, "stale", None)
    own = program(collector.role, actor=collector).get("/me/requests").json["items"]
    assert {one["id"]: one["state"] for one in own} == {old: "stale", fresh: "waiting"}
    assert old not in browser(actor=leader.actor).get("/approvals").text
    page = browser(actor=leader.actor).get("/approvals?state=stale").text
    assert f"/approvals/{old}/approve" not in page
    refused = leader.post(f"/approvals/{old}/approve")
    assert (refused.status_code, refused.json["rule"]) == (409, "approval.stale")


def test_a_card_is_decided_by_two_keys_and_a_reason(
    leader: Program, collector: Actor, browser: Make
) -> None:
    first, second = ask(collector), ask(collector, "South")
    page = browser(actor=leader.actor)
    shown = page.get("/approvals").text
    assert shown.count('data-key="A"') == shown.count('data-key="D"') == 2
    assert f"/approvals/{second}/approve" in shown
    address = f"/approvals/{first}/decline"
    again = page.post(address, page="/approvals")
    assert again.status_code == 422
    assert f'action="{address}"' in again.text
    assert page.post(address, page="/approvals", reason="No").status_code == 303
