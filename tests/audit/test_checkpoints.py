"""Checkpoints are signed in passing, and each that was kept verifies."""

import threading

import pytest
from sqlalchemy import select

from crm.audit.checkpoint import checkpoint_now
from crm.audit.models import audit_checkpoint
from crm.audit.note import Checkpoint, opened
from crm.audit.sequencer import sequence_once
from crm.audit.signer import SignerRefuses, open_signer
from crm.audit.verify import verify
from crm.storage.database import database
from tests.factories import make_team
from tests.intruder import Intruder


@pytest.fixture
def untampered(request: pytest.FixtureRequest) -> bool:
    """Tests that cut something off say so by their name."""
    return "cut_off" not in request.node.name


@pytest.mark.both
def test_a_checkpoint_tells_size_and_root_of_the_tree(house) -> None:
    signer = open_signer(house.settings)
    assert checkpoint_now(database(), signer) is None  # nothing to sign yet
    make_team()
    sequence_once(database())
    note = checkpoint_now(database(), signer)
    report = verify(database(), signer)
    assert note is not None
    assert Checkpoint.parse(opened(note, signer.origin, signer.public)) == Checkpoint(
        signer.origin, 1, report.root
    )
    assert checkpoint_now(database(), signer) is None  # it says so already


@pytest.mark.both
def test_checkpoints_follow_a_growing_tree(house) -> None:
    signer = open_signer(house.settings)
    for _ in range(4):
        make_team()
        sequence_once(database())
        checkpoint_now(database(), signer)
    with database().read() as connection:
        sizes = list(connection.execute(select(audit_checkpoint.c.size)).scalars())
    assert sorted(sizes) == [1, 2, 3, 4]


@pytest.mark.both
def test_a_signature_that_was_not_kept_is_given_again(house, monkeypatch) -> None:
    """Killed between signing and keeping: the same head is signed once more."""
    signer = open_signer(house.settings)
    make_team()
    sequence_once(database())
    monkeypatch.setattr("crm.audit.checkpoint.insert", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        checkpoint_now(database(), signer)
    monkeypatch.undo()
    assert signer.last()[0] == 1
    assert checkpoint_now(database(), signer) is not None


@pytest.mark.both
def test_a_ledger_with_its_tail_cut_off_is_not_signed(house, intruder: Intruder) -> None:
    signer = open_signer(house.settings)
    make_team()
    make_team()
    sequence_once(database())
    checkpoint_now(database(), signer)
    intruder.past_triggers("audit_leaf", "DELETE FROM audit_leaf WHERE number = 1")
    intruder.past_triggers("audit_checkpoint", "DELETE FROM audit_checkpoint")
    rows = intruder.run("SELECT e.leaf FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id")
    intruder.run("UPDATE audit_head SET size = 1, frontier = ?", bytes(rows[0][0]))
    with pytest.raises(SignerRefuses, match="entries are gone"):
        checkpoint_now(database(), signer)


@pytest.mark.both
def test_a_checkpoint_that_another_process_kept_first_is_kept_once(house, monkeypatch) -> None:
    signer = open_signer(house.settings)
    make_team()
    sequence_once(database())
    real = signer.sign

    def overtaken(*given: object) -> str:
        monkeypatch.undo()
        other = threading.Thread(target=checkpoint_now, args=(database(), signer))
        other.start()
        other.join()
        return real(*given)

    monkeypatch.setattr(signer, "sign", overtaken)
    assert checkpoint_now(database(), signer) is not None
    with database().read() as connection:
        assert len(connection.execute(select(audit_checkpoint)).all()) == 1
