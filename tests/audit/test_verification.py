"""Verification names what was altered by hand: in the ledger, in its tree, in any row."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Boolean

from crm.audit.checkpoint import checkpoint_now
from crm.audit.models import audit_entry
from crm.audit.report import Report
from crm.audit.sequencer import sequence_once
from crm.audit.signer import STATE, open_signer
from crm.audit.verify import verify
from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.models import contact_point, person
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.identity.models import team
from crm.privacy.keyring import keyring
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from crm.storage.ids import new_id
from crm.storage.tables import is_recorded, metadata
from crm.storage.types import Id
from tests.factories import make_person, make_point, make_team
from tests.intruder import Intruder
from tests.rows import make_any
from tests.touching import erase, placed, touch

TABLES = [t for t in metadata.sorted_tables if is_recorded(t) and t.name != "audit_entry"]


@pytest.fixture
def untampered() -> bool:
    """Everything here is damaged on purpose."""
    return False


def report(house) -> Report:
    while sequence_once(database()):
        pass
    return verify(database(), open_signer(house.settings))


def sign(house) -> None:
    while sequence_once(database()):
        pass
    checkpoint_now(database(), open_signer(house.settings))


def faults(house) -> str:
    found = report(house)
    assert not found.ok
    return "\n".join(found.faults)


def raw(intruder: Intruder, value: Any) -> Any:
    return value.bytes if intruder.sqlite and isinstance(value, UUID) else value


def altered(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return ("x" if value[0] != "x" else "y") + value[1:]
    if isinstance(value, UUID):
        return UUID(int=value.int ^ 1)
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    return value[:-1] + bytes([value[-1] ^ 1])


class Cells:
    """One cell of each recorded table at a time, altered and put back."""

    def __init__(self, intruder: Intruder, made: dict[str, UUID]) -> None:
        self._intruder = intruder
        self._made = made
        self._before: list[tuple[str, str, Any]] = []

    def alter(self, turn: int) -> list[tuple[str, str]]:
        """Alter the column whose turn it is in each table; return tables and columns."""
        for table in TABLES:
            columns = [column for column in table.columns if column.name != "id"]
            if turn < len(columns):
                self._alter(table.name, columns[turn])
        return [(table, column) for table, column, _ in self._before]

    def put_back(self) -> None:
        for table, column, value in self._before:
            self._set(table, column, value)
        self._before.clear()

    def _alter(self, table: str, column: Any) -> None:
        row_id = raw(self._intruder, self._made[table])
        query = f'SELECT "{column.name}" FROM {table} WHERE id = ?'
        (value,) = self._intruder.run(query, row_id)[0]
        self._before.append((table, column.name, value))
        truth = isinstance(column.type, Boolean)
        if value is None:  # the first of a chain: let it point to itself
            self._set(table, column.name, row_id)
            return
        self._set(table, column.name, altered(bool(value) if truth else value))

    def _set(self, table: str, column: str, value: Any) -> None:
        self._intruder.past_triggers(
            table,
            f'UPDATE {table} SET "{column}" = ? WHERE id = ?',
            value,
            raw(self._intruder, self._made[table]),
        )


@pytest.mark.both
def test_every_cell_of_every_recorded_table_is_checked(house, intruder: Intruder) -> None:
    made = {table.name: make_any(table) for table in TABLES}
    assert report(house).ok
    cells, seen = Cells(intruder, made), 0
    for turn in range(max(len(table.columns) for table in TABLES)):
        changed = cells.alter(turn)
        named = report(house).faults
        for table, column in changed:
            mine = "\n".join(fault for fault in named if f"{table} {made[table]}" in fault)
            reasons = (column, "a sealed value was damaged", "cannot be read")
            assert any(reason in mine for reason in reasons), (table, column, named)
        assert len({fault.split(":")[0] for fault in named}) == len(changed)  # and nothing else
        seen += len(changed)
        cells.put_back()
    assert seen > 100
    assert report(house).ok


@pytest.mark.both
def test_a_row_of_any_table_with_another_id_is_named(house, intruder: Intruder) -> None:
    made = {table.name: make_any(table) for table in TABLES}
    others = {name: new_id() for name in made}
    for name, row_id in made.items():
        statement = f"UPDATE {name} SET id = ? WHERE id = ?"
        other = raw(intruder, others[name])
        intruder.past_triggers(name, statement, other, raw(intruder, row_id))
    named = set(report(house).faults)
    for name, row_id in made.items():
        assert f"{name} {row_id} is missing" in named
        assert f"{name} {others[name]} has no entry: it was added by hand" in named


@pytest.mark.both
def test_a_row_of_any_table_that_is_gone_is_named(house, intruder: Intruder) -> None:
    made = {table.name: make_any(table) for table in TABLES}
    for name, row_id in made.items():
        statement = f"DELETE FROM {name} WHERE id = ?"
        intruder.past_triggers(name, statement, raw(intruder, row_id))
    named = set(report(house).faults)
    assert {f"{name} {row_id} is missing" for name, row_id in made.items()} <= named


@pytest.mark.both
def test_rows_written_many_at_once_are_checked_as_well(house, intruder: Intruder) -> None:
    rows = [{"id": new_id(), "name": f"T{number}", "version": 1} for number in range(700)]
    touch(team, *rows, fresh=True)
    touch(team, *({"id": row["id"], "name": row["name"] + "b"} for row in rows[:5]), many=True)
    assert report(house).ok
    for row in (rows[2], rows[-1]):
        intruder.run("UPDATE team SET version = 9 WHERE id = ?", raw(intruder, row["id"]))
        assert f"team {row['id']} is not as entry" in faults(house)
        intruder.run("UPDATE team SET version = 1 WHERE id = ?", raw(intruder, row["id"]))
    assert report(house).ok


@pytest.mark.both
def test_a_row_changed_through_the_door_is_checked_as_it_is_now(house, intruder) -> None:
    someone = make_person(language="zh")
    touch(person, {"id": someone, "language": "en", "team_id": new_id()})
    assert report(house).ok
    intruder.run("UPDATE person SET language = 'zh' WHERE id = ?", raw(intruder, someone))
    assert f"person {someone}: language is not as entry" in faults(house)
    intruder.run("UPDATE person SET language = 'en' WHERE id = ?", raw(intruder, someone))
    intruder.run("UPDATE person SET agency_id = id WHERE id = ?", raw(intruder, someone))
    assert f"person {someone} is not as entry" in faults(house)


@pytest.mark.both
def test_what_was_empty_must_stay_empty_and_what_was_set_set(house, intruder: Intruder) -> None:
    someone = make_person(language="zh")
    intruder.run("UPDATE person SET team_id = id WHERE id = ?", raw(intruder, someone))
    assert f"person {someone}: team_id was changed" in faults(house)
    intruder.run(
        "UPDATE person SET team_id = NULL, language = NULL WHERE id = ?", raw(intruder, someone)
    )
    assert f"person {someone}: language is not as entry" in faults(house)


@pytest.mark.both
def test_ciphertexts_cannot_change_places(house, intruder: Intruder) -> None:
    one, other = make_person("Chen Jing"), make_person("Wu Min")
    (name,) = intruder.run("SELECT name FROM person WHERE id = ?", raw(intruder, other))[0]
    intruder.run("UPDATE person SET name = ? WHERE id = ?", name, raw(intruder, one))
    assert f"person {one}: a sealed value was damaged or swapped" in faults(house)


@pytest.mark.both
def test_an_older_ciphertext_of_the_same_cell_is_noticed(house, intruder: Intruder) -> None:
    """It opens: only the commitment tells that it is not the value of now."""
    someone = make_person("Chen Jing")
    (old,) = intruder.run("SELECT name FROM person WHERE id = ?", raw(intruder, someone))[0]
    touch(person, {"id": someone, "name": Sealed.fresh("Chen Xin")})
    intruder.run("UPDATE person SET name = ? WHERE id = ?", old, raw(intruder, someone))
    assert f"person {someone}: name is not as entry" in faults(house)


@pytest.mark.both
def test_a_row_added_by_hand_and_a_row_gone_are_named(house, intruder: Intruder) -> None:
    gone, kept = make_team(), make_team()
    added = new_id()
    intruder.run("DELETE FROM team WHERE id = ?", raw(intruder, gone))
    intruder.run(
        "INSERT INTO team (id, name, version) VALUES (?, 'by hand', 1)", raw(intruder, added)
    )
    named = faults(house)
    assert f"team {gone} is missing" in named
    assert f"team {added} has no entry: it was added by hand" in named
    assert str(kept) not in named


@pytest.mark.both
def test_contacts_cannot_be_added_or_removed_by_hand(house, intruder: Intruder) -> None:
    contact = metadata.tables["contact"]
    gone, copied = make_any(contact), make_any(contact)
    intruder.past_triggers("contact", "DELETE FROM contact WHERE id = ?", raw(intruder, gone))
    columns = ", ".join(f'"{c.name}"' for c in contact.columns if c.name not in {"id", "permit_id"})
    added = new_id()
    intruder.run(
        f"INSERT INTO contact (id, {columns}) SELECT ?, {columns} FROM contact WHERE id = ?",
        raw(intruder, added),
        raw(intruder, copied),
    )
    named = faults(house)
    assert f"contact {gone} is missing" in named
    assert f"contact {added} has no entry" in named


@pytest.mark.both
def test_what_is_left_of_an_erased_person_is_still_checked(house, intruder: Intruder) -> None:
    someone = make_person("Chen Jing", language="zh")
    point = make_point(someone)
    touch(contact_point, {"id": point, "source": "said"})
    erase(someone)
    assert report(house).ok
    intruder.run("UPDATE person SET collector_id = id WHERE id = ?", raw(intruder, someone))
    intruder.run("UPDATE contact_point SET kind = 'email' WHERE id = ?", raw(intruder, point))
    named = faults(house)
    assert f"person {someone} is not as entry" in named
    assert f"contact_point {point} is not as entry" in named


@pytest.mark.both
def test_nothing_hides_behind_keys_destroyed_without_an_erasure(house, intruder: Intruder) -> None:
    someone = make_person("Chen Jing", language="zh")
    perform(RecordCircumstance(someone, "cease_request"), system("tests"))
    intruder.run(
        "UPDATE circumstance SET until = '2020-01-01' WHERE person_id = ?", raw(intruder, someone)
    )
    keyring().destroy(someone)
    named = faults(house)
    assert named.count(f"keys of {someone} were destroyed, yet no erasure has begun") == 1


@pytest.mark.both
def test_a_lost_key_is_no_erasure(house, intruder: Intruder) -> None:
    someone = make_person("Chen Jing")
    with keyring()._engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM subject_key")
    keyring().forget()
    assert f"person {someone}: a sealed value was damaged or swapped" in faults(house)


@pytest.mark.both
@pytest.mark.parametrize("column", [c.name for c in audit_entry.columns if c.name != "id"])
def test_each_column_of_an_entry_is_checked(house, intruder: Intruder, column: str) -> None:
    entries = placed(4)
    make_any(metadata.tables["contact"])
    query = f"SELECT {column} FROM audit_entry WHERE id = ?"
    (value,) = intruder.run(query, raw(intruder, entries[2]))[0]
    kinds = {"seq": 1, "seal": bytes(32)}
    new = kinds.get(column, raw(intruder, new_id())) if value is None else altered(value)
    intruder.past_triggers(
        "audit_entry",
        f"UPDATE audit_entry SET {column} = ? WHERE id = ?",
        new,
        raw(intruder, entries[2]),
    )
    assert "entry 2 " in faults(house)


@pytest.mark.both
def test_a_byte_of_an_entry_names_the_entry(house, intruder: Intruder) -> None:
    entries = placed(5)
    query = "SELECT entry FROM audit_entry WHERE id = ?"
    (text,) = intruder.run(query, raw(intruder, entries[3]))[0]
    forged = bytes(text).replace(b'"outcome":"done"', b'"outcome":"read"')
    intruder.past_triggers(
        "audit_entry",
        "UPDATE audit_entry SET entry = ? WHERE id = ?",
        forged,
        raw(intruder, entries[3]),
    )
    named = faults(house)
    assert f"entry 3 ({entries[3]}) was changed" in named
    assert "its column outcome was changed" in named
    assert "entry 2" not in named
    assert "entry 4" not in named


@pytest.mark.both
def test_an_entry_that_is_no_entry_is_named(house, intruder: Intruder) -> None:
    entries = placed(3)
    intruder.past_triggers(
        "audit_entry",
        "UPDATE audit_entry SET entry = ? WHERE id = ?",
        b"[]",
        raw(intruder, entries[1]),
    )
    named = faults(house)
    assert f"entry 1 ({entries[1]}) is not readable" in named
    assert "entry 1 does not say what became of which rows" in named


@pytest.mark.both
def test_an_entry_gone_from_the_middle_is_named(house, intruder: Intruder) -> None:
    entries = placed(6)
    for table, column in (("audit_leaf", "entry_id"), ("audit_entry", "id")):
        intruder.past_triggers(
            table, f"DELETE FROM {table} WHERE {column} = ?", raw(intruder, entries[2])
        )
    named = faults(house)
    assert "entry 2 is missing" in named
    assert "team" in named  # its row has no entry any more
    assert named.count("no entry") == 1  # the later entries were read all the same


@pytest.mark.both
def test_an_entry_whose_place_stays_is_named_too(house, intruder: Intruder) -> None:
    entries = placed(6)
    intruder.past_triggers(
        "audit_entry", "DELETE FROM audit_entry WHERE id = ?", raw(intruder, entries[2])
    )
    assert "entry 2 is missing" in faults(house)


@pytest.mark.both
def test_a_range_of_gone_entries_is_named_once(house, intruder: Intruder) -> None:
    placed(8)
    intruder.past_triggers("audit_leaf", "DELETE FROM audit_leaf WHERE number BETWEEN 2 AND 4")
    named = faults(house)
    assert "entries 2 to 4 are missing" in named
    assert named.count("has no place in the tree") == 3


def _rewritten(intruder: Intruder, size: int) -> None:
    """Make the head fit whatever the entries are now, as an intruder who knows the tree would."""
    from crm.audit.merkle import Frontier

    frontier = Frontier()
    rows = intruder.run(
        "SELECT e.leaf FROM audit_leaf l JOIN audit_entry e ON e.id = l.entry_id "
        "WHERE l.number < ? ORDER BY l.number",
        size,
    )
    for (leaf,) in rows:
        frontier.append(bytes(leaf))
    intruder.run("UPDATE audit_head SET size = ?, frontier = ?", size, frontier.to_bytes())


@pytest.mark.both
def test_a_tail_cut_off_after_a_checkpoint_is_named(house, intruder: Intruder) -> None:
    entries = placed(6)
    sign(house)
    for entry in entries[4:]:
        intruder.past_triggers(
            "audit_leaf", "DELETE FROM audit_leaf WHERE entry_id = ?", raw(intruder, entry)
        )
        intruder.past_triggers(
            "audit_entry", "DELETE FROM audit_entry WHERE id = ?", raw(intruder, entry)
        )
    _rewritten(intruder, 4)
    intruder.past_triggers("audit_checkpoint", "DELETE FROM audit_checkpoint")
    assert "6 entries were signed, 4 are there: the tail is gone" in faults(house)


@pytest.mark.both
@pytest.mark.parametrize("forgets", [False, True], ids=["with checkpoints", "without"])
def test_entries_that_changed_places_are_named(house, intruder: Intruder, forgets: bool) -> None:
    """Whoever rewrites the head as well, and removes the checkpoints, meets the signer's memory."""
    placed(3)
    sign(house)
    entries = placed(6)
    sign(house)
    make_team()
    for entry, place in ((entries[5], 99), (entries[6], 5), (entries[5], 6)):
        intruder.past_triggers(
            "audit_leaf",
            "UPDATE audit_leaf SET number = ? WHERE entry_id = ?",
            place,
            raw(intruder, entry),
        )
    _rewritten(intruder, 9)
    if forgets:
        intruder.past_triggers("audit_checkpoint", "DELETE FROM audit_checkpoint")
    first = 0 if forgets else 3
    assert f"entries {first} to 8 are not those that were signed" in faults(house)


