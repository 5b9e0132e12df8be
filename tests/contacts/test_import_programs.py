"""Files sent by programs: the same jobs, rejects and conflicts as from the pages."""

from collections.abc import Callable
from typing import Any

import pytest

from crm.borrowers.actions.points import EndContactPoint
from crm.borrowers.models import circumstance
from crm.contacts.imports import files
from crm.contacts.models import contact
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.roles import Role
from crm.loans.imports import runner
from crm.loans.models import import_run
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.filing import text_of
from tests.contacts.scene import Scene, in_china, rows
from tests.factories import make_loan
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
STOP = {"loan_number": "L-1", "kind": "deceased", "since": "2026-11-01"}
CONSENT = dict.fromkeys(
    ("until", "channel", "only_loan", "only_number", "from", "to", "given_to", "given_in_breach"),
    "",
) | {"loan_number": "L-1", "kind": "extra_calls", "at": "2026-11-01", "words": ""}


@pytest.fixture
def scene(time: Clock) -> Scene:
    found = in_china()
    make_loan(found.person, number="L-1")
    return found


@pytest.fixture
def steward(program: Callable[..., Program]) -> Program:
    return program(Role.DATA_STEWARD)


def work_off() -> None:
    while run_next(new_id()):
        pass


def begun(steward: Program, mapping: str, content: str, **more: Any) -> str:
    """Send a file and let the worker read it; return the address of its import."""
    answer = steward.send("/imports", content, mapping=mapping, **more)
    assert answer.status_code == 201, answer.text
    work_off()
    return f"/imports/{answer.json['id']}"


def test_contacts_from_the_upload_to_the_corrections(
    scene: Scene, steward: Program, time: Clock
) -> None:
    perform(EndContactPoint(scene.point, "wrong_number"), scene.collector)
    time.forward(days=1)
    sent = [CALL, CALL | {"at": "2026-11-26T09:00:00+08:00"}, CALL | {"at": "yesterday"}]
    run = begun(steward, "contacts", text_of(sent))
    told: Any = steward.get(run).json
    assert (told["state"], told["preview"]["rejected"]) == ("previewed", 1)
    assert told["rejects"][0]["reason"] == "This is not a moment."
    assert steward.get(run + "/rejects").json["items"] == told["rejects"]
    assert rows(contact) == []
    assert steward.post(run + "/confirm").status_code == 201
    work_off()
    told = steward.get(run).json
    assert (told["state"], told["run"]["new"]) == ("done", 2)
    (line,) = steward.get(run + "/corrections").json["items"]
    assert line["reason"].startswith("This number or address was ended here")
    assert "13800138000" not in str(line)


@pytest.mark.parametrize(("kind", "row"), [("stops", STOP), ("consents", CONSENT)])
def test_the_other_kinds(
    scene: Scene, steward: Program, browser: Callable[..., Browser], kind: str, row: dict[str, str]
) -> None:
    run = begun(steward, kind, text_of([row]))
    steward.post(run + "/confirm")
    work_off()
    assert steward.get(run).json["run"]["new"] == 1
    assert len(rows(circumstance)) == (kind == "stops")
    assert "Done" in browser(Role.DATA_STEWARD).get(run).text  # the same run as on the pages
    again = begun(steward, kind, text_of([row]))
    assert steward.get(again).json["preview"]["same"] == 1


def test_a_repeat_begins_nothing_twice(scene: Scene, steward: Program) -> None:
    content = text_of([STOP])
    first = steward.send("/imports", content, key="file-1", mapping="stops")
    repeat = steward.send("/imports", content, key="file-1", mapping="stops")
    assert (repeat.status_code, repeat.json) == (201, first.json)
    assert len(rows(import_run)) == 1
    other = steward.send("/imports", text_of([CALL]), key="file-1", mapping="contacts")
    assert other.status_code == 422
    under_way = steward.send("/imports", content, mapping="stops")
    assert (under_way.status_code, under_way.json["rule"]) == (409, "import.under_way")


@pytest.mark.parametrize(
    ("form", "content", "field"),
    [
        ({"mapping": "stops"}, None, "file"),
        ({"mapping": "stops", "file": "loan_number\nL-1\n"}, None, "file"),
        ({}, "x", "mapping"),
        ({"mapping": "letters"}, "x", "mapping"),
        ({"mapping": "stops", "colour": "red"}, "x", "colour"),
    ],
)
def test_what_is_wrong_is_named(
    scene: Scene, steward: Program, form: dict[str, str], content: str | None, field: str
) -> None:
    answer = steward.send("/imports", content, **form)
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [field]
    assert rows(import_run) == []


def test_a_file_does_not_come_as_json(scene: Scene, steward: Program) -> None:
    answer = steward.post("/imports", {"mapping": "stops", "file": "loan_number"})
    assert answer.status_code == 415
    assert "multipart/form-data" in answer.json["detail"]


@pytest.mark.parametrize(
    "role",
    [
        role
        for role in Role
        if role not in {Role.DATA_STEWARD, Role.SYSTEM, Role.ANONYMOUS, Role.MANAGEMENT}
    ],
)
def test_nobody_else_sends_files(scene: Scene, program: Callable[..., Program], role: Role) -> None:
    someone = program(role)
    assert someone.send("/imports", text_of([STOP]), mapping="stops").status_code == 403
    assert someone.get("/imports/mappings").status_code == 403
    assert rows(import_run) == []


def test_a_mapping_of_ones_own(scene: Scene, steward: Program) -> None:
    shipped = steward.get("/imports/mappings").json["items"]
    assert {one["name"] for one in shipped} >= {"contacts", "stops", "consents"}
    found: Any = steward.get("/imports/mappings/stops").json
    assert (found["shipped"], found["version"]) == (True, None)
    kept = steward.post("/imports/mappings", {"name": "ours", "document": found["document"]})
    assert (kept.status_code, kept.json["name"]) == (201, "ours")
    run = begun(steward, "ours", text_of([STOP]))
    assert steward.get(run).json["kind"] == "stops"
    stale = steward.post("/imports/mappings", {"name": "ours", "document": found["document"]})
    assert stale.status_code == 409
    wrong = steward.post("/imports/mappings", {"name": "theirs", "document": "title: ["})
    assert "document" in wrong.json["fields"]
    assert steward.get("/imports/mappings/nowhere").status_code == 404
