"""Continuity sheets: sealed every hour, opened with the key on paper, and what they may say."""

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from crm import clock, open_house
from crm.audit.models import audit_entry
from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.models import person
from crm.contacts.actions.catching_up import CatchUp, Made
from crm.contacts.actions.outages import DeclareOutage
from crm.contacts.continuity import actions, files
from crm.contacts.continuity.actions import MakeContinuityKey, take_openings
from crm.contacts.continuity.models import continuity_key
from crm.contacts.continuity.sealing import CannotOpenSheet, Head, new_key, opened, sealed
from crm.contacts.models import contact, outage
from crm.contacts.rules.references import reference_of
from crm.gate.actions import Approve
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.worker import run_next
from crm.identity.actor import Actor, system
from crm.identity.roles import Role
from crm.opening import CannotOpen
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.scene import NOON_IN_CHINA, Scene, in_china, in_new_york, rows
from tests.factories import make_account, make_party, make_person, make_point
from tests.houses import Instance
from tests.visitors import Browser

assert actions
NOON = NOON_IN_CHINA
HEAD = Head(new_id(), NOON, NOON + timedelta(hours=12))


def supervisor_of(case: Scene) -> Actor:
    return make_account(Role.SUPERVISOR, team_id=case.collector.team_id)


def key_of(case: Scene) -> str:
    deed = MakeContinuityKey(case.collector.team_id)
    return str(perform(deed, supervisor_of(case)).result["key"])


def work_off() -> None:
    while run_next(new_id()):
        pass


def sheet_of(house: Instance, case: Scene) -> Path:
    return files.folder(house.settings.home) / f"{case.collector.team_id}.sheet"


def read(house: Instance, case: Scene, key: str) -> dict[str, Any]:
    return opened(sheet_of(house, case).read_bytes(), key, clock.now())


def numbers(sheet: dict[str, Any]) -> list[str]:
    return [line["number"] for one in sheet["collectors"] for line in one["lines"]]


def entries(name: str) -> list[Any]:
    with database().read() as connection:
        query = select(audit_entry).where(audit_entry.c.action == name).order_by(audit_entry.c.id)
        return list(connection.execute(query).all())


def test_only_the_key_opens_it() -> None:
    key, public = new_key()
    sheet = sealed(HEAD, {"team": "华东组"}, public)
    assert "华东组".encode() not in sheet
    assert opened(sheet, key, NOON) == {"team": "华东组"}
    assert opened(sheet, key.lower().replace("-", " "), NOON) == {"team": "华东组"}
    for wrong, why in {
        new_key()[0]: "another key",
        key[:-1] + ("A" if key[-1] != "A" else "B"): "no key",
        "": "no key",
        "七" * 56: "no key",
    }.items():
        with pytest.raises(CannotOpenSheet, match=why):
            opened(sheet, wrong, NOON)
    with pytest.raises(CannotOpenSheet, match="expired"):
        opened(sheet, key, HEAD.expires_at)


@pytest.mark.parametrize("at", [-1, -4000, 30, 60, 200, 260, 330])
def test_one_bit_turned_is_seen(at: int) -> None:
    key, public = new_key()
    sheet = bytearray(sealed(HEAD, {"a": 1}, public))
    sheet[at] ^= 1
    with pytest.raises(CannotOpenSheet):
        opened(bytes(sheet), key, NOON)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"probity-continuity-1\n",
        b"probity-continuity-1\n{}\n",
        b"probity-continuity-1\n[]\n",
        b"probity-continuity-1\n" + b"{" * 9999 + b"\n",
        b'probity-continuity-1\n{"team_id": 3}\n',
        b"\x00" * 5000,
    ],
)
def test_what_is_no_sheet(text: bytes) -> None:
    with pytest.raises(CannotOpenSheet):
        opened(text, new_key()[0], NOON)


def test_its_length_hides_how_many_stand_on_it() -> None:
    _, public = new_key()
    assert len(sealed(HEAD, {"a": "x"}, public)) == len(sealed(HEAD, {"a": "x" * 4000}, public))


