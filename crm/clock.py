"""The one source of "now"."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, aware and in UTC, to the microsecond."""
    return datetime.now(UTC)
