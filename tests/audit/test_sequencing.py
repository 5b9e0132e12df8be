"""On PostgreSQL entries wait, sealed, for one sequencer that gives them their places."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import func, select

from crm.audit.ledger import seal
from crm.audit.merkle import leaf_hash
from crm.audit.models import audit_entry, audit_head, audit_leaf, audit_pending
from crm.audit.sequencer import ONE_SEQUENCER, BadSeal, sequence_once
from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.gate.action import Action, Then
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import system
from crm.identity.models import team
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import make_team
from tests.intruder import Intruder

pytestmark = pytest.mark.postgres


@pytest.fixture
def untampered(request: pytest.FixtureRequest) -> bool:
    """Tests that forge something say so by their name."""
    return "forged" not in request.node.name


def count(table) -> int:
    with database().read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def order() -> list:
    with database().read() as connection:
        query = select(audit_leaf.c.entry_id).order_by(audit_leaf.c.number)
        return list(connection.execute(query).scalars())


def test_an_entry_waits_and_then_has_its_place(house) -> None:
    make_team()
    assert (count(audit_pending), count(audit_leaf)) == (1, 0)
    assert sequence_once(database()) == 1
    assert (count(audit_pending), count(audit_leaf), sequence_once(database())) == (0, 1, 0)


def test_places_have_no_gaps_and_keep_the_order_of_waiting(house) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: make_team(), range(40)))
        while sequence_once(database()):
            pass
        list(pool.map(lambda _: make_team(), range(10)))
    while sequence_once(database()):
        pass
    with database().read() as connection:
        numbers = list(
            connection.execute(select(audit_leaf.c.number).order_by(audit_leaf.c.number)).scalars()
        )
    assert numbers == list(range(50))


def test_what_was_committed_before_another_began_stands_before_it(house) -> None:
    for _ in range(5):
        make_team()
    with database().read() as connection:
        query = select(audit_entry.c.id).order_by(audit_entry.c.id)
        entries = list(connection.execute(query).scalars())
    sequence_once(database())
    assert order() == entries


def test_nobody_waits_for_a_transaction_that_stays_open(house, intruder: Intruder) -> None:
    """The queue is read by membership: a later commit is not held up, an earlier not lost."""
    slow = intruder._connect("postgres")
    slow.autocommit = False
    slow.execute("SELECT nextval(pg_get_serial_sequence('audit_pending', 'number'))")
    make_team()
    assert sequence_once(database()) == 1
    slow.rollback()
    slow.close()
    make_team()
    assert sequence_once(database()) == 1


def test_only_one_sequencer_works_at_a_time(house, intruder: Intruder) -> None:
    make_team()
    other = intruder._connect("postgres")
    other.autocommit = False
    other.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_SEQUENCER])
    assert sequence_once(database()) == 0
    other.rollback()
    other.close()
    assert sequence_once(database()) == 1


def test_two_sequencers_and_many_writers_make_one_tree(house) -> None:
    over = threading.Event()

    def sequence() -> None:
        while not over.is_set():
            sequence_once(database())

    sequencers = [threading.Thread(target=sequence) for _ in range(2)]
    for thread in sequencers:
        thread.start()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: make_team(), range(60)))
    over.set()
    for thread in sequencers:
        thread.join()
    while sequence_once(database()):
        pass
    report = verify(database(), open_signer(house.settings))
    assert (report.ok, report.size, report.pending) == (True, 60, 0)


def test_a_sequencer_that_dies_leaves_nothing_half_done(house, monkeypatch) -> None:
    make_team()
    monkeypatch.setattr("crm.audit.sequencer.move_head", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sequence_once(database())
    assert (count(audit_pending), count(audit_leaf)) == (1, 0)
    monkeypatch.undo()
    assert sequence_once(database()) == 1


def test_verification_checks_what_still_waits(house) -> None:
    make_team()
    report = verify(database(), open_signer(house.settings))
    assert (report.ok, report.size, report.pending, report.rows) == (True, 0, 1, 1)


FORGERIES = {
    "entry": "UPDATE audit_entry SET entry = entry || ' '",
    "entry and leaf": "UPDATE audit_entry SET entry = entry || ' '::bytea, "
    "leaf = sha256('\\x00'::bytea || entry || ' '::bytea)",
    "no seal": "UPDATE audit_entry SET seal = NULL",
    "no writer": "UPDATE audit_entry SET writer = NULL",
    "no number": "UPDATE audit_entry SET seq = NULL",
    "a number below": "UPDATE audit_entry SET seq = -1",
    "another number": "UPDATE audit_entry SET seq = seq + 1",
    "another writer": "UPDATE audit_entry SET writer = id",
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_entry_gets_no_place(house, intruder: Intruder, how: str) -> None:
    make_team()
    intruder.past_triggers("audit_entry", FORGERIES[how])
    with pytest.raises(BadSeal, match="altered or forged"):
        sequence_once(database())
    assert (count(audit_leaf), count(audit_head)) == (0, 1)
    report = verify(database(), open_signer(house.settings))
    assert any("still without a place, was changed or forged" in fault for fault in report.faults)


def test_a_forged_entry_by_the_applications_own_role_gets_no_place(house, intruder) -> None:
    """Whoever steals the role's password may insert, but has no instance key to seal with."""
    make_team()
    sequence_once(database())
    columns = "entry, leaf, at, actor_id, action, outcome, writer, seq, seal"
    intruder.run(
        f"INSERT INTO audit_entry (id, {columns}) SELECT ?, {columns} FROM audit_entry",
        new_id(),
        role="probity_app",
    )
    with pytest.raises(BadSeal):
        sequence_once(database())


def test_a_seal_binds_id_leaf_writer_and_number(house) -> None:
    entry, leaf, writer = new_id(), leaf_hash(b"x"), new_id()
    made = seal(entry, leaf, writer, 1)
    assert made == seal(entry, leaf, writer, 1)
    others = [
        seal(new_id(), leaf, writer, 1),
        seal(entry, leaf_hash(b"y"), writer, 1),
        seal(entry, leaf, new_id(), 1),
        seal(entry, leaf, writer, 2),
    ]
    assert made not in others


@dataclass(frozen=True)
class Link(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.link.made"):
    """Make a team, and change the one before."""

    number: int
    before: UUID | None = None
    last: int = 0

    def run(self, work: Work, subject: object) -> Then:
        """Leave further links."""
        work.note(number=self.number)
        if self.before is not None:
            work.change(team, self.before, name=f"after {self.number}")
        made = work.add(team, name=f"link {self.number}", version=1)
        more = [Link(self.number * 10 + n, made) for n in range(self.last)]
        return Then({}, more)


def test_entries_of_one_transaction_stand_in_the_order_they_were_made(house) -> None:
    """PostgreSQL inserts them by one statement, whose parts run in any order."""
    perform(Link(1, last=6), system("tests"))
    waiting = verify(database(), open_signer(house.settings))
    assert (waiting.ok, waiting.pending) == (True, 7)
    sequence_once(database())
    query = (
        select(audit_entry.c.entry)
        .join(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
        .order_by(audit_leaf.c.number)
    )
    with database().read() as connection:
        entries = [json.loads(text) for text in connection.execute(query).scalars()]
    numbers = [entry["details"]["number"] for entry in entries]
    assert numbers == [1, 10, 11, 12, 13, 14, 15]
