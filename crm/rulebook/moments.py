"""Calendar arithmetic: local days, clock windows and changes of offset, exact to the second."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
SECONDS_A_DAY = 86_400
# Years in which every zone's calendar can be worked out; a bound beyond them is no bound.
FIRST_YEAR, LAST_YEAR = 1900, 9000
# Where no zone is known, days are counted in the first and in the last place on earth.
EVERYWHERE = ("Etc/GMT+12", "Etc/GMT-14")


class Window(NamedTuple):
    """Hours of the local clock on some days: `opens` inclusive, `closes` exclusive, in seconds.

    Where `closes` is not after `opens` the window runs past midnight and belongs to the day on
    which it opens. `days` are ISO weekdays; None means every day.
    """

    opens: int
    closes: int
    days: frozenset[int] | None = None


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Give every IANA zone name of the pinned tz database."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """Give the zone of that IANA name; KeyError where there is none.

    Only names of the database count: "localtime" would make the answer depend on the server.
    """
    if name not in zone_names():
        raise KeyError(name)
    return ZoneInfo(name)


@lru_cache(maxsize=65536)
def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Give the first instant (UTC) of a local calendar day, also where midnight is skipped."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    instant = midnight.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return instant
    return next(changes_of_offset(zone, instant - DAY, instant))


def changes_of_offset(zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[datetime]:
    """Give the instant in (after, until] at which the zone's offset changes, if it does.

    The span is at most some two days, in which no zone changes twice.
    """
    before = after.astimezone(zone).utcoffset()
    if until.astimezone(zone).utcoffset() == before:
        return
    low, high = int(after.timestamp()), int(until.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    yield datetime.fromtimestamp(high, UTC)


def inside(window: Window, zone: ZoneInfo, at: datetime) -> bool:
    """Tell whether the local clock stands within the window."""
    local = at.astimezone(zone)
    second = local.hour * 3600 + local.minute * 60 + local.second
    weekday = local.isoweekday()
    if window.opens < window.closes:
        return _on(window, weekday) and window.opens <= second < window.closes
    yesterday = 7 if weekday == 1 else weekday - 1
    return (_on(window, weekday) and second >= window.opens) or (
        _on(window, yesterday) and second < window.closes
    )


def next_edge(window: Window, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Give the first instant after `at` at which `inside` changes; None where it never does."""
    now = inside(window, zone, at)
    edges = _edges_about(window, zone, at.astimezone(zone).date())
    for instant in edges[bisect_right(edges, at) :]:
        if inside(window, zone, instant) != now:
            return instant
    return None


def _on(window: Window, weekday: int) -> bool:
    return window.days is None or weekday in window.days


@lru_cache(maxsize=4096)
def _edges_about(window: Window, zone: ZoneInfo, today: date) -> tuple[datetime, ...]:
    # A clock put back at midnight makes yesterday follow today; a week brings every weekday.
    days = (today + ahead * DAY for ahead in range(-1, 9))
    return tuple(sorted({instant for day in days for instant in _edges(window, zone, day)}))


def _edges(window: Window, zone: ZoneInfo, day: date) -> set[datetime]:
    start, end = start_of_day(day, zone), start_of_day(day + DAY, zone)
    edges = {start, end, *changes_of_offset(zone, start, end)}
    for second in (window.opens, window.closes % SECONDS_A_DAY):
        # Arithmetic on a zoned datetime moves its wall clock, which is what is meant here.
        clock = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(seconds=second)
        edges |= {clock.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return edges
