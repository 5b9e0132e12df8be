"""The one source of "now"."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware and in UTC, to the microsecond."""
    return datetime.now(UTC)


def nanoseconds() -> int:
    """Return the present moment as nanoseconds since 1970."""
    return time.time_ns()


def ticks() -> float:
    """Return seconds that only ever go forward, to measure how long something lasts."""
    return time.monotonic()
