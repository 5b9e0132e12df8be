"""The second pass: every row of a recorded table against what the entries say of it."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from crm.audit.entry import plain
from crm.audit.notes import committed, row_digest
from crm.audit.reading import UNREADABLE, each_row
from crm.privacy.cipher import SealTampered
from crm.privacy.fields import Kind, Retention, fields_of, keys_of, sealed_columns
from crm.privacy.index import blind, normal
from crm.privacy.keyring import SealKeyMissing, keyring
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.storage.tables import is_recorded, metadata

LEDGER = "audit_entry"
AT_ONCE = 500


@dataclass(slots=True)
class Told:
    """What the entries tell of one row: its columns, and a digest where one was made later."""

    columns: dict[str, tuple[Any, int, UUID]] = field(default_factory=dict)
    digest: tuple[str, int, UUID] | None = None

    def hear(self, note: Any, number: int, entry: UUID) -> None:
        """Take in what entry `number` says; the last word counts."""
        if isinstance(note, str):
            self.columns, self.digest = {}, (note, number, entry)
            return
        for part in ("set", "com"):
            for column, value in note.get(part, {}).items():
                self.columns[column] = (value, number, entry)
        if "now" in note:
            self.digest = (note["now"], number, entry)


class RowsCheck:
    """Learns from entries what rows must be, then compares them.

    What was learnt lies in a nameless temporary database, so that memory stays small however
    long the ledger is; both sides are then read in the order of their ids.
    """

    def __init__(self, fault: Callable[[str], None]) -> None:
        self._fault = fault
        self._told = sqlite3.connect("", isolation_level=None)
        self._told.execute("PRAGMA journal_mode=OFF")
        self._told.execute("CREATE TABLE told (t TEXT, id BLOB, number INT, entry BLOB, note TEXT)")
        self._told.execute("BEGIN")
        self._erasing: frozenset[UUID] = frozenset()  # whose erasure has begun
        self._keyless: set[UUID] = set()  # whose keys were destroyed without one

    def close(self) -> None:
        """Drop what was learnt."""
        self._told.close()

    def learn(self, entry: bytes, number: int) -> None:
        """Take in the rows that one entry tells of."""
        try:
            content = json.loads(entry)
            entry_id = UUID(content["id"]).bytes
            rows = [
                (note["t"], UUID(row_id).bytes, number, entry_id, json.dumps(said))
                for note in content.get("rows", ())
                for row_id, said in note.get("many", {note.get("id"): note}).items()
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            self._fault(f"entry {number} does not say what became of which rows")
            return
        self._told.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?)", rows)

    def compare(self, connection: Connection) -> int:
        """Compare all recorded tables; name what is changed, missing or extra; return how many."""
        self._told.execute("CREATE INDEX by_row ON told (t, id, number)")
        self._erasing = _erasing(connection)
        count = 0
        for table in metadata.sorted_tables:
            if is_recorded(table) and table.name != LEDGER:
                try:
                    count += self._compare_table(connection, table)
                except UNREADABLE:
                    self._fault(f"{table.name} cannot be read: an id or more was changed")
        for (name,) in self._told.execute("SELECT DISTINCT t FROM told"):
            if name not in metadata.tables:
                self._fault(f"there is no table {name}, yet entries tell of its rows")
        return count

    def _compare_table(self, connection: Connection, table: Table) -> int:
        told = self._groups(table.name)
        expected = next(told, None)
        count = 0
        for row_id, row in _rows(connection, table):
            count += 1
            while expected is not None and expected[0] < row_id.bytes:
                self._fault(f"{table.name} {UUID(bytes=expected[0])} is missing")
                expected = next(told, None)
            if expected is not None and expected[0] == row_id.bytes:
                self._check(table, row_id, row, expected[1])
                expected = next(told, None)
            else:
                self._fault(f"{table.name} {row_id} has no entry: it was added by hand")
        while expected is not None:
            self._fault(f"{table.name} {UUID(bytes=expected[0])} is missing")
            expected = next(told, None)
        return count

    def _groups(self, table: str) -> Iterator[tuple[bytes, Told]]:
        query = "SELECT id, number, entry, note FROM told WHERE t = ? ORDER BY id, number"
        for row_id, notes in groupby(self._told.execute(query, (table,)), lambda row: row[0]):
            told = Told()
            for _, number, entry, note in notes:
                told.hear(json.loads(note), number, UUID(bytes=entry))
            yield row_id, told

    def _check(self, table: Table, row_id: UUID, row: Mapping[str, Any] | None, told: Told) -> None:
        if row is None:
            self._fault(f"{table.name} {row_id}: a column was changed and cannot be read")
            return
        gone = _erased(table, row)
        if gone:
            self._excuse(row[table.info["person"]])
        try:
            if told.digest is None:
                self._columns(table, row, told, gone)
            elif not _as_digested(table, row, told.digest, whole=not gone):
                self._fault(f"{table.name} {row['id']} is not as entry {told.digest[1]} has it")
                self._columns(table, row, told, gone)
            self._indexes(table, row, gone)
        except (SealTampered, SealKeyMissing):
            self._fault(f"{table.name} {row['id']}: a sealed value was damaged or swapped")

    def _excuse(self, subject: UUID) -> None:
        """Name whose keys were destroyed though no erasure has begun: what was changed of him by
        hand could hide behind that.
        """
        if subject not in self._erasing and subject not in self._keyless:
            self._keyless.add(subject)
            self._fault(f"keys of {subject} were destroyed, yet no erasure has begun")

    def _columns(
        self, table: Table, row: Mapping[str, Any], told: Told, gone: frozenset[str]
    ) -> None:
        """Compare column by column; one that no entry named must be empty, or be in a digest."""
        person = table.info.get("person")
        opened = stored(table, row)
        for column, kind in fields_of(table).items():
            if column == "id" or kind.kind is Kind.INDEX or column in gone:
                continue
            if column not in told.columns:
                if row[column] is not None and told.digest is None:
                    self._fault(f"{table.name} {row['id']}: {column} was changed")
                continue
            expected, number, entry = told.columns[column]
            if row[column] is None:
                actual = None
            elif kind.kind is Kind.IMPERSONAL:
                actual = plain(row[column])
            else:
                actual = committed(table, column, opened[column], row[str(person)], entry)
            if actual != expected:
                self._fault(f"{table.name} {row['id']}: {column} is not as entry {number} has it")

    def _indexes(self, table: Table, row: Mapping[str, Any], gone: frozenset[str]) -> None:
        """Check that each blind index leads to its value."""
        opened = stored(table, row)
        for column, kind, indexes in sealed_columns(table):
            value = opened[column]
            for index in indexes if column not in gone else ():
                field = fields_of(table)[index]
                if field.late and row[index] is None:
                    continue
                found = value and blind(kind.id, field.bits, normal(kind.id, reopen(value)))
                if row[index] != found:
                    self._fault(f"{table.name} {row['id']}: {index} does not lead to its value")


def _rows(connection: Connection, table: Table) -> Iterator[tuple[UUID, Mapping[str, Any] | None]]:
    """Yield a table's rows by id, the keys of each handful fetched at once."""
    person = table.info.get("person")
    rows = each_row(connection, select(table), table.c.id)
    while part := list(islice(rows, AT_ONCE)):
        if person is not None:
            owners = {getattr(row, person) for _, row in part if row is not None}
            keyring().prefetch(owners - {None}, keys_of(table))
        for row_id, row in part:
            yield row_id, row if row is None else dict(row._mapping)


