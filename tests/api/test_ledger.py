"""The ledger over the API: lists, proofs, verification."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm import clock
from crm.audit.actions import RecordVerification
from crm.audit.checkpoint import checkpoint_now
from crm.audit.merkle import verify_consistency, verify_inclusion
from crm.audit.queries import BY_COMMAND
from crm.audit.sequencer import sequence_once
from crm.audit.signer import open_signer
from crm.borrowers.models import person
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.actions.places import CreateTeam
from crm.identity.actor import system
from crm.identity.models import team
from crm.identity.roles import Role
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import make_account, make_person, make_team
from tests.houses import Instance
from tests.touching import touch
from tests.visitors import Program

Make = Callable[..., Any]


@pytest.fixture
def auditor(program: Make) -> Program:
    """Return an auditor's program."""
    made: Program = program(Role.AUDITOR, valid_until=clock.now() + timedelta(days=1))
    return made


def in_order() -> None:
    """Give every entry its place."""
    while sequence_once(database()):
        pass


@pytest.mark.both
def test_the_ledger_is_read_page_by_page_newest_first(auditor: Program) -> None:
    made = [str(make_team()) for _ in range(120)]
    found: list[str] = []
    page = auditor.get("/audit/entries", action="tests.row.seeded").json
    sizes = [len(page["items"])]
    while True:
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        page = auditor.get("/audit/entries", action="tests.row.", after=page["next"]).json
        sizes.append(len(page["items"]))
    assert sizes[:2] == [50, 50]
    assert len(found) == len(set(found)) >= len(made)
    assert found == sorted(found, reverse=True)


def test_a_cursor_is_sealed_and_good_for_its_list_only(auditor: Program, program: Make) -> None:
    for _ in range(51):
        make_team()
    cursor = auditor.get("/audit/entries").json["next"]
    last = auditor.get("/audit/entries").json["items"][-1]["id"]
    assert last not in cursor
    assert last.replace("-", "") not in cursor
    wrong = [cursor[:-2] + "AA", "x", "é", "A" * 5000, cursor + "x"]
    for given in wrong:
        answer = auditor.get("/audit/entries", after=given)
        assert answer.status_code == 422
        assert list(answer.json["fields"]) == ["after"]
    officer = program(Role.COMPLIANCE_OFFICER)
    assert officer.get("/approvals", after=cursor).status_code == 422


def test_the_ledger_is_filtered(auditor: Program) -> None:
    before = clock.now()
    make_team()
    api = auditor
    assert api.get("/audit/entries", outcome="refused").json["items"] == []
    assert (
        api.get("/audit/entries", until=(before - timedelta(days=9)).isoformat()).json["items"]
        == []
    )
    since = api.get("/audit/entries", since=before.isoformat()).json["items"]
    assert since
    mine = api.get("/audit/entries", actor_id=str(api.actor.id)).json["items"]
    assert {item["action"] for item in mine} == {"audit.ledger.listed"}
    assert mine[0]["actor"] == "Wu Min"
    for name, value in (("outcome", "x"), ("since", "yesterday"), ("actor_id", "1"), ("x", "1")):
        assert list(api.get("/audit/entries", **{name: value}).json["fields"]) == [name]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_say_what_was_done_in_words_beside_its_code(browser: Make, language: str) -> None:
    deed, column, table = {
        "en": ("A team was made", "Its name", "team"),
        "zh": ("建立了小组", "名称", "小组"),
    }[language]
    until = clock.now() + timedelta(days=1)
    reader = browser(Role.AUDITOR, language=language, valid_until=until)
    perform(CreateTeam("North"), make_account(Role.ADMIN))
    page = reader.get("/ledger?action=identity.team").text
    assert f">{deed}</a>" in page
    assert '<code class="code-of">identity.team.created</code>' in page
    assert f'<option value="identity.team.created">{deed}</option>' in page
    assert f": {deed} <" in reader.get("/ledger?action=identity.team.created").text
    found = re.search(r'<a href="(/ledger/[0-9a-f-]+)">' + deed, page)
    assert found
    entry = reader.get(found[1]).text
    assert f'<p class="lead">{deed}</p>' in entry
    assert f'{column} <code class="code-of">name</code></dt><dd><code>North</code>' in entry
    assert f'{table} <code class="code-of">team</code>' in entry


def test_an_entry_says_how_many_rows_and_what_was_emptied(browser: Make) -> None:
    rows = [{"id": new_id(), "name": f"T{number}", "version": 1} for number in range(3)]
    touch(team, *rows, fresh=True)
    one = make_person(language="zh", organisation_id=None)
    touch(person, {"id": one, "language": None})
    reader = browser(Role.AUDITOR, valid_until=clock.now() + timedelta(days=1))
    page = reader.get("/ledger?action=tests").text
    pages = [reader.get(at).text for at in re.findall(r'href="(/ledger/[0-9a-f-]{36})"', page)]
    assert any("3 rows were written" in text for text in pages)
    assert any("made empty" in text for text in pages)


def test_looking_is_recorded_with_what_was_looked_for(auditor: Program) -> None:
    subject = str(new_id())
    auditor.get("/audit/entries", subject_id=subject)
    newest = auditor.get("/audit/entries", action="audit.ledger.listed").json["items"][0]
    entry = auditor.get(f"/audit/entries/{newest['id']}").json["entry"]
    assert entry["details"] == {"subject_id": subject}


