"""Stored decisions judged again: same bytes, a newer judge, erased facts, facts that came late."""

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from crm.audit.models import audit_entry
from crm.borrowers.models import person
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.unpermitted import ImportContact, LogUnpermitted
from crm.contacts.models import contact, decision
from crm.contacts.queries.replays import ReplayDecision
from crm.gate.action import Action, Subject
from crm.gate.answer import answer
from crm.gate.errors import Missing, Refusal
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.rulebook import engine, replay
from crm.rulebook.books import Books
from crm.rulebook.in_force import Kept, Shelf
from crm.rulebook.shelf import shipped_books
from tests.contacts.scene import in_china, in_new_york, rows
from tests.factories import make_account

pytestmark = pytest.mark.both


@dataclass(frozen=True)
class EraseForTest(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.person.erased"):
    """Begin a person's erasure, as its own action will."""

    person_id: UUID

    def subject(self, work):
        return Subject("person", self.person_id)

    def run(self, work, subject):
        work.change(person, self.person_id, erasure_begun_at=work.now)


def replayed(row_or_id, role=Role.COMPLIANCE_OFFICER):
    decision_id = getattr(row_or_id, "id", None) or row_or_id["id"]
    return answer(ReplayDecision(decision_id), make_account(role))


def imported(case, started_at, outcome="no_answer", **given):
    values = {
        "person_id": case.person,
        "contact_point_id": case.point,
        "channel": "call",
        "direction": "outbound",
        "outcome": outcome,
        "started_at": started_at,
        "reason": "file",
    } | given
    return perform(ImportContact(**values), system("tests")).result


def test_every_kept_decision_gives_the_same_bytes(house, time) -> None:
    case = in_china()
    case.call()
    time.set("2026-11-25T23:00:00+08:00")
    case.refused()
    kept = rows(decision)
    assert {row["asked_for"] for row in kept} == {"permit", "start"}
    for row in kept:
        found = replayed(row)
        assert found["answer"] == "same"
        assert found["decides_alike"] is True
        assert found["changes"] == ()
        assert all(book["kept"] for book in found["books"])
        assert found["known_now"]["learned"] == []


def test_a_newer_engine_that_decides_alike_is_told_apart(house, time, monkeypatch) -> None:
    case = in_china()
    case.ask()
    monkeypatch.setattr(engine, "ENGINE", "99")
    monkeypatch.setattr(replay, "ENGINE", "99")
    found = replayed(rows(decision)[0])
    assert found["answer"] == "newer"
    assert found["decides_alike"] is True
    assert [change.what for change in found["changes"]] == ["engine"]


def test_a_newer_engine_that_decides_otherwise_shows_the_difference(
    house, time, monkeypatch
) -> None:
    case = in_china()
    case.ask()
    _judge_more_strictly(monkeypatch)
    found = replayed(rows(decision)[0])
    assert found["answer"] == "newer"
    assert found["decides_alike"] is False
    what = {change.what for change in found["changes"]}
    assert {"engine", "allowed", "next_allowed_at", "HOUSE.test.no_calls"} <= what


def test_the_same_judge_giving_other_bytes_is_an_alarm(house, time, monkeypatch) -> None:
    case = in_china()
    case.ask()
    judge = replay.decide
    monkeypatch.setattr(replay, "decide", lambda *given: judge(*given) | {"allowed": False})
    found = replayed(rows(decision)[0])
    assert found["answer"] == "altered"
    assert found["decides_alike"] is False


def test_facts_that_todays_engine_cannot_judge_are_told(house, time, monkeypatch) -> None:
    case = in_china()
    case.ask()
    books = shipped_books()
    without = Books([book for name in books.ids if name != "CN" for book in books.versions(name)])
    bare = Shelf(Kept(book, None) for name in without.ids for book in without.versions(name))
    monkeypatch.setattr("crm.contacts.queries.replays.shelf", lambda: bare)
    found = replayed(rows(decision)[0])
    assert found["now"] is None
    assert found["fault"] == "jurisdictions.0: unknown jurisdiction 'CN'"
    assert [book["kept"] for book in found["books"]] == [False, True]


def test_of_an_erased_person_the_entry_of_the_erasure_is_named(house, time) -> None:
    case = in_china()
    case.ask()
    time.forward(hours=1)
    perform(EraseForTest(case.person), system("tests"))
    time.forward(hours=1)
    found = replayed(rows(decision)[0])
    assert found["answer"] == "erased"
    assert (found["then"], found["now"], found["person_id"]) == (None, None, None)
    (entry,) = rows(audit_entry, audit_entry.c.action == "tests.person.erased")
    assert found["erased_by"]["id"] == entry["id"]


def test_a_late_file_shows_what_was_not_known_and_what_it_would_have_meant(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    case.ask()
    time.forward(days=1)
    imported(case, time.now - timedelta(days=3), "conversation")
    found = replayed(rows(decision)[0])
    assert found["answer"] == "same"
    known = found["known_now"]
    (one,) = known["learned"]
    assert (one.kind, one.then, one.now["outcome"]) == ("contact", None, "conversation")
    assert known["decides_alike"] is False
    assert known["decision"]["allowed"] is False
    assert "US-FED.call_frequency.after_conversation" in {c.what for c in known["changes"]}


def test_what_happened_after_the_contact_is_no_news_about_it(house, time) -> None:
    case = in_china()
    case.call()
    time.forward(hours=1)
    case.call("effective_conversation")
    for row in rows(decision)[:2]:
        assert replayed(row)["known_now"]["learned"] == []


def test_a_correction_is_shown_as_known_otherwise(house, time) -> None:
    time.set("2026-11-25T12:00:00-05:00")
    case = in_new_york()
    case.call("no_answer")
    time.forward(seconds=30)
    case.ask()
    time.forward(seconds=30)  # one's own slip needs nobody else
    first = rows(contact)[0]["id"]
    perform(CorrectContact(first, outcome="conversation"), case.collector)
    last = rows(decision, decision.c.asked_for == "permit")[-1]
    (one,) = replayed(last)["known_now"]["learned"]
    assert (one.then["outcome"], one.now["outcome"]) == ("no_answer", "conversation")


def test_a_reservation_open_then_stays_as_it_was_known(house, time) -> None:
    case = in_china()
    permit = case.ask()["id"]
    case.refused()
    time.forward(minutes=30)
    last = rows(decision)[-1]
    assert replayed(last)["known_now"]["learned"] == []
    assert permit


def test_a_record_without_permit_is_not_its_own_history(house, time) -> None:
    case = in_china()
    values = {
        "person_id": case.person,
        "contact_point_id": case.point,
        "channel": "call",
        "direction": "outbound",
        "outcome": "no_answer",
        "reason": "not_asked",
        "started_at": time.now - timedelta(hours=1),
    }
    perform(LogUnpermitted(**values), case.collector)
    found = replayed(rows(decision)[0])
    assert found["answer"] == "same"
    assert found["known_now"]["learned"] == []


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.TEAM_LEADER, Role.PRIVACY_OFFICER])
def test_who_has_no_business_with_it_is_refused(house, time, role) -> None:
    case = in_china()
    case.ask()
    with pytest.raises(Refusal):
        replayed(rows(decision)[0], role)


def test_a_replay_is_recorded_with_what_it_found(house, time) -> None:
    case = in_china()
    case.ask()
    replayed(rows(decision)[0], Role.AUDITOR)
    (entry,) = rows(audit_entry, audit_entry.c.action == "contacts.decision.replayed")
    told = json.loads(entry["entry"])
    assert told["details"] == {"answer": "same", "alike": True}
    assert entry["subject_id"] == rows(decision)[0]["id"]


def test_a_decision_that_never_was_is_missing(house, time) -> None:
    with pytest.raises(Missing):
        answer(ReplayDecision(uuid4()), make_account(Role.AUDITOR))


def _judge_more_strictly(monkeypatch) -> None:
    """Let a newer engine refuse what the older allowed."""
    judge = replay.decide

    def newer(facts, books):
        found = judge(facts, books)
        reason = {"rule": "HOUSE.test.no_calls", "effect": "refuse", "why": "No calls."}
        later = {"allowed": False, "next_allowed_at": None, "engine": "99"}
        return found | later | {"reasons": [*found["reasons"], reason]}

    monkeypatch.setattr(replay, "decide", newer)
    monkeypatch.setattr(replay, "ENGINE", "99")