def _as_digested(
    table: Table, row: Mapping[str, Any], digest: tuple[str, int, UUID], *, whole: bool
) -> bool:
    """Tell whether a row is as its digest says; of an erased one what is impersonal."""
    made = row_digest(table, row, digest[2])
    if whole:
        return made == digest[0]
    return made.partition(".")[0] == digest[0].partition(".")[0]


def _erasing(connection: Connection) -> frozenset[UUID]:
    """Return whose erasure has begun, by every table that says so of its subjects."""
    found: set[UUID] = set()
    for table in metadata.sorted_tables:
        begun = table.c.get("erasure_begun_at")
        if begun is not None:
            found.update(connection.execute(select(table.c.id).where(begun.is_not(None))).scalars())
    return frozenset(found)


def _erased(table: Table, row: Mapping[str, Any]) -> frozenset[str]:
    """Return the columns that only a destroyed key could tell about."""
    person = row[table.info["person"]] if table.info.get("person") else None
    if person is None:
        return frozenset()
    return frozenset(
        column
        for column, kind in fields_of(table).items()
        if kind.kind in {Kind.SEALED, Kind.PERSONAL}
        and row[column] is not None
        and (
            keyring().is_destroyed(person, Retention.COMMITMENT)
            or (kind.sealed and keyring().is_destroyed(person, kind.retention))
        )
    )
