"""The registry: every column says what it holds, how it is masked, sealed, found and kept."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table

from crm.privacy.masks import Mask
from crm.storage.tables import is_recorded
from crm.storage.types import CipherText
from crm.words import Word


class Retention(Word):
    """Classes of keys: what is destroyed together."""

    PROFILE = "profile"
    COMMS = "comms"
    EVIDENCE = "evidence"
    STAFF = "staff"
    COMMITMENT = "commitment"  # the key behind a person's commitments in the ledger


class Kind(Word):
    """What a column holds."""

    IMPERSONAL = "impersonal"
    PERSONAL = "personal"  # clear in the database, committed in the ledger
    SEALED = "sealed"
    INDEX = "index"  # a blind index of a sealed column


@dataclass(frozen=True, slots=True)
class Field:
    """What the registry knows of one column."""

    kind: Kind
    id: str = ""  # stable for ever: part of every ciphertext's authenticated data
    mask: Mask | None = None
    retention: Retention = Retention.PROFILE
    label: str = ""
    pad: int = 32
    of: str = ""  # for an index: the sealed column it finds
    bits: int = 0
    late: bool = False  # an index younger than its column: empty until the house has filled it

    @property
    def sealed(self) -> bool:
        """Tell whether the column holds ciphertext."""
        return self.kind is Kind.SEALED

    @property
    def personal(self) -> bool:
        """Tell whether the column is personal but in clear."""
        return self.kind is Kind.PERSONAL


class UnregisteredColumn(RuntimeError):
    """A column without an entry in the registry: the instance does not start."""


def impersonal(name: str, *parts: Any, **options: Any) -> "Column[Any]":
    """Declare a column that says nothing about a person by itself; the ledger carries its value."""
    return Column(name, *parts, info={"field": Field(Kind.IMPERSONAL)}, **options)


def personal(name: str, *parts: Any, **options: Any) -> "Column[Any]":
    """Declare a personal column that rules and lists need in clear; the ledger commits to it."""
    return Column(name, *parts, info={"field": Field(Kind.PERSONAL)}, **options)


def sealed(  # noqa: PLR0913  a declaration is read, not called
    name: str,
    *,
    field: str,
    mask: Mask,
    label: str,
    retention: Retention = Retention.PROFILE,
    pad: int = 32,
    nullable: bool = True,
) -> "Column[Any]":
    """Declare a sealed column. `field` never changes; `pad` hides the length, in bytes."""
    entry = Field(Kind.SEALED, field, mask, retention, label, pad)
    return Column(name, CipherText, nullable=nullable, info={"field": entry})


def indexed(name: str, *, of: str, bits: int, late: bool = False, **options: Any) -> "Column[Any]":
    """Declare a blind index of sealed column `of`: 20 bits (ambiguous) or 128 (unique).

    `late`: it came after the column, so rows from before may still be without it.
    """
    kind = LargeBinary(16) if bits == 128 else Integer
    entry = Field(Kind.INDEX, of=of, bits=bits, late=late)
    return Column(name, kind, info={"field": entry}, **options)


@lru_cache(maxsize=256)
def fields_of(table: Table) -> dict[str, Field]:
    """Return the registry's entries of a table, by column."""
    return {column.name: column.info["field"] for column in table.columns}


@lru_cache(maxsize=256)
def sealed_columns(table: Table) -> tuple[tuple[str, Field, tuple[str, ...]], ...]:
    """Return (column, field, its index columns) of each sealed column of a table."""
    fields = fields_of(table)
    indexes: dict[str, tuple[str, ...]] = {}
    for name, field in fields.items():
        if field.kind is Kind.INDEX:
            indexes[field.of] = (*indexes.get(field.of, ()), name)
    return tuple((name, f, indexes.get(name, ())) for name, f in fields.items() if f.sealed)


@lru_cache(maxsize=256)
def keys_of(table: Table) -> tuple[Retention, ...]:
    """Return the classes of keys that a row of this table needs: for its seals and its entries."""
    fields = fields_of(table).values()
    kinds = {field.retention for field in fields if field.sealed}
    if is_recorded(table) and any(f.kind in {Kind.SEALED, Kind.PERSONAL} for f in fields):
        kinds.add(Retention.COMMITMENT)
    return tuple(sorted(kinds))


def check_registry(metadata: MetaData) -> None:
    """Refuse a column without an entry, a doubled field id, or sealed data without an owner."""
    seen: dict[str, str] = {}
    for table in metadata.tables.values():
        for column in table.columns:
            field = column.info.get("field")
            where = f"{table.name}.{column.name}"
            if field is None:
                raise UnregisteredColumn(f"{where} is not in the registry of fields")
            if field.sealed and seen.setdefault(field.id, where) != where:
                raise UnregisteredColumn(f"{where} has the field id of {seen[field.id]}")
            if field.kind is not Kind.IMPERSONAL and not table.info.get("person"):
                raise UnregisteredColumn(f"{table.name} does not say whose data it holds")
