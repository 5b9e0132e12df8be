"""Serves an instance for measuring: the product as it is, with the clock moved to New York's noon.

The words after port, threads and seconds switch parts off to show what they cost:
`unrecorded-search` answers searches without their entry.
"""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crm import clock, create_app
from crm.settings import Settings


def move_clock(seconds: int) -> None:
    """Have this process read a clock that is so many seconds ahead."""
    ahead = timedelta(seconds=seconds)
    clock.now = lambda: datetime.now(UTC) + ahead  # type: ignore[assignment]


def seconds_to_noon() -> int:
    """Return how far ahead the next noon of New York (16:30 UTC or so) lies."""
    now = datetime.now(UTC)
    noon = now.replace(hour=16, minute=30, second=0, microsecond=0)
    return int(((noon - now) % timedelta(days=1)).total_seconds())


def main() -> None:
    """Serve until killed."""
    from waitress import serve

    port, threads, ahead, *off = sys.argv[1:]
    move_clock(int(ahead))
    settings = replace(Settings.from_environment(), port=int(port), threads=int(threads))
    app = create_app(settings)
    if "unrecorded-search" in off:
        from crm.loans.search import SearchPeople

        SearchPeople.recorded_as = None
    serve(app, host="127.0.0.1", port=int(port), threads=int(threads), ident=None)


if __name__ == "__main__":
    main()