@pytest.mark.both
def test_a_rewritten_entry_with_a_rewritten_tree_is_named(house, intruder: Intruder) -> None:
    from crm.audit.merkle import leaf_hash

    entries = placed(5)
    sign(house)
    make_team()
    while sequence_once(database()):
        pass
    text = bytes(
        intruder.run("SELECT entry FROM audit_entry WHERE id = ?", raw(intruder, entries[1]))[0][0]
    )
    forged = text.replace(b'"name":"Team', b'"name":"Mate')
    assert forged != text
    intruder.past_triggers(
        "audit_entry",
        "UPDATE audit_entry SET entry = ?, leaf = ? WHERE id = ?",
        forged,
        leaf_hash(forged),
        raw(intruder, entries[1]),
    )
    _rewritten(intruder, 6)
    assert "entries 0 to 4 are not those that were signed" in faults(house)


def faults_of_reading(house) -> str:
    """Verify without the sequencer, which needs a head."""
    return "\n".join(verify(database(), open_signer(house.settings)).faults)


@pytest.mark.both
def test_an_entry_added_past_the_queue_is_named(house, intruder: Intruder) -> None:
    entries = placed(2)
    added = new_id()
    columns = "entry, leaf, at, actor_id, action, outcome"
    intruder.past_triggers(
        "audit_entry",
        f"INSERT INTO audit_entry (id, {columns}) SELECT ?, {columns} FROM audit_entry "
        "WHERE id = ?",
        raw(intruder, added),
        raw(intruder, entries[0]),
    )
    assert f"entry {added} has no place in the tree" in faults(house)


