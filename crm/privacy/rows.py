"""The one way in: `seal_row` makes ciphertext of what is personal in a row."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from crm.privacy.cipher import open_text, seal_text
from crm.privacy.fields import Field, fields_of, keys_of, sealed_columns
from crm.privacy.index import blind, normal
from crm.privacy.keyring import keyring
from crm.privacy.sealed import Sealed
from crm.storage.types import Ciphertext


def seal_row(table: Table, row: dict[str, Any], subject: UUID) -> dict[str, Any]:
    """Return `row` (its `id` made) with sealed values as ciphertext and their indexes filled.

    The subject's keys are made and committed first, where they are missing. A stored sealed value
    is sealed anew for its place. Plain text in a sealed column is a TypeError.
    """
    keyring().prepare((subject,), keys_of(table))
    done = row
    for column, field, indexes in sealed_columns(table):
        value = row.get(column)
        if value is None:
            if column in row and indexes:
                done = done | dict.fromkeys(indexes)
            continue
        if isinstance(value, Ciphertext):
            continue
        if not isinstance(value, Sealed):
            raise TypeError(f"{table.name}.{column} takes sealed values only")
        text = _text(value)
        done = done | {column: seal_text(text, field, subject, row["id"])}
        for index in indexes:
            found = fields_of(table)[index]
            done[index] = blind(field.id, found.bits, normal(field.id, text))
    return done


def stored(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return `row` with each ciphertext as a sealed value that knows its place."""
    values = dict(row)
    person = table.info.get("person")
    for column, field, _ in sealed_columns(table):
        value = values.get(column)
        if isinstance(value, Ciphertext) and person is not None:
            values[column] = Sealed.at_rest(value, field, values[person], values["id"])
    return values


def stored_value(
    table: Table, column: str, cipher: Ciphertext | None, subject: UUID, row_id: UUID
) -> Sealed | None:
    """Return one ciphertext of a row as a sealed value: lists read a column, not whole rows."""
    if cipher is None:
        return None
    return Sealed.at_rest(cipher, fields_of(table)[column], subject, row_id)


def _text(value: Sealed) -> str:
    """Return what a value holds. For openers and `seal_row` only."""
    fresh = value._fresh
    if fresh is not None:
        return fresh
    field, cipher = value._field, value._cipher
    subject, row = value._subject, value._row
    assert isinstance(field, Field)
    assert cipher is not None
    assert subject is not None
    assert row is not None
    return open_text(cipher, field, subject, row)
