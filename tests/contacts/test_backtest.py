"""Drafts tried on what really happened: what would have been refused, and what newly allowed."""

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from crm import clock
from crm.audit.models import audit_entry
from crm.cli.main import crm
from crm.contacts.actions.backtests import AskBackTest, KeepBackTest
from crm.contacts.backtest import reading, trying
from crm.contacts.backtest.trying import BackTest
from crm.contacts.backtest.trying import back_test as run
from crm.contacts.models import decision
from crm.contacts.queries.backtests import OneBackTest
from crm.contacts.schemas.backtests import CasesIn
from crm.gate.actions import CancelJob
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Refusal
from crm.gate.jobs import Progress
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.privacy.keyring import keyring
from crm.rulebook.actions.drafting import SaveDraft
from crm.rulebook.backtest import Trial
from crm.rulebook.engine import decide
from crm.rulebook.in_force import put_up
from crm.rulebook.models import back_test, back_test_case
from crm.rulebook.shelf import shipped_books
from crm.rulebook.versions.checking import check, dated
from crm.rulebook.versions.limits import Stricter
from crm.storage.ids import new_id
from crm.work import load_runners
from tests.contacts.scene import in_china, in_new_york, rows
from tests.factories import make_account, make_team
from tests.rulebook.drafting import LATER, draft, limits, officer, published, text

pytestmark = pytest.mark.both


@pytest.fixture(autouse=True)
def shelf():
    yield
    put_up(None)


def stricter():
    return text("CN").replace('to: "22:00"', 'to: "11:00"')


def tried(words, *, days=30, until=None):
    now = until or clock.now() + timedelta(minutes=1)
    return run(BackTest(dated(words, LATER), now - timedelta(days=days), now), officer())


def test_what_a_stricter_hour_would_have_refused_is_counted_and_listed(house, time) -> None:
    team = make_team()
    ann, bo = make_account(team_id=team), make_account()
    one, two = in_china(ann), in_china(bo, number="+8613800138001")
    for case in (one, two):
        case.call()
    in_new_york(ann)
    found = tried(stricter())
    assert found.tried == {"contact": 2}
    assert found.turned == {"refused": 2}
    assert found.summary["by"] == {
        "rule": {"CN.hours.night": {"refused": 2}},
        "team": {"": {"refused": 1}, str(team): {"refused": 1}},
        "collector": {str(who): {"refused": 1} for who in sorted([ann.id, bo.id], key=str)},
    }
    starts = {row["id"] for row in rows(decision, decision.c.asked_for == "start")}
    assert {case["decision_id"] for case in found.cases} == starts


def test_what_a_wider_hour_would_have_allowed_is_counted(house, time) -> None:
    time.set("2026-11-25T22:30:00+08:00")
    in_china().refused()
    found = tried(text("CN").replace('to: "22:00"', 'to: "23:00"'))
    assert found.tried == {"permit": 1}
    assert found.turned == {"allowed": 1}
    assert found.summary["by"]["rule"] == {"CN.hours.night": {"allowed": 1}}


def test_what_another_book_refuses_all_the_same_is_not_newly_allowed(house, time) -> None:
    who = officer()
    rule = "CN.hours.night"
    published(limits(who, tightened=(Stricter(rule, opens="09:00", closes="21:00"),)), who)
    time.set("2026-12-02T22:30:00+08:00")
    in_china().refused()
    wider = dated(text("CN").replace('to: "22:00"', 'to: "23:00"'), LATER.replace(day=5))
    now = clock.now() + timedelta(minutes=1)
    found = run(BackTest(wider, now - timedelta(days=9), now), who)
    assert found.tried == {"permit": 1}
    assert not found.turned


def test_a_permit_that_was_started_is_tried_once_and_one_that_was_not_too(house, time) -> None:
    case = in_china()
    case.call()
    case.ask()
    assert tried(stricter()).tried == {"contact": 1, "permit": 1}


def test_only_the_days_asked_for_are_tried(house, time) -> None:
    case = in_china()
    case.call()
    time.forward(days=10)
    case.call()
    assert tried(stricter(), days=5).tried == {"contact": 1}
    assert tried(stricter(), days=30).tried == {"contact": 2}


def test_a_house_limit_is_tried_where_it_binds_alone(house, time) -> None:
    case = in_china()
    case.call("conversation")
    time.forward(hours=2)
    case.call()
    words = text("HOUSE").replace("enabled: false", "enabled: true", 1)
    found = tried(words)
    assert found.summary["by"]["rule"] == {"HOUSE.china.seven_days": {"refused": 1}}


@pytest.mark.parametrize("untampered", [False])
def test_people_erased_and_keys_lost_are_not_tried(house, time, untampered) -> None:
    case = in_china()
    case.call()
    keyring().destroy(case.person)
    found = tried(stricter())
    assert found.tried == {"unjudged": 1}


def test_a_broken_draft_is_told(house, time) -> None:
    now = clock.now()
    with pytest.raises(Invalid):
        run(BackTest("id: [", now, now), officer())


def test_pages_lose_and_double_nothing(house, time, monkeypatch) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    case = in_china()
    for _ in range(3):
        case.call()
    case.ask()
    time.set("2026-11-25T23:00:00+08:00")
    for _ in range(3):
        case.refused()
    found = tried(stricter())
    decisions = rows(decision, decision.c.asked_for == "permit")
    assert found.tried == {"contact": 3, "permit": len(decisions) - 3}