@pytest.mark.both
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("root = zeroed", "was changed"),
        ("note = 'no note'", "is not signed by this instance"),
        ("size = size + 1", "was changed"),
        ("at = later", "was changed"),
    ],
)
def test_a_checkpoint_changed_by_hand_is_named(house, intruder, change: str, says: str) -> None:
    placed(3)
    sign(house)
    zeroed = "zeroblob(32)" if intruder.sqlite else "decode(repeat('00', 32), 'hex')"
    change = change.replace("zeroed", zeroed)
    change = change.replace("later", "at + 1" if intruder.sqlite else "at + interval '1 us'")
    intruder.past_triggers("audit_checkpoint", f"UPDATE audit_checkpoint SET {change}")
    named = faults(house)
    assert "the checkpoint at" in named
    assert says in named


def test_a_signer_without_memory_is_named(house) -> None:
    placed(3)
    sign(house)
    (house.settings.keys_dir / STATE).unlink()
    assert "signer.state is missing or damaged" in faults_of_reading(house)


@pytest.mark.both
def test_a_clock_set_back_is_noted_and_no_fault(house, monkeypatch: pytest.MonkeyPatch) -> None:
    from crm import clock

    make_team()
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() - timedelta(hours=1))
    make_team()
    monkeypatch.undo()
    found = report(house)
    assert found.ok
    assert found.warnings == ["the clock was set back at entry 1"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE team SET id = x'00'", "team cannot be read"),
        ("UPDATE team SET version = 'many'", "version is not as entry 0 has it"),
        ("UPDATE person SET created_at = 'x'", "a column was changed and cannot be read"),
        ("UPDATE audit_head SET frontier = 'text'", "the tree's head is not that of its entries"),
        ("UPDATE audit_leaf SET entry_id = CAST(number AS TEXT)", "entry 0 is missing"),
        ("DROP TABLE team", "team cannot be read"),
        ("UPDATE audit_entry SET entry = 'text'", "entry 1 is missing or cannot be read"),
    ],
)
def test_what_holds_no_value_of_its_kind_is_named(house, intruder, change: str, says: str) -> None:
    """SQLite takes any value into any column."""
    make_team()
    make_person()
    for name in ("audit_leaf", "audit_entry"):
        for kind in ("update", "delete", "replace"):
            intruder.run(f"DROP TRIGGER {name}_no_{kind}")
    intruder.run(change)
    assert says in faults_of_reading(house)