@pytest.mark.both
def test_an_outsider_checks_the_proofs_with_what_the_api_gives(
    auditor: Program, instance: Instance
) -> None:
    make_team()
    in_order()
    signer = open_signer(instance.settings)
    checkpoint_now(database(), signer)
    note = auditor.get("/audit/checkpoint").json["note"]
    older, old_root = signer.last()
    assert note.splitlines()[1] == str(older)
    make_team()
    in_order()
    newest = auditor.get("/audit/entries", action="tests.row.seeded").json["items"][0]
    entry = auditor.get(f"/audit/entries/{newest['id']}").json
    in_order()
    proof = auditor.get(f"/audit/proof/inclusion/{newest['id']}").json
    path = [bytes.fromhex(step) for step in proof["path"]]
    root = bytes.fromhex(proof["root"])
    leaf = bytes.fromhex(entry["leaf"])
    assert verify_inclusion(leaf, proof["index"], proof["size"], path, root)
    grown = auditor.get("/audit/proof/consistency", **{"from": older, "to": proof["size"]}).json
    steps = [bytes.fromhex(step) for step in grown["path"]]
    assert (grown["from"], grown["to"]) == (older, proof["size"])
    assert verify_consistency((older, old_root), (proof["size"], root), steps)


def test_the_leaf_is_the_hash_of_the_words(auditor: Program) -> None:
    from crm.audit.entry import canonical

    make_team()
    newest = auditor.get("/audit/entries").json["items"][0]
    entry = auditor.get(f"/audit/entries/{newest['id']}").json
    text = canonical(entry["entry"])
    assert hashlib.sha256(b"\0" + text).hexdigest() == entry["leaf"]


@pytest.mark.parametrize(
    ("sizes", "fields"),
    [
        ({"from": 0, "to": 1}, ["from"]),
        ({"from": 2, "to": 1}, ["from"]),
        ({"from": 1, "to": 10**6}, ["from"]),
        ({"from": 1, "to": 10**30}, ["to"]),
        ({"from": "x", "to": "1"}, ["from"]),
        ({}, ["from", "to"]),
    ],
)
def test_sizes_are_sizes(auditor: Program, sizes: dict[str, Any], fields: list[str]) -> None:
    answer = auditor.get("/audit/proof/consistency", **sizes)
    assert answer.status_code == 422
    assert sorted(answer.json["fields"]) == fields


def test_what_is_not_there_is_not_found(auditor: Program) -> None:
    assert auditor.get(f"/audit/entries/{new_id()}").status_code == 404
    assert auditor.get(f"/audit/proof/inclusion/{new_id()}").status_code == 404


@pytest.mark.both
def test_a_verification_is_asked_for_done_and_shown(auditor: Program, browser: Make) -> None:
    in_order()
    asked = auditor.post("/audit/verifications")
    again = auditor.post("/audit/verifications")
    assert asked.status_code == 201
    assert asked.json == again.json, "one that waits answers both"
    job = f"/jobs/{asked.json['id']}"
    assert auditor.get(job).json["state"] == "ready"
    assert run_next(new_id())
    done = auditor.get(job).json
    assert (done["state"], done["progress"]["ok"]) == ("done", True)
    page = browser(Role.AUDITOR, valid_until=clock.now() + timedelta(days=1))
    in_order()
    newest = auditor.get("/audit/entries", action="audit.ledger.verified").json["items"][0]
    details = auditor.get(f"/audit/entries/{newest['id']}").json["entry"]["details"]
    assert details["ok"] is True
    assert details["faults"] == []
    entry = f'<a href="/ledger/{newest["id"]}">'
    place = re.search(rf"{entry}(Entry \d+)</a>", page.get("/ledger/verify").text)
    assert place is not None
    assert f"<title>{place[1]} " in page.get(f"/ledger/{newest['id']}").text


def test_what_the_command_verified_is_shown_too(browser: Make) -> None:
    page = browser(Role.AUDITOR, valid_until=clock.now() + timedelta(days=1))
    assert "It has not been verified yet" in page.get("/ledger/verify").text
    perform(RecordVerification(True, 5, 5, ()), system(BY_COMMAND))
    assert "It has not been verified yet" not in page.get("/ledger/verify").text


def test_a_job_is_its_askers(auditor: Program, program: Make) -> None:
    job = auditor.post("/audit/verifications").json["id"]
    assert program(Role.COLLECTOR).get(f"/jobs/{job}").status_code == 404
    assert program(Role.COLLECTOR).post(f"/jobs/{job}/cancel").status_code == 404
    assert program(Role.ADMIN).get(f"/jobs/{job}").status_code == 200
    assert auditor.get(f"/jobs/{new_id()}").status_code == 404


@pytest.mark.both
def test_a_job_that_waits_is_cancelled_at_once(auditor: Program) -> None:
    job = auditor.post("/audit/verifications").json["id"]
    assert auditor.post(f"/jobs/{job}/cancel").status_code == 204
    shown = auditor.get(f"/jobs/{job}").json
    assert (shown["state"], shown["cancel_asked"]) == ("cancelled", True)
    assert shown["ended_at"]
    while run_next(new_id()):
        pass  # what is due every so often is done; this is not
    assert auditor.get(f"/jobs/{job}").json["state"] == "cancelled"
    refused = auditor.post(f"/jobs/{job}/cancel")
    assert (refused.status_code, refused.json["rule"]) == (409, "job.ended")


def test_who_may_not_read_the_ledger_is_refused_and_recorded(
    auditor: Program, program: Make
) -> None:
    collector = program(Role.COLLECTOR)
    for at in ("/audit/entries", "/audit/checkpoint"):
        assert collector.get(at).status_code == 403
    assert collector.get("/audit/proof/consistency", **{"from": 1, "to": 1}).status_code == 403
    assert collector.post("/audit/verifications").status_code == 403
    seen = auditor.get("/audit/entries", actor_id=str(collector.actor.id)).json["items"]
    assert [item["outcome"] for item in seen] == ["refused"] * 4
