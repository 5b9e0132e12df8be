"""The second pass: every row of a recorded table against what the entries say of it."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, select

from crm.audit.entry import canonical, plain
from crm.audit.notes import row_digest
from crm.privacy.cipher import SealTampered
from crm.privacy.commitments import commitment
from crm.privacy.fields import Kind, fields_of
from crm.privacy.keyring import SealKeyMissing, keyring
from crm.privacy.openers import reopen
from crm.privacy.rows import stored

from crm.privacy.sealed import Sealed
from crm.storage.tables import is_recorded, metadata

LEDGER = "audit_entry"

Told = dict[str, tuple[Any, int, UUID]]  # by column: value or commitment, entry number, entry id


class RowsCheck:
    """Learns from entries what rows must be, then compares them."""

    def __init__(self, fault: Callable[[str], None]) -> None:
        self._fault = fault
        self._single: dict[tuple[str, str], Told] = {}
        self._many: dict[tuple[str, str], tuple[str, int, UUID]] = {}

    def learn(self, entry: bytes, number: int) -> None:
        """Take in the rows that one entry tells of."""
        try:
            content = json.loads(entry)
            entry_id = UUID(content["id"])
        except (ValueError, KeyError):
            return  # the first pass names it
        for note in content.get("rows", ()):
            if "many" in note:
                for row_id, digest in note["many"].items():
                    self._many[note["t"], row_id] = (digest, number, entry_id)
                continue
            key = (note["t"], note["id"])
            if "now" in note:
                self._many[key] = (note["now"], number, entry_id)
            told = self._single.setdefault(key, {})
            for part in ("set", "com"):
                for column, value in note.get(part, {}).items():
                    told[column] = (value, number, entry_id)

    def compare(self, connection: Connection) -> int:
        """Compare all recorded tables; name what is changed, missing or extra; return how many."""
        count = 0
        for table in metadata.sorted_tables:
            if not is_recorded(table) or table.name == LEDGER:
                continue
            query = connection.execution_options(yield_per=2000).execute(select(table))
            for row in query.mappings():
                count += 1
                self._check(table, row)
        for name, row_id in sorted({*self._single, *self._many}):
            self._fault(f"{name} {row_id} is missing")
        return count

    def _check(self, table: Table, row: Mapping[str, Any]) -> None:
        key = (table.name, str(row["id"]))
        told = self._single.pop(key, None)
        digest = self._many.pop(key, None)
        if told is None and digest is None:
            self._fault(f"{table.name} {row['id']} has no entry: it was added by hand")
            return
        if self._erased(table, row):
            return
        try:
            if digest is None:
                self._columns(table, row, told or {}, partly=False)
            elif row_digest(table, row, digest[2]) != digest[0]:
                self._fault(f"{table.name} {row['id']} is not as entry {digest[1]} has it")
                self._columns(table, row, told or {}, partly=True)
        except (SealTampered, SealKeyMissing):
            self._fault(f"{table.name} {row['id']}: a sealed value was damaged or swapped")

    def _columns(self, table: Table, row: Mapping[str, Any], told: Told, *, partly: bool) -> None:
        person = table.info.get("person")
        opened = stored(table, row) if person else row
        for column, field in fields_of(table).items():
            if column == "id" or field.kind is Kind.INDEX:
                continue
            if column not in told:
                if row[column] is not None and not partly:
                    self._fault(f"{table.name} {row['id']}: {column} was changed")
                continue
            expected, number, entry_id = told[column]
            if row[column] is None:
                actual: Any = None
            elif field.kind is Kind.IMPERSONAL:
                actual = plain(row[column])
            else:
                value = opened[column]
                text = reopen(value) if isinstance(value, Sealed) else canonical(plain(value))
                coded = text.encode() if isinstance(text, str) else text
                name = field.id or f"{table.name}.{column}"
                actual = commitment(row[person], entry_id, name, coded)
            if actual != expected:
                self._fault(f"{table.name} {row['id']}: {column} is not as entry {number} has it")

    def _erased(self, table: Table, row: Mapping[str, Any]) -> bool:
        """Tell whether the row's person was erased: then only its key could tell more."""
        person = table.info.get("person")
        if person is None or row[person] is None:
            return False
        personal = any(
            field.kind in {Kind.SEALED, Kind.PERSONAL} and row[column] is not None
            for column, field in fields_of(table).items()
        )
        return personal and not keyring().has_commitment_key(row[person])
