"""Actions as documents: how a request is kept, compared and brought back."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from crm.gate.action import Action
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed

_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def to_document(action: Any, *, compared: bool = False) -> str:
    """Return the action as canonical JSON, sealed values in clear: seal or digest it at once.

    `compared` leaves out fields with `compare=False`: what is made up anew for each request.
    """
    values = _plain(action)
    if compared:
        values = {field.name: values[field.name] for field in fields(action) if field.compare}
    return _to_json(values)


def from_document(kind: type[Action], text: str) -> Action:
    """Build the action again from what `to_document` gave."""
    return _built(kind, json.loads(text))  # type: ignore[no-any-return]  # it is of that kind


def _plain(value: Any) -> Any:  # noqa: PLR0911  one line a kind reads best
    if isinstance(value, Sealed):
        return reopen(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID | datetime | date | Decimal):
        return str(value) if isinstance(value, UUID | Decimal) else value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(item) for item in value]
    return value


_READERS: dict[Any, Callable[[Any], Any]] = {
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
    Sealed: Sealed.fresh,
    bytes: bytes.fromhex,
}


def _built(kind: Any, value: Any) -> Any:  # noqa: PLR0911  one line a kind reads best
    origin = get_origin(kind)
    if value is None or kind is Any:
        return value
    if origin in {Union, UnionType}:
        return _built(next(part for part in get_args(kind) if part is not type(None)), value)
    if origin in {tuple, list}:
        return origin(_built(get_args(kind)[0], item) for item in value)
    if kind in _READERS:
        return _READERS[kind](value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{name: _built(hints[name], item) for name, item in value.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value
