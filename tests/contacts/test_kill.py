"""Kill -9 between any two steps of a contact: all of a step is there, or nothing of it."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import select

from crm.audit.models import audit_entry
from crm.audit.sequencer import sequence_once
from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.contacts.facts import Approach, facts_for
from crm.contacts.models import contact, decision, permit, permit_event
from crm.gate.action import Action
from crm.gate.reader import Reader
from crm.storage.database import database
from tests.contacts.child import Child
from tests.contacts.scene import Scene, in_china, rows

pytestmark = pytest.mark.both

MOST_STEPS = 60


@pytest.fixture
def child() -> Iterator[Child]:
    """One more process."""
    made = Child()
    made.wait()
    yield made
    made.end()


def entries(name: str) -> int:
    """Return how many entries of that name say that something was done."""
    query = select(audit_entry.c.id).where(
        audit_entry.c.action == name, audit_entry.c.outcome == "done"
    )
    with database().read() as connection:
        return len(connection.execute(query).all())


def sound(house) -> bool:
    """Tell whether ledger and rows agree, as the auditor would."""
    while sequence_once(database()):
        pass
    report = verify(database(), open_signer(house.settings))
    assert report.ok, report.faults
    return report.ok


def until_done(child: Child, action: Action, case: Scene, time, house, table, name) -> int:
    """Kill the action at each step in turn until it comes through; return the steps."""
    before = len(rows(table)), entries(name)
    for step in range(1, MOST_STEPS):
        child.tell([action], case.collector, time.now, die_at=step)
        outcome = child.answer()
        done = len(rows(table)) - before[0], entries(name) - before[1]
        assert done in ((0, 0), (1, 1)), f"half of it was left behind at step {step}"
        if done == (1, 1):
            assert sound(house)
            return step
        assert outcome.killed, outcome.told
    raise AssertionError("it never came through")


@pytest.mark.soak
def test_no_step_of_a_contact_is_half_done(house, time, child) -> None:
    case = in_china()
    asked = RequestPermit(case.person, case.point, "call")
    assert until_done(child, asked, case, time, house, permit, "contacts.permit.reserved") > 4
    (given,) = rows(permit)
    assert len(rows(decision)) == 1

    start = StartPermit(given["id"])
    steps = until_done(child, start, case, time, house, permit_event, "contacts.permit.started")
    assert steps > 4
    assert pending(case, time) == [given["planned_at"].isoformat()]  # no started call is forgotten

    log = LogContact(given["id"], "no_answer")
    assert until_done(child, log, case, time, house, contact, "contacts.contact.recorded") > 4
    assert pending(case, time) == []
    (record,) = rows(contact)
    assert record["permit_id"] == given["id"]


def pending(case: Scene, time) -> list[str]:
    approach = Approach(case.person, case.point, "call", None, time.now)
    with database().read() as connection:
        (document,) = facts_for(Reader(connection, case.collector), [approach])
    return [item["at"] for item in document["history"] if item["outcome"] == "pending"]


@pytest.mark.soak
def test_a_refusal_is_kept_whole_or_not_at_all(house, time, child) -> None:
    case = in_china()
    time.set("2026-11-25T23:00:00+08:00")
    asked = RequestPermit(case.person, case.point, "call")
    for step in range(1, MOST_STEPS):
        child.tell([asked], case.collector, time.now, die_at=step)
        outcome = child.answer()
        kept = len(rows(decision))
        assert kept == refusals(case.person)
        if kept:
            break
        assert outcome.killed
    assert kept == 1
    assert not rows(permit)


def refusals(person: UUID) -> int:
    query = select(audit_entry.c.id).where(
        audit_entry.c.subject_id == person, audit_entry.c.outcome == "refused"
    )
    with database().read() as connection:
        return len(connection.execute(query).all())
