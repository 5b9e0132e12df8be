"""What an entry says of a row: impersonal values as they are, a commitment for each other one."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from crm.audit.entry import canonical, plain
from crm.privacy.commitments import commitment
from crm.privacy.fields import Kind, fields_of
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id

ROWS_IN_ONE = 500  # a digest is 22 characters, an id 36: well below the longest entry


def insert_note(table: Table, row: Mapping[str, Any], entry: UUID) -> dict[str, Any]:
    """Describe a new row (its sealed columns as ciphertext) for `entry`."""
    values, commitments = row_form(table, row, entry)
    note: dict[str, Any] = {"t": table.name, "id": str(row["id"]), "set": values}
    if commitments:
        note["com"] = commitments
    return note


def update_note(
    table: Table, row: Mapping[str, Any], changed: Iterable[str], entry: UUID
) -> dict[str, Any]:
    """Describe a changed row: what changed, and a digest of all that the row now is."""
    person = table.info.get("person")
    kept = {"id", *changed} | ({person} if person else set())
    part = {column: row[column] for column in kept}
    note = insert_note(table, part, entry)
    gone = {c: None for c in changed if row[c] is None and fields_of(table)[c].kind is not Kind.INDEX}
    note["set"] |= gone
    note["now"] = row_digest(table, row, entry)
    return note


def row_form(
    table: Table, row: Mapping[str, Any], entry: UUID
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the impersonal values of a row, and the commitments of its other ones."""
    values: dict[str, Any] = {}
    commitments: dict[str, str] = {}
    fields = fields_of(table)
    person = table.info.get("person")
    opened = stored(table, row) if person in row else row
    for column, value in opened.items():
        field = fields.get(column)
        if field is None or field.kind is Kind.INDEX or column == "id" or value is None:
            continue
        if field.kind is Kind.IMPERSONAL:
            values[column] = plain(value)
        else:
            text = reopen(value) if isinstance(value, Sealed) else canonical(plain(value))
            coded = text.encode() if isinstance(text, str) else text
            name = field.id or f"{table.name}.{column}"
            commitments[column] = commitment(row[person], entry, name, coded)
    return values, commitments


def batch_notes(
    table: Table, rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Describe many inserted rows: for each entry that is needed, its id and a digest a row."""
    for start in range(0, len(rows), ROWS_IN_ONE):
        entry = new_id()
        part = rows[start : start + ROWS_IN_ONE]
        digests = {str(row["id"]): row_digest(table, row, entry) for row in part}
        yield entry, {"t": table.name, "many": digests}


def row_digest(table: Table, row: Mapping[str, Any], entry: UUID) -> str:
    """Return 128 bits of SHA-256 over the row's form, 22 characters."""
    values, commitments = row_form(table, row, entry)
    digest = hashlib.sha256(canonical({"set": values, "com": commitments})).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
