"""The one source of "now"."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware and in UTC, to the microsecond."""
    return datetime.now(UTC)


def milliseconds() -> int:
    """Return the present moment as whole milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def ticks() -> float:
    """Return seconds that only ever go forward, to measure how long something lasts."""
    return time.monotonic()
