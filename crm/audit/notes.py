"""What an entry says of a row: impersonal values as they are, a commitment for each other one."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from crm.audit.entry import canonical, plain
from crm.privacy.commitments import commitment
from crm.privacy.fields import Kind, fields_of
from crm.privacy.keyring import SealDestroyed
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id

ROWS_IN_ONE = 300  # a digest is up to 45 characters, an id 36: below the longest entry


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
    fields = fields_of(table)
    note["set"] |= {
        column: None
        for column in changed
        if row[column] is None and fields[column].kind is not Kind.INDEX
    }
    note["now"] = row_digest(table, row, entry)
    return note


def row_form(
    table: Table, row: Mapping[str, Any], entry: UUID
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the impersonal values of a row, and the commitments of its other ones.

    What was erased has no commitment any more.
    """
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
            with suppress(SealDestroyed):
                commitments[column] = committed(table, column, value, row[str(person)], entry)
    return values, commitments


def committed(table: Table, column: str, value: Any, person: UUID, entry: UUID) -> str:
    """Return the commitment of one value of one row, as `entry` holds it."""
    text = reopen(value) if isinstance(value, Sealed) else canonical(plain(value))
    coded = text.encode() if isinstance(text, str) else text
    name = fields_of(table)[column].id or f"{table.name}.{column}"
    return commitment(person, entry, name, coded)


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
    """Return 128 bits of SHA-256, 22 characters, over the row's impersonal values; behind a dot
    as many over its commitments, so that what is left of an erased row can still be checked.
    """
    values, commitments = row_form(table, row, entry)
    return _short(values) + ("." + _short(commitments) if commitments else "")


def _short(content: dict[str, Any]) -> str:
    digest = hashlib.sha256(canonical(content)).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
