"""When it was, as a file says it: an instant, or a local time in a named zone. Pure."""

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from crm.loans.imports.cells import BadCell
from crm.loans.imports.faults import Fault
from crm.words import N_

NOT_MOMENT = Fault(
    N_("This is not a moment."),
    N_("Write it like 2026-11-03 14:05, or with its offset: 2026-11-03T14:05:00+08:00."),
)
NOT_BOUND = Fault(
    N_("This is neither a day nor a moment."), N_("Write it like 2026-11-03, or with a time.")
)
NO_ZONE = Fault(
    N_("Nobody says in which zone this time is."),
    N_("Add its offset, a column with the zone, or the zone of the whole file to the mapping."),
)
NOT_ZONE = Fault(
    N_("This zone is not known."), N_("Write it like Asia/Shanghai, or as an offset: +08:00.")
)
SKIPPED = Fault(
    N_("This local time never was: the clocks were put forward over it."),
    N_("Ask the sender which moment is meant, and write it with its offset."),
)
DOUBLE = Fault(
    N_("This local time was twice: the clocks were put back over it."),
    N_("Write it with its offset."),
)
TOO_OLD = Fault(
    N_("This moment is outside what is possible."), N_("Check the column it came from.")
)

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_EARLIEST, _LATEST = 1970, 2199


def zone_named(text: str) -> tzinfo:
    """Return a zone by its name or offset; raise BadCell."""
    if found := _OFFSET.fullmatch(text):
        span = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if int(found[3]) < 60 and span <= timedelta(hours=14):
            return timezone(-span if found[1] == "-" else span)
    elif text in _zones():
        return ZoneInfo(text)
    raise BadCell(NOT_ZONE)


def moment_in(text: str, zone: tzinfo | None) -> datetime:
    """Return the instant of a text; a local time is one of `zone`. Raises BadCell.

    A local time that the clocks skipped or showed twice is named as such, never guessed.
    """
    try:
        told = datetime.fromisoformat(_plain(text))
    except ValueError:
        raise BadCell(NOT_MOMENT) from None
    if _is_day(text):
        raise BadCell(NOT_MOMENT)
    if not _EARLIEST <= told.year <= _LATEST:
        raise BadCell(TOO_OLD)
    if told.tzinfo is not None:
        return told
    if zone is None:
        raise BadCell(NO_ZONE)
    return _local(told, zone)


def bound_in(text: str, zone: tzinfo | None) -> str:
    """Return a day (ISO) or an instant (RFC 3339) as the contract has it; raise BadCell."""
    if not _is_day(text):
        return moment_in(text, zone).isoformat()
    try:
        day = date.fromisoformat(_plain(text))
    except ValueError:
        raise BadCell(NOT_BOUND) from None
    if not _EARLIEST <= day.year <= _LATEST:
        raise BadCell(TOO_OLD)
    return day.isoformat()


def _local(told: datetime, zone: tzinfo) -> datetime:
    first, second = told.replace(tzinfo=zone), told.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    offset = first.utcoffset()
    assert offset is not None
    there = (first - offset).replace(tzinfo=timezone(timedelta())).astimezone(zone)
    raise BadCell(DOUBLE if there.replace(tzinfo=None) == told else SKIPPED)


def _plain(text: str) -> str:
    """Return a text with its day as ISO writes it: 2026/1/3 as 2026-01-03."""
    return _DAY.sub(lambda m: f"{m[1]}-{int(m[2]):02d}-{int(m[3]):02d}", text.strip(), count=1)


def _is_day(text: str) -> bool:
    return re.fullmatch(r"[\d/.-]{8,10}", text.strip()) is not None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
