"""One entry of the ledger, and its exact bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from crm.words import Word

LONGEST = 32 * 1024
LARGEST_NUMBER = 2**53 - 1
_to_json = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_AS_THEY_ARE = {str, int, bool}


class Outcome(Word):
    """What came of it."""

    DONE = "done"
    REFUSED = "refused"
    ASKED = "asked"  # waits for a second person
    READ = "read"


class BadEntry(ValueError):
    """Something that the ledger's form of JSON does not allow."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to whom, when, and what became of which rows."""

    id: UUID
    at: datetime
    actor_id: UUID
    actor_role: str
    action: str
    outcome: Outcome
    subject_type: str | None = None
    subject_id: UUID | None = None
    rule: str | None = None
    rows: tuple[Mapping[str, Any], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    request: str | None = None

    def to_bytes(self) -> bytes:
        """Return the entry as canonical JSON (RFC 8785, without floats); raise BadEntry."""
        content: dict[str, Any] = {
            "v": 1,
            "id": str(self.id),
            "at": moment_text(self.at),
            "actor": {"id": str(self.actor_id), "role": str(self.actor_role)},
            "action": self.action,
            "outcome": str(self.outcome),
        }
        if self.subject_id is not None:
            content["subject"] = {"type": self.subject_type, "id": str(self.subject_id)}
        for name, value in (("rule", self.rule), ("request", self.request)):
            if value:
                content[name] = value
        if self.rows:
            content["rows"] = list(self.rows)
        if self.details:
            content["details"] = plain(dict(self.details))
        encoded = canonical(content)
        if len(encoded) > LONGEST:
            raise BadEntry(f"the entry of {self.action} has {len(encoded)} bytes")
        return encoded


def canonical(content: Any) -> bytes:
    """Return canonical bytes: sorted keys, no spaces, UTF-8; raise BadEntry for what is barred."""
    _check(content)
    try:
        return _to_json(content).encode()
    except UnicodeEncodeError:
        raise BadEntry("a lone surrogate cannot be written") from None


def moment_text(moment: datetime) -> str:
    """Return an instant at fixed width: 2026-04-03T10:15:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value: Any) -> Any:  # noqa: PLR0911  one line a kind reads best
    """Return a value in the words that an entry may hold."""
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def _check(value: Any) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_NUMBER:
            raise BadEntry("a number beyond 2^53-1 cannot be written")
    elif isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise BadEntry("names are ASCII")
            if type(item) is not str:
                _check(item)
    elif isinstance(value, list | tuple):
        for item in value:
            if type(item) is not str:
                _check(item)
    else:
        raise BadEntry(f"{type(value).__name__} cannot be written")
