"""How long an outage may last, how late it may be declared, and what it covers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

AT_ONCE = timedelta(minutes=15)  # later than this it takes a second person
LONGEST_AGO = timedelta(days=7)  # what is older nobody can vouch for
LONGEST = timedelta(days=1)  # one that nobody ends stops covering then; declare the next one


def is_late(began_at: datetime, now: datetime) -> bool:
    """Tell whether it is declared so late that a second person must agree.

    What was done without a permit meanwhile would be charged to nobody by one person's word.
    """
    return now - began_at > AT_ONCE


def covers_until(began_at: datetime, ended_at: datetime | None) -> datetime:
    """Return the first instant it no longer covers; one that lasts covers a day at most."""
    return ended_at if ended_at is not None else began_at + LONGEST


def covers(began_at: datetime, ended_at: datetime | None, at: datetime) -> bool:
    """Tell whether a contact begun at that instant lies within it."""
    return began_at <= at < covers_until(began_at, ended_at)


def instant_on(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    """Return when that zone's clock shows this time on that day; None where it never does.

    Of two such instants (the hour put back) it is the first.
    """
    local = datetime.combine(day, clock, zone)
    instant = local.astimezone(UTC)
    shown = instant.astimezone(zone).replace(tzinfo=None)
    return instant if shown == datetime.combine(day, clock) else None