def test_the_trial_says_what_the_engine_says_with_the_draft(house, time) -> None:
    """For every stored decision: refused by the trial exactly where the whole engine refuses."""
    case = in_china()
    for hour in ("07:30", "09:00", "21:30", "22:30"):
        time.set(f"2026-11-25T{hour}:00+08:00")
        with suppress(Refusal):
            case.ask("sms")
    words = text("CN").replace('from: "08:00", to: "22:00"', 'from: "07:00", to: "21:00"')
    found = check(dated(words, LATER))
    trial = Trial(found, shipped_books())
    for row in rows(decision):
        facts, then = trying.unpacked(row["document"])
        turn = trial.turn(facts, then, blocked=False)
        whole = decide(facts, trial._new)
        expected = None if whole["allowed"] == then["allowed"] else whole["allowed"]
        assert (turn and turn.effect == "allowed") == expected, row["at"]


def test_it_runs_as_a_job_and_is_kept_beside_its_draft(house, time) -> None:
    load_runners()
    who = officer()
    case = in_china()
    case.call()
    one = draft(who, stricter())
    time.forward(minutes=1)
    told = perform(AskBackTest(one, 30), who).result
    assert run_next(new_id())
    seen = answer(OneBackTest(told["id"]), who)
    assert seen["state"] == "done"
    assert seen["progress"] == {"done": 1, "of": 1}
    assert seen["summary"]["turned"] == {"refused": 1}
    assert [item["effect"] for item in seen["items"]] == ["refused"]
    assert seen["figures"]["rule"][0]["id"] == "CN.hours.night"
    assert not answer(OneBackTest(told["id"], effect="allowed"), who)["items"]
    names = [row["action"] for row in rows(audit_entry)]
    for name in ("asked", "kept"):
        assert f"contacts.back_test.{name}" in names
    assert "contacts.history.back_tested" in names
    with pytest.raises(Refusal):
        answer(OneBackTest(told["id"]), make_account(Role.COLLECTOR))


def test_the_cases_are_read_page_by_page_in_their_order(house, time, monkeypatch) -> None:
    load_runners()
    monkeypatch.setattr("crm.contacts.queries.backtests.PAGE", 2)
    who, case = officer(), in_china()
    for _ in range(3):
        case.call()
        time.forward(minutes=1)
    told = perform(AskBackTest(draft(who, stricter()), 30), who).result
    run_next(new_id())
    first = answer(OneBackTest(told["id"]), who)
    cursor = CasesIn().load({"after": first["next"]})["after"]
    second = answer(OneBackTest(told["id"], after=cursor), who)
    times = [item["at"] for item in [*first["items"], *second["items"]]]
    assert (len(times), second["next"]) == (3, None)
    assert times == sorted(set(times))


def test_it_stops_when_it_is_told_to(house, time, monkeypatch) -> None:
    load_runners()
    who = officer()
    in_china().call()
    one = draft(who, stricter())
    time.forward(minutes=1)
    told = perform(AskBackTest(one, 30), who).result
    honest = trying._try

    def asked_to_stop(*given):
        monkeypatch.setattr(Progress, "tell", cancelled)
        honest(*given)

    def cancelled(self, **figures):
        monkeypatch.setattr(Progress, "tell", tell)
        perform(CancelJob(told["job_id"]), who)
        self.tell(**figures)

    tell = Progress.tell
    monkeypatch.setattr(trying, "_try", asked_to_stop)
    run_next(new_id())
    seen = answer(OneBackTest(told["id"]), who)
    assert (seen["state"], seen["finished_at"]) == ("cancelled", None)
    assert not rows(back_test_case)


def test_a_draft_changed_meanwhile_is_not_tried(house, time) -> None:
    load_runners()
    who = officer()
    one = draft(who, stricter())
    told = perform(AskBackTest(one, 30), who).result
    perform(SaveDraft(text("CN"), LATER, id=one, version=1), who)
    run_next(new_id())
    seen = answer(OneBackTest(told["id"]), who)
    assert (seen["state"], seen["is_of_today"]) == ("failed", False)


def test_what_was_published_is_not_back_tested(house, time) -> None:
    who = officer()
    one = draft(who)
    published(one, who)
    with pytest.raises(Refusal) as no:
        perform(AskBackTest(one, 30), who)
    assert no.value.rule == "book.not_a_draft"


def test_more_cases_than_are_kept_are_counted_all_the_same(house, time, monkeypatch) -> None:
    monkeypatch.setattr(trying, "MOST_CASES", 1)
    case = in_china()
    case.call()
    case.call()
    found = tried(stricter())
    assert (found.turned["refused"], len(found.cases)) == (2, 1)


def test_a_result_is_kept_once(house, time) -> None:
    who = officer()
    told = perform(AskBackTest(draft(who), 30), who).result
    summary = {"tried": {}, "turned": {}, "by": {}}
    keep = KeepBackTest(told["id"], summary, ())
    perform(keep, system("tests"))
    with pytest.raises(Exception, match="back_test"):
        perform(keep, system("tests"))
    (row,) = rows(back_test)
    assert row["summary"] == summary
    assert isinstance(row["id"], UUID)


def test_the_command_tries_a_file(instance, time, tmp_path: Path) -> None:
    in_china().call()
    time.forward(minutes=1)
    file = tmp_path / "draft.yaml"
    file.write_text(dated(stricter(), LATER), "utf-8")
    told = CliRunner().invoke(crm, ["rulebook", "backtest", str(file), "--days", "5"])
    assert told.exit_code == 0
    assert "Tried on 1 contacts, 0 permits; 0 can no longer be judged." in told.output
    assert "Would have been refused: 1; newly allowed: 0." in told.output
    whole = CliRunner().invoke(crm, ["rulebook", "backtest", str(file), "--json"])
    assert json.loads(whole.output)["turned"] == {"refused": 1}
