"""Identifiers made by the application before a row is written."""

import os
import uuid
from datetime import UTC, datetime, timedelta

from crm import clock

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
_RANDOM_A = 0xFFF << 64
_RANDOM_B = (1 << 62) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562, section 5.7): ordered by millisecond, random below."""
    milliseconds = clock.milliseconds()
    noise = int.from_bytes(os.urandom(10))
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= _VERSION_7 | (noise & _RANDOM_A) | _VARIANT | (noise & _RANDOM_B)
    return uuid.UUID(int=value)


def made_at(made: uuid.UUID) -> datetime:
    """Return the instant, to the millisecond, at which an id of `new_id` was made."""
    return _EPOCH + timedelta(milliseconds=made.int >> 80)