def test_an_entry_that_holds_no_bytes_is_named(house, intruder: Intruder) -> None:
    placed(3)
    intruder.past_triggers(
        "audit_entry",
        "UPDATE audit_entry SET at = 'late' WHERE id = (SELECT entry_id FROM audit_leaf "
        "WHERE number = 1)",
    )
    named = faults(house)
    assert "entry 1 is missing or cannot be read" in named
    assert "entry 2" not in named


def test_a_hundred_faults_are_named_and_the_rest_counted(house, intruder: Intruder) -> None:
    touch(team, *({"id": new_id(), "name": f"T{n}", "version": 1} for n in range(130)), fresh=True)
    intruder.run("UPDATE team SET version = 2")
    found = report(house)
    assert len(found.faults) == 100
    assert found.more >= 30


def test_an_entry_about_a_table_that_is_not_there_is_named(house) -> None:
    from crm.audit.rows import RowsCheck

    named: list[str] = []
    check = RowsCheck(named.append)
    check.learn(
        b'{"id":"00000000-0000-0000-0000-000000000001","rows":'
        b'[{"t":"gone","id":"00000000-0000-0000-0000-000000000002","set":{}}]}',
        7,
    )
    with database().read() as connection:
        check.compare(connection)
    check.close()
    assert named == ["there is no table gone, yet entries tell of its rows"]


def test_ids_of_all_recorded_tables_sort_alike_on_both_sides() -> None:
    """The comparison reads rows and entries side by side, in the order of their ids."""
    assert all(isinstance(table.c.id.type, Id) for table in TABLES)


@pytest.mark.both
def test_the_last_row_of_a_table_missing_is_named(house, intruder: Intruder) -> None:
    make_team()
    gone = max(make_team(), make_team())
    intruder.past_triggers("team", "DELETE FROM team WHERE id = ?", raw(intruder, gone))
    assert f"team {gone} is missing" in faults(house)


def test_a_ledger_that_cannot_be_read_is_named(house, intruder: Intruder) -> None:
    make_team()
    intruder.run("DROP TABLE audit_checkpoint")
    assert "the ledger cannot be read to its end" in faults_of_reading(house)
