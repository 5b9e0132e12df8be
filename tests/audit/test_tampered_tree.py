"""What stands beside the entries (tree, head, queue) cannot be altered unseen either."""

from uuid import UUID

import pytest

from crm.audit.models import audit_head, audit_leaf
from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import make_team
from tests.intruder import Intruder
from tests.touching import placed


@pytest.fixture
def untampered() -> bool:
    """Everything here is damaged on purpose."""
    return False


def found(house) -> str:
    """Verify as things stand, whatever waits; return the faults."""
    return "\n".join(verify(database(), open_signer(house.settings)).faults)


def raw(intruder: Intruder, value: UUID) -> object:
    return value.bytes if intruder.sqlite else value


@pytest.mark.both
@pytest.mark.parametrize("column", [c.name for c in audit_leaf.columns])
def test_each_column_of_a_place_is_checked(house, intruder: Intruder, column: str) -> None:
    entries = placed(4)
    new = 99 if column == "number" else raw(intruder, new_id())
    intruder.past_triggers(
        "audit_leaf", f"UPDATE audit_leaf SET {column} = ? WHERE number = 2", new
    )
    named = found(house)
    assert "2 " in named
    assert "missing or cannot be read" in named
    if column == "entry_id":
        assert f"entry {entries[2]} has no place in the tree" in named


@pytest.mark.both
def test_an_entry_with_another_id_is_named(house, intruder: Intruder) -> None:
    entries = placed(4)
    intruder.past_triggers(
        "audit_entry",
        "UPDATE audit_entry SET id = ? WHERE id = ?",
        raw(intruder, new_id()),
        raw(intruder, entries[2]),
    )
    assert "entry 2 is missing" in found(house)


@pytest.mark.both
@pytest.mark.parametrize("column", [c.name for c in audit_head.columns])
def test_each_column_of_the_head_is_checked(house, intruder: Intruder, column: str) -> None:
    placed(3)
    new = {"id": 2, "size": 7, "frontier": bytes(64)}[column]
    intruder.run(f"UPDATE audit_head SET {column} = ?", new)
    assert "the tree" in found(house)


@pytest.mark.both
def test_a_second_head_is_named(house, intruder: Intruder) -> None:
    placed(3)
    intruder.run(
        "INSERT INTO audit_head (id, size, frontier) SELECT 2, size, frontier FROM audit_head"
    )
    assert "the tree has 2 heads" in found(house)


@pytest.mark.both
def test_a_placed_entry_in_the_queue_is_named(house, intruder: Intruder) -> None:
    entries = placed(3)
    intruder.run("INSERT INTO audit_pending (entry_id) VALUES (?)", raw(intruder, entries[1]))
    assert f"entry {entries[1]} waits for a place by hand" in found(house)


def test_nothing_waits_where_the_tree_is_inline(house, intruder: Intruder) -> None:
    """Who adds an entry cannot hide it by letting it wait for a place."""
    entries, added = placed(2), new_id()
    columns = "entry, leaf, at, actor_id, action, outcome"
    intruder.run(
        f"INSERT INTO audit_entry (id, {columns}) SELECT ?, {columns} FROM audit_entry "
        "WHERE id = ?",
        added.bytes,
        entries[0].bytes,
    )
    intruder.run("INSERT INTO audit_pending (entry_id) VALUES (?)", added.bytes)
    assert f"entry {added} waits for a place by hand" in found(house)


@pytest.mark.both
def test_what_waits_without_an_entry_is_named(house, intruder: Intruder) -> None:
    placed(2)
    gone = new_id()
    intruder.past_triggers(
        "audit_pending", "INSERT INTO audit_pending (entry_id) VALUES (?)", raw(intruder, gone)
    )
    assert f"entry {gone} waits for a place, but is missing" in found(house)


@pytest.mark.postgres
@pytest.mark.parametrize("column", ["number", "entry_id"])
def test_each_column_of_the_queue_is_checked(house, intruder: Intruder, column: str) -> None:
    entries = placed(2)
    make_team()
    make_team()
    assert found(house) == ""
    new = 99 if column == "number" else entries[0]
    intruder.run(
        f"UPDATE audit_pending SET {column} = ? "
        "WHERE number = (SELECT min(number) FROM audit_pending)",
        new,
    )
    named = found(house)
    assert "was queued anew" in named or f"entry {entries[0]} waits for a place by hand" in named


@pytest.mark.both
def test_a_head_that_is_not_that_of_the_entries_is_named(house, intruder: Intruder) -> None:
    placed(3)
    intruder.run("UPDATE audit_head SET frontier = ?", bytes(64))
    assert "the tree's head is not that of its entries" in found(house)
    intruder.run("UPDATE audit_head SET size = 2")
    assert "the tree says 2 entries, 3 are there" in found(house)
    intruder.run("DELETE FROM audit_head")
    assert "the tree says no entries, 3 are there" in found(house)
