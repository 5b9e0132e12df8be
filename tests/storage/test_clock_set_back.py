"""A clock that goes backwards: work goes on, what counted still counts, and the audit names it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm import clock
from crm.audit.models import audit_entry
from crm.audit.sequencer import sequence_once
from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.contacts.facts import Approach, facts_for
from crm.gate.reader import Reader
from crm.identity.roles import Role
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.contacts.scene import in_china
from tests.factories import make_account, make_person, make_team
from tests.houses import Instance

pytestmark = pytest.mark.both
AFTERNOON = datetime.fromisoformat("2026-11-25T15:00:00+08:00").astimezone(UTC)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The present moment, in a list so that a test may set it."""
    held = [AFTERNOON]
    monkeypatch.setattr(clock, "now", lambda: held[0])
    monkeypatch.setattr(clock, "nanoseconds", lambda: int(held[0].timestamp() * 1e9))
    return held


def warnings_of(house: Instance) -> list[str]:
    """Return what verification warns of; it must find no fault."""
    while sequence_once(database()):
        pass
    report = verify(database(), open_signer(house.settings))
    assert report.ok, report.faults
    return report.warnings


def test_it_is_named_and_is_no_fault(house: Instance, moment) -> None:
    make_person()
    assert warnings_of(house) == []
    moment[0] -= timedelta(hours=2)
    make_person()
    with database().read() as connection:
        count = len(connection.execute(select(audit_entry.c.id)).all())
    assert warnings_of(house) == [f"the clock was set back at entry {count - 1}"]


def test_a_small_correction_is_not_worth_a_word(house: Instance, moment) -> None:
    make_person()
    moment[0] -= timedelta(seconds=50)
    make_person()
    assert warnings_of(house) == []


def test_whoever_is_signed_in_stays_so(house: Instance, browser, program, moment) -> None:
    person, machine = browser(Role.COLLECTOR), program(Role.COLLECTOR)
    assert person.get("/me").status_code == 200
    moment[0] -= timedelta(hours=3)
    assert person.get("/me").status_code == 200
    assert machine.get("/me").status_code == 200
    moment[0] += timedelta(hours=3)
    assert person.get("/me").status_code == 200


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(hours=3), timedelta(days=40)])
def test_a_contact_under_way_is_finished(house: Instance, moment, back: timedelta) -> None:
    case = in_china(make_account(team_id=make_team()))
    permit = case.ask()["id"]
    moment[0] -= back
    case.start(permit)
    logged = case.log(permit, "effective_conversation")
    assert logged["id"]
    assert len(history(case, moment)) == 1
    assert warnings_of(house)


def test_what_counted_before_still_counts(house: Instance, moment) -> None:
    case = in_china(make_account(team_id=make_team()))
    for _ in range(3):
        case.call("effective_conversation")
        moment[0] += timedelta(minutes=20)
    refused = case.refused()
    moment[0] -= timedelta(minutes=90)
    again = case.refused()
    assert not refused["allowed"]
    assert {r["rule"] for r in refused["reasons"]} <= {r["rule"] for r in again["reasons"]}
    assert len(history(case, moment)) == 3


def history(case: Any, moment: list[datetime]) -> list[Any]:
    """Return what the engine is told of the past."""
    approach = Approach(case.person, case.point, "call", None, moment[0])
    with database().read() as connection:
        (document,) = facts_for(Reader(connection, case.collector), [approach])
    return list(document["history"])


def test_ids_and_cursors_need_no_clock_that_only_goes_forward(house, moment) -> None:
    made = [new_id()]
    moment[0] -= timedelta(days=1)
    made.append(new_id())
    assert made[1] < made[0], "an id tells when the clock said it was made, no more"
    assert len(set(made)) == 2


def test_a_call_under_way_keeps_others_waiting(house: Instance, moment) -> None:
    case = in_china(make_account(team_id=make_team()))
    case.start(case.ask()["id"])
    moment[0] -= timedelta(minutes=90)
    assert "HOUSE.permit.open" in {reason["rule"] for reason in case.refused()["reasons"]}


def test_a_record_of_an_earlier_time_is_judged_by_what_was_before_it(house, moment) -> None:
    """Only the clock makes contacts of the future count now; a late record still looks back."""
    case = in_china(make_account(team_id=make_team()))
    case.call("effective_conversation")
    earlier = moment[0] - timedelta(hours=2)
    with database().read() as connection:
        reader = Reader(connection, case.collector)
        (document,) = facts_for(reader, [Approach(case.person, case.point, "call", None, earlier)])
    assert "history" not in document or document["history"] == []
