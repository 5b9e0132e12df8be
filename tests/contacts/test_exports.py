"""A file of refusals: written as whoever asked, masked, sealed, his alone, gone after a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from crm.audit.models import audit_entry
from crm.contacts.actions import exports
from crm.contacts.actions.exports import AskExport, KeepExport, SweepExports
from crm.contacts.models import export
from crm.contacts.queries import takeouts
from crm.contacts.queries.exports import ExportFile, ExportToWrite, OneExport
from crm.contacts.rules.causes import TakenFor
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.actor import Actor, system
from crm.identity.models import account
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.scene import in_china, rows
from tests.factories import make_account, make_person, make_team
from tests.touching import touch

NIGHT = "2026-11-25T23:00:00+08:00"


def asked(of: str = "refusals", **filters: Any) -> AskExport:
    query = urlencode({name: str(value) for name, value in filters.items()})
    return AskExport(of, TakenFor.AUDIT, Sealed.fresh("for the yearly audit"), query)


def written(who: Actor, of: str = "refusals", **filters: Any) -> UUID:
    export_id: UUID = perform(asked(of, **filters), who).result["id"]
    while run_next(new_id()):
        pass
    return export_id


@pytest.mark.both
def test_the_worker_writes_it_masked_and_sealed(house: Any, time: Clock) -> None:
    time.set(NIGHT)
    in_china().refused()
    officer = make_account(Role.COMPLIANCE_OFFICER, zone="Asia/Shanghai")
    export_id = written(officer)
    assert answer(OneExport(export_id), officer)["state"] == "ready"
    (line,) = answer(ExportFile(export_id), officer)["rows"]
    assert line == {
        "kind": "Refused",
        "at": "2026-11-25T23:00:00+08:00",
        "person": "C••• J•••",
        "channel": "Telephone call",
        "outcome": None,
        "title": "No collection from ten in the evening to eight in the morning",
        "citation": "GB/T 45251-2025; CBA Guidelines 2026",
        "collector": "Wu Min",
        "next_allowed_at": "2026-11-26T08:00:00+08:00",
    }
    (kept,) = rows(export)
    assert str(kept["content"]) == "[sealed]"
    names = [row["action"] for row in rows(audit_entry)]
    for name in ("requested", "written", "downloaded"):
        assert f"contacts.export.{name}" in names
    assert names.count("contacts.refusals.exported") == 1


def test_under_the_filters_of_the_list_page_by_page(
    house: Any, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeouts, "AT_ONCE", 2)
    time.set(NIGHT)
    mine, other = in_china(make_account(team_id=make_team())), in_china(number="+8613900139000")
    for _ in range(5):
        mine.refused()
        time.forward(seconds=1)
    other.refused()
    officer = make_account(Role.COMPLIANCE_OFFICER)
    found = answer(ExportFile(written(officer, by=mine.collector.id)), officer)["rows"]
    assert len({line["at"] for line in found}) == len(found) == 5
    assert answer(ExportFile(written(officer, kind="unlawful")), officer)["rows"] == []


def test_nobody_has_another_ones_file_and_few_may_ask(house: Any, time: Clock) -> None:
    export_id = written(make_account(Role.COMPLIANCE_OFFICER))
    other = make_account(Role.COMPLIANCE_OFFICER)
    for question in (OneExport(export_id), ExportFile(export_id)):
        with pytest.raises(Missing):
            answer(question, other)
    for role in (Role.TEAM_LEADER, Role.AUDITOR, Role.COLLECTOR):
        with pytest.raises(Refusal):
            perform(asked(), make_account(role))


@pytest.mark.both
def test_it_is_gone_after_a_day(house: Any, time: Clock) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    export_id = written(officer)
    time.now += timedelta(hours=23)
    perform(SweepExports(), system("sweep"))
    assert answer(OneExport(export_id), officer)["state"] == "ready"
    time.now += timedelta(hours=2)
    perform(SweepExports(), system("sweep"))
    assert answer(OneExport(export_id), officer)["state"] == "gone"
    with pytest.raises(Missing):
        answer(ExportFile(export_id), officer)


def test_on_the_page_and_by_program(
    house: Any, time: Clock, browser: Callable[..., Any], program: Callable[..., Any]
) -> None:
    time.set(NIGHT)
    in_china().refused()
    officer = browser(Role.COMPLIANCE_OFFICER)
    assert "/lists/refusals/exports" in officer.get("/refusals").text
    asked = officer.post(
        "/lists/refusals/exports", query="kind=refused", purpose="audit", reason="for the audit"
    )
    address = asked.headers["Location"]
    assert "being written" in officer.get(address).text
    while run_next(new_id()):
        pass
    assert f'{address}/list.csv"' in officer.get(address).text
    file = officer.get(f"{address}/list.csv")
    assert file.mimetype == "text/csv"
    assert "Refused" in file.text
    assert "An audit" in file.text.partition("\n")[0]
    told = program(Role.COMPLIANCE_OFFICER).post(
        "/lists/refusals/exports", {"query": "", "purpose": "court", "reason": "subpoena"}
    )
    assert told.status_code == 201


@pytest.mark.parametrize("of", ["contacts", "findings", "near", "people", "work", "refusals"])
def test_each_list_of_people_is_taken_out_with_names_in_part(
    house: Any, time: Clock, of: str
) -> None:
    time.set("2026-11-25T12:00:00+08:00")
    team = make_team()
    scene = in_china(make_account(team_id=team))
    scene.call()
    make_person("Zhou Wanting", scene.collector)
    supervisor = make_account(Role.SUPERVISOR, team_id=team)
    found = answer(ExportFile(written(supervisor, of)), supervisor)
    names = {line["person"] for line in found["rows"]}
    assert names <= {"C••• J•••", "Z••• W•••"}
    assert all(set(line) == {key for key, _ in found["columns"]} for line in found["rows"])
    if of in {"contacts", "people", "work"}:
        assert names
    stranger = make_account(Role.SUPERVISOR, team_id=make_team())
    assert answer(ExportFile(written(stranger, of)), stranger)["rows"] == []


def test_nobody_takes_out_what_he_may_not_read_and_no_other_list(house: Any) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    with pytest.raises(Refusal):
        perform(asked("work"), officer)
    for action in (asked("ledger"), asked("refusals", kind="nonsense")):
        with pytest.raises(Invalid):
            perform(action, officer)


@pytest.mark.both
def test_of_two_workers_one_writes_it(
    house: Any, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    export_id = perform(asked(), officer).result["id"]
    arguments, read = {"export_id": str(export_id)}, exports.answer

    def overtaken(question: Any, who: Actor) -> Any:
        found = read(question, who)
        if isinstance(question, ExportToWrite):
            monkeypatch.setattr(exports, "answer", read)
            exports.write_file(arguments, system("first"), Untold())
        return found

    monkeypatch.setattr(exports, "answer", overtaken)
    with pytest.raises(Stale):
        exports.write_file(arguments, system("second"), Untold())
    exports.write_file(arguments, system("third"), Untold())  # it is there: nothing to do
    assert done("contacts.export.written") == 1
    time.now += timedelta(hours=25)
    perform(SweepExports(), system("sweep"))
    with pytest.raises(Stale):
        perform(KeepExport(export_id, 0, Sealed.fresh("[]")), system("late"))
    assert answer(OneExport(export_id), officer)["state"] == "gone"


def test_a_worker_that_fails_half_way_leaves_nothing_and_the_next_begins_anew(
    house: Any, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeouts, "AT_ONCE", 2)
    time.set(NIGHT)
    scene = in_china()
    for _ in range(5):
        scene.refused()
        time.forward(seconds=1)
    officer, lines = make_account(Role.COMPLIANCE_OFFICER), []

    def failing(item: Any, clock: Any) -> Any:
        lines.append(item["id"])
        if len(lines) == 4:
            raise OSError("the disk is full")
        return takeouts._refusal(item, clock)

    whole = takeouts.TAKEOUTS["refusals"]
    monkeypatch.setitem(takeouts.TAKEOUTS, "refusals", replace(whole, line=failing))
    export_id = perform(asked(), officer).result["id"]
    run_next(new_id())
    while (done("contacts.export.written"), len(lines)) == (0, 0):
        run_next(new_id())  # what is done by the clock may come first
    assert rows(export)[0]["content"] is None
    while run_next(new_id()):
        pass
    assert len(answer(ExportFile(export_id), officer)["rows"]) == 5
    assert done("contacts.export.written") == 1


def test_it_is_written_as_whoever_asked_stands_when_it_is_written(house: Any, time: Clock) -> None:
    officer = make_account(Role.COMPLIANCE_OFFICER)
    export_id = perform(asked(), officer).result["id"]
    touch(account, {"id": officer.id, "active": False})
    while run_next(new_id()):
        pass
    assert rows(export)[0]["content"] is None
    assert done("contacts.export.written") == 0
    assert done("contacts.refusals.exported", "read") == 0
    assert export_id is not None


class Untold:
    """Progress that nobody follows."""

    def tell(self, **_figures: Any) -> None:
        """Say nothing."""


def done(action: str, outcome: str = "done") -> int:
    """Return how often an action came through."""
    return sum(row["action"] == action and row["outcome"] == outcome for row in rows(audit_entry))
