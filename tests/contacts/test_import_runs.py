"""Runs of files of others: broken off, twice at once, with odd mappings and odd text."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from crm.borrowers.models import person
from crm.contacts.imports import files
from crm.contacts.imports.actions import ImportContacts
from crm.contacts.models import contact
from crm.gate.action import Action
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Stale
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.loans.imports.actions.runs import RegisterImport
from crm.loans.imports.kinds import KINDS
from crm.loans.imports.queries import RunToContinue
from crm.loans.imports.runner import bring_in_from
from crm.loans.imports.saved import any_mapping_from
from tests.contacts.filing import OPERATOR, bring_in, mapping_of, text_of
from tests.contacts.scene import Scene, in_china, rows
from tests.factories import make_loan

pytestmark = pytest.mark.usefixtures("house")


@pytest.fixture
def scene(time: object) -> Scene:
    found = in_china()
    found.loan = make_loan(found.person, number="L-1")
    return found


def call(**cells: str) -> dict[str, str]:
    told = {"loan_number": "L-1", "number": "+8613800138000", "channel": "call"}
    return told | {"outcome": "no_answer", "at": "2026-11-24T11:00:00+08:00"} | cells


def broken_off(content: bytes, after: int) -> UUID:
    """Begin a run as the command does, bring some batches in, and let the process die."""
    mapping = mapping_of("contacts")
    found = KINDS["contacts"].survey(lambda: [content], mapping, OPERATOR, lambda done, of: None)
    action = RegisterImport(mapping, b"d" * 32, found.totals, tuple(found.rejects))
    run_id: UUID = perform(action, OPERATOR).result["id"]
    row = answer(RunToContinue(run_id), OPERATOR)
    for _, step in zip(range(after), KINDS["contacts"].steps(row, lambda: [content]), strict=False):
        perform(step.batch, OPERATOR)
    return run_id


@pytest.mark.both
def test_a_run_that_was_broken_off_goes_on_where_it_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "AT_ONCE", 2)
    told = [call(at=f"2026-11-{10 + n}T11:00:00+08:00") for n in range(7)]
    content = text_of(told).encode()
    run_id = broken_off(content, after=2)
    assert len(rows(contact)) == 4
    with pytest.raises(Stale):
        perform(ImportContacts(run_id, 1, 9, ()), OPERATOR)
    bring_in_from(run_id, lambda: [content], OPERATOR, lambda done, of: None)
    assert len(rows(contact)) == 7
    assert answer(RunToContinue(run_id), OPERATOR).totals["run"]["new"] == 7


@pytest.mark.both
def test_two_runs_of_the_same_lines_at_once_bring_them_in_once(scene: Scene) -> None:
    told = [call(at=f"2026-11-{10 + n}T11:00:00+08:00") for n in range(5)]
    content = text_of(told).encode()
    runs = [broken_off(content, after=0)]
    mapping = mapping_of("contacts", title="The same by another name")
    again = RegisterImport(replace(mapping, name="other"), b"e" * 32, {}, ())
    runs.append(perform(again, OPERATOR).result["id"])
    go = Barrier(2)

    def run(run_id: UUID) -> None:
        go.wait()
        bring_in_from(run_id, lambda: [content], OPERATOR, lambda done, of: None)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, runs))
    assert len(rows(contact)) == 5
    news = [answer(RunToContinue(one), OPERATOR).totals["run"]["new"] for one in runs]
    assert sorted(news) == [0, 5]


@pytest.mark.parametrize(
    "document",
    [
        {"kind": "contacts"},
        {"title": "x", "kind": "wishes", "columns": {}},
        {"title": "x", "kind": "contacts", "columns": {"at": "a", "outcome": "o"}},
        {"title": "x", "kind": "stops", "columns": {"kind": "k", "since": "s"}},
        {"title": "x", "kind": "stops", "columns": {"kind": "k", "since": "s", "soul": "z"}},
        {"title": "x", "kind": "stops", "columns": [], "zone": "Mars/Olympus"},
        {
            "title": "x",
            "kind": "contacts",
            "columns": {"at": "a", "outcome": "o", "channel": "c", "number": "n"},
            "values": {"outcome": {"接通": ["x"]}},
        },
    ],
)
def test_a_mapping_that_cannot_be_used_is_named(document: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        any_mapping_from("odd", document)


def test_odd_text_is_no_fault_of_the_program(scene: Scene) -> None:
    odd = ["\u202e", "😀" * 50, "'; DROP TABLE contact;--", "\ufeff", "NaN", "1e309", "٣", "－"]
    told = [call(**{part: text}) for text in odd for part in ("at", "outcome", "number", "zone")]
    found = bring_in("contacts", told)
    assert found["run"]["new"] + found["run"]["rejected"] + found["run"]["same"] == len(told)


def test_an_erased_person_is_nobody(scene: Scene) -> None:
    perform(Seeded(scene.person), OPERATOR)
    found = bring_in("contacts", [call()])
    assert [one.reason for one in found["rejects"]] == ["Nobody here has this number."]


@dataclass(frozen=True)
class Seeded(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.seed.begun"):
    """Begin a person's erasure, as privacy does."""

    person_id: UUID

    def run(self, work: Work, subject: object) -> dict[str, Any]:
        """Say since when."""
        work.change(person, self.person_id, erasure_begun_at=work.now)
        return {"id": None}