@pytest.mark.both
def test_who_stands_on_it(house: Instance, time: Clock) -> None:
    case = in_china()
    stopped = in_china(case.collector, number="+8613800138001")
    perform(RecordCircumstance(stopped.person, "contact_hold", source="form"), case.collector)
    in_new_york(case.collector, number="+12125550123")  # it is midnight there
    called = in_china(case.collector, number="+8613800138002")
    for _ in range(3):
        called.call("effective_conversation")
        time.forward(minutes=1)
    friend = make_person("Qian Li", collector=case.collector)
    make_point(friend, "+8613800138003")
    make_party(case.loan, friend, "contact_person")
    elsewhere = in_china(number="+8613800138004")
    key = key_of(case)
    work_off()
    sheet = read(house, case, key)
    assert numbers(sheet) == ["+8613800138000", "+12125550123"]
    now, later = sheet["collectors"][0]["lines"]
    assert (now["name"], now["reference"]) == ("Chen Jing", reference_of(case.point))
    assert datetime.fromisoformat(now["from"]) == clock.now()
    assert datetime.fromisoformat(now["until"]).astimezone(UTC).hour == 22 - 8
    assert datetime.fromisoformat(later["from"]) == datetime.fromisoformat(
        "2026-11-25T08:00:00-05:00"
    )
    assert datetime.fromisoformat(later["until"]) == clock.now() + timedelta(hours=12)
    assert not sheet_of(house, elsewhere).exists()  # no key, no sheet
    text = sheet_of(house, case).read_bytes()
    assert b"13800138000" not in text
    assert b"Chen" not in text
    assert sheet_of(house, case).stat().st_mode & 0o777 == 0o600
    gathered = entries("contacts.continuity.gathered")  # at once, and by the hour
    assert [b'"people":2' in entry[1] for entry in gathered] == [True, True]


def test_an_erased_person_leaves_it_within_the_hour(house: Instance, time: Clock) -> None:
    case = in_china()
    key = key_of(case)
    work_off()
    assert numbers(read(house, case, key)) == ["+8613800138000"]
    begin_erasure(case.person)
    time.forward(hours=1)
    work_off()
    assert numbers(read(house, case, key)) == []
    assert len(files.sheets(house.settings.home)) == 1


def begin_erasure(person_id: UUID) -> None:
    perform(Begin(person_id), system("tests"))


