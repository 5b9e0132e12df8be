"""Drafts of contact records: one's own, sealed, gone when saved, and never a record."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, update

from crm.audit.models import audit_entry
from crm.borrowers.models import person
from crm.contacts.actions.drafts import DraftOfPermit, DraftOfPerson, ForgetDraft, SweepDrafts
from crm.contacts.models import contact, draft
from crm.gate.errors import Missing, Refusal
from crm.gate.jotting import Jotting, jot
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.gate.work import Work
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.privacy.keyring import keyring
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from crm.storage.guard import UnrecordedChange
from tests.contacts.scene import Scene, in_china, rows
from tests.factories import make_account

pytestmark = pytest.mark.both

WORDS = "She will ask her brother in Nanjing."


def under_way() -> tuple[Scene, UUID]:
    case = in_china()
    permit = case.ask()["id"]
    case.start(permit)
    return case, permit


def typed(**fields: Any) -> dict[str, str]:
    return {"document": json.dumps({name: [text] for name, text in fields.items()})}


def entries() -> int:
    with database().read() as connection:
        return int(connection.execute(select(func.count()).select_from(audit_entry)).scalar_one())


def test_a_draft_comes_back_to_its_holder_and_goes_when_it_is_saved(browser, time) -> None:
    case, permit = under_way()
    at = f"/permits/{permit}"
    desk = browser(actor=case.collector)
    page = desk.get(at).text
    assert "restored" not in page
    before = entries()
    form = typed(outcome="PTP", promise_amount="99", note=WORDS)
    assert desk.post(f"{at}/draft", **form).status_code == 204
    assert desk.post(f"{at}/draft", **form).status_code == 204
    assert entries() == before, "typing is no deed"
    assert len(rows(draft)) == 1
    page = desk.get(at).text
    assert "Draft of 04:00 restored." in page
    assert WORDS in page
    assert '<option value="PTP" selected' in page
    assert 'data-said="promise" data-code="PTP" open' in page
    assert rows(contact) == []
    faulty = desk.post(f"{at}/contact", outcome="PTP", note="Newer.", page=at)
    assert "Newer." in faulty.text, "what was sent comes back, not what was kept before"
    assert WORDS not in faulty.text
    desk.post(f"{at}/contact", quick="NA", page=at)
    assert len(rows(contact)) == 1
    assert rows(draft) == []


@pytest.mark.parametrize("untampered", [False])  # keys that go without an erasure
def test_it_is_sealed_and_dies_with_its_person(browser, time) -> None:
    case, permit = under_way()
    at = f"/permits/{permit}"
    desk = browser(actor=case.collector)
    desk.post(f"{at}/draft", **typed(note=WORDS))
    with database().read() as connection:
        kept = connection.execute(select(draft.c.document)).scalar_one()
    assert WORDS.encode() not in bytes(kept)
    keyring().destroy(case.person)
    assert "restored" not in desk.get(at).text


def test_nobody_else_sees_or_writes_it(browser, time) -> None:
    case, permit = under_way()
    at = f"/permits/{permit}"
    browser(actor=case.collector).post(f"{at}/draft", **typed(note=WORDS))
    leader = browser(Role.TEAM_LEADER, team_id=case.collector.team_id)
    assert WORDS not in leader.get(at).text
    assert leader.post(f"{at}/draft", **typed(note="Mine.")).status_code == 404
    leader.post(f"{at}/draft/discard", page=at)
    assert len(rows(draft)) == 1
    assert browser(Role.COLLECTOR).post(f"{at}/draft", **typed(note="x")).status_code == 404
    assert browser(Role.AUDITOR).post(f"{at}/draft", **typed(note="x")).status_code == 403


def test_it_is_only_of_what_is_still_to_be_logged(house, time) -> None:
    case, permit = under_way()
    kept = DraftOfPermit(permit, Sealed.fresh("{}"))
    jot(kept, case.collector)
    case.log(permit)
    for about in (permit, uuid4()):
        with pytest.raises(Missing):
            jot(DraftOfPermit(about, Sealed.fresh("{}")), case.collector)
    reserved = case.ask()["id"]
    with pytest.raises(Missing):
        jot(DraftOfPermit(reserved, Sealed.fresh("{}")), case.collector)
    jot(ForgetDraft(permit), case.collector)
    jot(ForgetDraft(permit), case.collector)
    assert rows(draft) == []


def test_a_contact_without_permit_has_its_draft_too(browser, time) -> None:
    case = in_china()
    at = f"/people/{case.person}/contacts"
    desk = browser(actor=case.collector)
    sent = typed(outcome="INC", note=WORDS, direction="inbound", started_at="2026-11-25T11:00")
    assert desk.post(f"{at}/draft", **sent).status_code == 204
    page = desk.get(f"{at}/new").text
    assert WORDS in page
    gone = desk.post(f"{at}/draft/discard", page=f"{at}/new", note=WORDS, anything="else")
    assert (gone.status_code, gone.location) == (303, f"{at}/new")
    assert rows(draft) == []
    desk.post(f"{at}/draft", **sent)
    form = {"direction": "inbound", "channel": "call", "outcome": "INC", "zone": "Asia/Shanghai"}
    done = desk.post(at, page=f"{at}/new", started_at="2026-11-25T11:00", **form)
    assert done.status_code == 303
    assert rows(draft) == []
    other = make_account(team_id=case.collector.team_id)
    with pytest.raises(Missing):
        jot(DraftOfPerson(case.person, Sealed.fresh("{}")), other)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "no json",
        "{",
        '"text"',
        '{"note": "plain"}',
        '{"note": [1]}',
        '{"strange": ["x"]}',
        '{"note": ["\\ud800"]}',
        json.dumps({"note": ["x" * 20_001]}),
        "[" * 3000,
    ],
)
def test_what_is_no_draft_is_refused(browser, time, document: str) -> None:
    case, permit = under_way()
    desk = browser(actor=case.collector)
    assert desk.post(f"/permits/{permit}/draft", document=document).status_code == 422
    assert rows(draft) == []


def test_what_is_a_day_old_is_not_shown_and_swept(browser, time) -> None:
    case, permit = under_way()
    jot(DraftOfPermit(permit, Sealed.fresh(typed(note=WORDS)["document"])), case.collector)
    time.forward(hours=23, minutes=59)
    perform(SweepDrafts(), system("tests"))
    assert len(rows(draft)) == 1
    time.forward(minutes=2)
    assert WORDS not in browser(actor=case.collector).get(f"/permits/{permit}").text
    perform(SweepDrafts(), system("tests"))
    assert rows(draft) == []


def test_a_jotting_keeps_books_only(house) -> None:
    class Sneak(Jotting, needs=Permission.MANAGE_SELF):
        def read(self, reader: Reader, subject: Any) -> Any:
            return [update(person).values(language="xx")]

    with pytest.raises(UnrecordedChange):
        jot(Sneak(), make_account())
    with pytest.raises(TypeError, match="keeps nothing"):
        jot(Jotting(), make_account())
    with pytest.raises(Refusal):
        jot(ForgetDraft(uuid4()), make_account(Role.AUDITOR))
    someone = make_account()
    with database().write() as connection, pytest.raises(TypeError, match="recorded"):
        Work(connection, someone).forget(contact, contact.c.id == uuid4())
