"""Column types that mean the same on SQLite and PostgreSQL."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Integer, LargeBinary, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

Day = Date
BigNumber = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER is SQLite's row id

_Convert = Callable[[Any], Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Ciphertext(bytes):
    """Sealed bytes as the database holds them; they print as `[sealed]`."""

    def __repr__(self) -> str:
        return "[sealed]"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "[sealed]"


class Id(TypeDecorator[UUID]):
    """A UUID: the native type on PostgreSQL, sixteen bytes on SQLite."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the narrowest type the database has."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def bind_processor(self, dialect: Dialect) -> _Convert | None:
        """Return what SQLite takes of a UUID; a string here is a mistake of the caller."""
        return None if dialect.name == "postgresql" else _bytes_of

    def result_processor(self, dialect: Dialect, coltype: object) -> _Convert | None:
        """Return what makes a UUID of what SQLite kept; PostgreSQL's driver gives one."""
        return None if dialect.name == "postgresql" else _uuid


class Moment(TypeDecorator[datetime]):
    """An aware instant in UTC: timestamptz on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the type that keeps order and the microsecond."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def bind_processor(self, dialect: Dialect) -> _Convert:
        """Return what refuses naive times, and counts the others on SQLite."""
        return _aware if dialect.name == "postgresql" else _microseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> _Convert:
        """Return what makes an aware datetime in UTC of what the database kept."""
        return _in_utc if dialect.name == "postgresql" else _since_1970


class CipherText(TypeDecorator[Ciphertext]):
    """A sealed column: only `Ciphertext` goes in, so no plain value can slip past."""

    impl = LargeBinary
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> _Convert:
        """Return what refuses anything that was not sealed."""
        return _only_sealed

    def result_processor(self, dialect: Dialect, coltype: object) -> _Convert:
        """Return what marks the bytes as sealed."""
        return _sealed


class Json(TypeDecorator[Any]):
    """Small structured values as canonical JSON text."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> _Convert:
        """Return what writes sorted, compact JSON, so that equal values have equal text."""
        return _written

    def result_processor(self, dialect: Dialect, coltype: object) -> _Convert:
        """Return what reads the JSON back."""
        return _json


# What writes and reads a cell. A list of fifty people has thousands of cells: each function is
# called by itself, not through the three that a TypeDecorator would put around it.

_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _bytes_of(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise TypeError("a moment needs a time zone")
    return value


def _microseconds(value: datetime | None) -> int | None:
    return None if value is None else (_aware(value) - _EPOCH) // _MICROSECOND  # type: ignore[operator]


def _only_sealed(value: Ciphertext | None) -> Ciphertext | None:
    if value is not None and not isinstance(value, Ciphertext):
        raise TypeError("a sealed column takes sealed values only")
    return value


def _written(value: Any) -> str | None:
    return None if value is None else _to_json(value)


def _uuid(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _since_1970(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + value * _MICROSECOND


def _sealed(value: bytes | None) -> Ciphertext | None:
    return None if value is None else Ciphertext(value)


def _json(value: str | None) -> Any:
    return None if value is None else json.loads(value)
