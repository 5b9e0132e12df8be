"""The operators' command under a moved clock: python -m tests.journeys.moved SECONDS WORDS…

What is lawful depends on the hour; a test that is true at noon must be true at midnight.
"""

import sys
from datetime import UTC, datetime, timedelta

from crm import clock
from crm.cli.main import main

NOON_IN_NEW_YORK = 17  # hours UTC; in Shanghai it is past midnight then


def seconds_to_noon() -> int:
    """Return how far ahead the next noon of New York lies."""
    now = datetime.now(UTC)
    noon = now.replace(hour=NOON_IN_NEW_YORK, minute=0, second=0, microsecond=0)
    return int(((noon - now) % timedelta(days=1)).total_seconds())


if __name__ == "__main__":
    ahead = timedelta(seconds=int(sys.argv.pop(1)))
    clock.now = lambda: datetime.now(UTC) + ahead
    main()