@dataclasses.dataclass(frozen=True)
class Begin(actions.Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.continuity.begun"):
    """Mark a person as about to be erased."""

    id: UUID

    def run(self, work: Any, subject: Any) -> None:
        """Mark him."""
        work.change(person, self.id, erasure_begun_at=work.now)


def test_old_ones_and_those_without_a_key_are_let_go_of(house: Instance, time: Clock) -> None:
    home = house.settings.home
    _, public = new_key()
    old = Head(new_id(), NOON - timedelta(days=1), NOON - timedelta(hours=12))
    files.keep(home, old, sealed(old, {}, public))
    files.keep(home, HEAD, sealed(HEAD, {}, public))
    (files.folder(home) / "junk.sheet").write_text("junk")
    assert files.let_go(home, {HEAD.team_id, old.team_id}, NOON) == 2
    assert files.let_go(home, set(), NOON) == 1
    assert not files.sheets(home)


def test_a_new_key_ends_the_earlier_one(house: Instance, time: Clock) -> None:
    case = in_china()
    first = key_of(case)
    work_off()
    second = key_of(case)
    work_off()
    assert read(house, case, second)
    with pytest.raises(CannotOpenSheet, match="another key"):
        read(house, case, first)
    assert [row["ended_at"] is None for row in rows(continuity_key)] == [False, True]
    team = case.collector.team_id
    token = dataclasses.replace(supervisor_of(case), by_token=True)
    elsewhere = dataclasses.replace(supervisor_of(case), team_id=new_id())
    for who in (token, case.collector, elsewhere):
        with pytest.raises(Refusal):
            perform(MakeContinuityKey(team), who)
    again = perform(MakeContinuityKey(team), who := supervisor_of(case), "once")
    assert again.result["key"]
    assert perform(MakeContinuityKey(team), who, "once").result["key"] is None


def crm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command where there is no instance and no database at all."""
    command = [sys.executable, "-m", "crm", "continuity", "open", *arguments]
    nowhere = {"PATH": "/usr/bin:/bin", "CRM_HOME": "/nonexistent", "PYTHONPATH": "."}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=nowhere
    )


def test_nothing_answers_and_the_day_goes_on(
    house: Instance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The database dies; calls go on by the sheet, and stand in the record afterwards."""
    now = [datetime.now(UTC)]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    case = in_china()
    key = key_of(case)
    work_off()
    (tmp_path / "key").write_text(key)
    sheet = sheet_of(house, case)
    back = database_gone(house)
    shown = crm(str(sheet), "--key-file", str(tmp_path / "key"), "--html", "--language", "zh")
    assert shown.returncode == 0, shown.stderr
    assert "+8613800138000" in shown.stdout  # whatever the hour: morning comes within twelve
    assert "应急名单" in shown.stdout
    assert crm(str(sheet), "--key-file", str(tmp_path / "key")).returncode == 0
    (tmp_path / "wrong").write_text(new_key()[0])
    refused = crm(str(sheet), "--key-file", str(tmp_path / "wrong"))
    assert refused.returncode == 2
    assert "another key" in refused.stderr
    back()
    take_openings(system("crm worker"))
    take_openings(system("crm worker"))
    assert len(entries("contacts.continuity.opened")) == 2
    began, now[0] = now[0], now[0] + timedelta(hours=2)
    asked = perform(DeclareOutage("power", began, now[0]), supervisor_of(case))
    perform(Approve(asked.waiting), make_account(Role.COMPLIANCE_OFFICER))
    line = Made(0, Sealed.fresh(reference_of(case.point)), began, "no_answer")
    perform(CatchUp(rows(outage)[0]["id"], (line,)), case.collector)
    assert rows(contact)[0]["mark"] == "outage"


def database_gone(house: Instance) -> Callable[[], None]:
    """Take the database away from under the house; return what brings it back."""
    file = house.settings.home / "probity.db"
    house.house.close()
    file.rename(file.with_suffix(".gone"))
    with pytest.raises(CannotOpen):
        open_house(house.settings)

    def back() -> None:
        file.with_suffix(".gone").rename(file)
        house.house = open_house(house.settings)

    return back


def test_openings_are_recorded_once_whatever_breaks_off(house: Instance, time: Clock) -> None:
    home = house.settings.home
    _, public = new_key()
    case = in_china()
    head = dataclasses.replace(HEAD, team_id=case.collector.team_id)
    path = files.keep(home, head, sealed(head, {}, public))
    files.note_opening(path, path.read_bytes(), NOON)
    (files.folder(home) / files.OPENED).replace(files.folder(home) / files.TAKEN)  # it broke off
    files.note_opening(path, path.read_bytes(), NOON + timedelta(minutes=1))
    with (files.folder(home) / files.OPENED).open("a") as file:
        file.write('junk\n{"sheet": 1}\n\x00\n')
    take_openings(system("crm worker"))
    take_openings(system("crm worker"))
    assert len(entries("contacts.continuity.opened")) == 2


def test_where_the_opening_cannot_be_noted_it_stays_shut(house: Instance, time: Clock) -> None:
    path = files.folder(house.settings.home)
    path.mkdir(parents=True)
    _, public = new_key()
    kept = files.keep(house.settings.home, HEAD, sealed(HEAD, {}, public))
    (path / files.OPENED).mkdir()
    with pytest.raises(OSError, match="directory"):
        files.note_opening(kept, kept.read_bytes(), NOON)


def test_the_key_is_shown_once(house: Instance, browser: Callable[..., Browser]) -> None:
    case = in_china()
    chief = browser(actor=supervisor_of(case))
    assert "no key, no sheet" in chief.get("/continuity").text.lower()
    address = f"/continuity/{case.collector.team_id}/keys"
    shown = chief.post(address, idempotency_key="a")
    assert shown.status_code == 200
    assert 'class="secret"' in shown.text
    assert chief.post(address, idempotency_key="a").status_code == 303
    assert "Sealed every hour" in chief.get("/continuity").text
    assert browser(Role.TEAM_LEADER).get("/continuity").status_code == 403
