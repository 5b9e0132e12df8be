"""A file of refusals: written as whoever asked, masked, sealed, his alone, gone after a day."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from crm.audit.models import audit_entry
from crm.contacts.actions.exports import AskExport, SweepExports
from crm.contacts.models import export
from crm.contacts.queries import exports
from crm.contacts.queries.exports import ExportFile, OneExport
from crm.gate.answer import answer
from crm.gate.errors import Missing, Refusal
from crm.gate.perform import perform
from crm.gate.worker import run_next
from crm.identity.actor import Actor, system
from crm.identity.roles import Role
from crm.storage.ids import new_id
from tests.contacts.conftest import Clock
from tests.contacts.scene import in_china, rows
from tests.factories import make_account, make_team

NIGHT = "2026-11-25T23:00:00+08:00"


def written(who: Actor, **filters: Any) -> UUID:
    export_id: UUID = perform(AskExport(**filters), who).result["id"]
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
    (line,) = answer(ExportFile(export_id), officer)
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
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    time.set(NIGHT)
    mine, other = in_china(make_account(team_id=make_team())), in_china(number="+8613900139000")
    for _ in range(5):
        mine.refused()
        time.forward(seconds=1)
    other.refused()
    officer = make_account(Role.COMPLIANCE_OFFICER)
    found = answer(ExportFile(written(officer, by=mine.collector.id)), officer)
    assert len({line["at"] for line in found}) == len(found) == 5
    assert answer(ExportFile(written(officer, kind="unlawful")), officer) == []


def test_nobody_has_another_ones_file_and_few_may_ask(house: Any, time: Clock) -> None:
    export_id = written(make_account(Role.COMPLIANCE_OFFICER))
    other = make_account(Role.COMPLIANCE_OFFICER)
    for question in (OneExport(export_id), ExportFile(export_id)):
        with pytest.raises(Missing):
            answer(question, other)
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.COLLECTOR):
        with pytest.raises(Refusal):
            perform(AskExport(), make_account(role))


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
    assert "/refusals/exports" in officer.get("/refusals").text
    asked = officer.post("/refusals/exports", kind="refused")
    address = asked.headers["Location"]
    assert "being written" in officer.get(address).text
    while run_next(new_id()):
        pass
    assert f'{address}/refusals.csv"' in officer.get(address).text
    file = officer.get(f"{address}/refusals.csv")
    assert file.mimetype == "text/csv"
    assert "Refused" in file.text
    told = program(Role.COMPLIANCE_OFFICER).post("/refusals/exports", {"kind": "refused"})
    assert told.status_code == 201
