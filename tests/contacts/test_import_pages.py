"""A file of others on its way through the pages and the command."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.borrowers.actions.points import EndContactPoint
from crm.contacts.imports import files
from crm.contacts.models import contact
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.roles import Role
from crm.loans.imports import runner
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.filing import text_of
from tests.contacts.scene import Scene, in_china, rows
from tests.factories import make_loan
from tests.houses import Instance
from tests.visitors import Browser, Program

assert runner, files
pytestmark = pytest.mark.usefixtures("house")
CALL = {
    "loan_number": "L-1",
    "number": "+8613800138000",
    "channel": "call",
    "outcome": "no_answer",
    "at": "2026-11-24T11:00:00+08:00",
}


@pytest.fixture
def scene(time: Clock) -> Scene:
    found = in_china()
    make_loan(found.person, number="L-1")
    return found


def work_off() -> None:
    while run_next(new_id()):
        pass


def upload(visitor: Browser, kind: str, content: str) -> str:
    file = (io.BytesIO(content.encode()), "others.csv")
    answer = visitor.post("/imports", mapping=kind, file=file)
    assert answer.status_code == 303, answer.text
    work_off()
    return str(answer.location)


@pytest.mark.parametrize("kind", ["contacts", "uci-credit-card"])
def test_a_file_of_which_no_line_can_be_used_is_not_brought_in(
    scene: Scene, browser: Callable[..., Browser], kind: str
) -> None:
    steward = browser(Role.DATA_STEWARD)
    told = text_of([CALL | {"at": "yesterday"}]) if kind == "contacts" else "ID,LIMIT_BAL\nx,y\n"
    shown = steward.get(upload(steward, kind, told)).text
    assert "Bring these" not in shown
    if kind == "contacts":
        assert "No line of it can be used." in shown


def test_contacts_from_the_upload_to_the_corrections(
    scene: Scene, browser: Callable[..., Browser], time: Clock
) -> None:
    perform(EndContactPoint(scene.point, "wrong_number"), scene.collector)
    time.forward(days=1)
    steward = browser(Role.DATA_STEWARD)
    told = [CALL, CALL | {"at": "2026-11-26T09:00:00+08:00"}, CALL | {"at": "yesterday"}]
    page = upload(steward, "contacts", text_of(told))
    shown = steward.get(page).text
    assert "Bring these lines in" in shown
    assert "This is not a moment." in shown
    assert not rows(contact)
    steward.post(page + "/confirm")
    work_off()
    shown = steward.get(page).text
    assert "This number or address was ended here" in shown
    assert "13800138000" not in shown
    assert len(rows(contact)) == 2
    file = steward.get(page + "/corrections.csv")
    assert file.mimetype == "text/csv"
    assert "This number or address was ended here" in file.text
    assert "13800138000" not in file.text
    assert "L-1" not in file.text, "masked as the role says"
    assert (
        "From a file"
        in Browser(steward.client.application, actor=scene.collector)
        .get(f"/people/{scene.person}")
        .text
    )


@pytest.mark.parametrize("kind", ["stops", "consents"])
def test_the_other_kinds_have_their_page(
    scene: Scene, browser: Callable[..., Browser], kind: str
) -> None:
    more = {"stops": {"kind": "deceased", "since": "2026-11-01"}, "consents": {}}[kind]
    names = ("until", "channel", "only_loan", "only_number", "from", "to")
    names += ("given_to", "given_in_breach", "words")
    consent = dict.fromkeys(names, "") | {"kind": "extra_calls", "at": "2026-11-01"}
    row = {"loan_number": "L-1"} | (more or consent)
    steward = browser(Role.DATA_STEWARD)
    page = upload(steward, kind, text_of([row]))
    steward.post(page + "/confirm")
    work_off()
    assert "Done" in steward.get(page).text
    again = upload(steward, kind, text_of([row, row]))
    assert "Nothing new." in steward.get(again).text
    for other in (Role.COLLECTOR, Role.COMPLIANCE_OFFICER, Role.ADMIN):
        assert browser(other).get(page).status_code == 403
        assert browser(other).get(page + "/corrections.csv").status_code == 403


def test_programs_see_the_same(
    scene: Scene, browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    page = upload(browser(Role.DATA_STEWARD), "contacts", text_of([CALL]))
    steward = program(Role.DATA_STEWARD)
    told: Any = steward.get(page).json
    assert told["kind"] == "contacts"
    assert told["preview"]["words"] == [["no_answer", 1]]
    assert told["preview"]["oldest"] == "2026-11-24"
    assert steward.post(page + "/confirm").status_code == 201
    work_off()
    told = steward.get(page).json
    assert (told["state"], told["run"]["new"], told["conflicts"]) == ("done", 1, [])


def test_the_command_brings_a_file_in(house: Instance, tmp_path: Path) -> None:
    scene = in_china()
    make_loan(scene.person, number="L-1")
    file = tmp_path / "agency.csv"
    file.write_text(text_of([CALL, CALL | {"at": "2026-11-24 12:00"}]), encoding="utf-8")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "crm", "import", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    tried = run("contacts", str(file), "--dry-run")
    assert (tried.returncode, len(rows(contact))) == (1, 0), tried.stderr
    assert "Nobody says in which zone" in tried.stdout
    done = run("contacts", str(file))
    assert (done.returncode, len(rows(contact))) == (1, 1), done.stderr
    assert "Done: 1 new" in done.stdout
    wrong = run("stops", str(file), "--mapping", "contacts")
    assert wrong.returncode == 2
    assert "is a mapping of contacts, not of stops" in wrong.stderr
