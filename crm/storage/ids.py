"""Identifiers made by the application before a row is written."""

import os
import uuid
from datetime import UTC, datetime, timedelta

from crm import clock

_VERSION_7 = 0x7 << 76
_VARIANT = 0x2 << 62
_RANDOM_B = (1 << 62) - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> uuid.UUID:
    """Return a UUID version 7 (RFC 9562, section 5.7): ordered by time, random below.

    Twelve bits after the milliseconds divide them further (section 6.2, method 3), so that what
    one process makes one after the other is in that order.
    """
    milliseconds, rest = divmod(clock.nanoseconds(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | _VERSION_7 | fraction << 64 | _VARIANT
    return uuid.UUID(int=value | (int.from_bytes(os.urandom(8)) & _RANDOM_B))


def made_at(made: uuid.UUID) -> datetime:
    """Return the instant, to the millisecond, at which an id of `new_id` was made."""
    return _EPOCH + timedelta(milliseconds=made.int >> 80)
