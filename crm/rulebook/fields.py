"""Readers of JSON values: each gives the typed value or says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from crm.rulebook.facts import BadFacts, Bound
from crm.rulebook.moments import (
    DAY,
    EVERYWHERE,
    FIRST_YEAR,
    LAST_YEAR,
    SECONDS_A_DAY,
    Window,
    start_of_day,
    zone_named,
)

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:[0-5]\d)", re.ASCII
).fullmatch
_LAST_PLACE, _FIRST_PLACE = EVERYWHERE  # where a day ends last, and begins first
Readers: TypeAlias = Mapping[str, Callable[[object], Any]]


def an_object(readers: Readers, *required: str) -> Callable[[object], dict[str, Any]]:
    """Give a reader of an object with those keys and no other."""

    def read(value: object) -> dict[str, Any]:
        if type(value) is not dict:
            raise BadFacts("", "must be an object")
        found = {}
        for key, item in value.items():
            reader = readers.get(key)
            if reader is None:
                raise BadFacts(key, "unknown field")
            try:
                found[key] = reader(item)
            except BadFacts as fault:
                raise fault.within(key) from None
        for key in required:
            if key not in found:
                raise BadFacts(key, "is required")
        return found

    return read


def entries_of(read: Callable[[object], Value]) -> Callable[[object], dict[str, Value]]:
    """Give a reader of an object whose keys are free and whose values are alike."""

    def read_all(value: object) -> dict[str, Value]:
        if type(value) is not dict:
            raise BadFacts("", "must be an object")
        return {key: _within(read, item, key) for key, item in value.items()}

    return read_all


def list_of(read: Callable[[object], Value]) -> Callable[[object], list[Value]]:
    """Give a reader of an array of alike values."""

    def read_all(value: object) -> list[Value]:
        if type(value) is not list:
            raise BadFacts("", "must be an array")
        try:
            return list(map(read, value))
        except BadFacts:
            return [_within(read, item, str(n)) for n, item in enumerate(value)]

    return read_all


def _within(read: Callable[[object], Value], item: object, key: str) -> Value:
    try:
        return read(item)
    except BadFacts as fault:
        raise fault.within(key) from None


def nullable(read: Callable[[object], Value]) -> Callable[[object], Value | None]:
    """Give a reader that lets null pass as None."""
    return lambda value: None if value is None else read(value)


def a_string(value: object) -> str:
    """Read a string."""
    if type(value) is not str:
        raise BadFacts("", "must be a string")
    return value


def a_boolean(value: object) -> bool:
    """Read true or false."""
    if type(value) is not bool:
        raise BadFacts("", "must be true or false")
    return value


def an_integer(value: object) -> int:
    """Read a whole number; JSON has no other type for 30.0."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    raise BadFacts("", "must be a whole number")


def a_count(value: object) -> int:
    """Read a whole number that is not negative."""
    number = an_integer(value)
    if number < 0:
        raise BadFacts("", "cannot be negative")
    return number


def a_weekday(value: object) -> int:
    """Read an ISO weekday."""
    number = an_integer(value)
    if not 1 <= number <= 7:
        raise BadFacts("", "weekdays run from 1 (Monday) to 7")
    return number


def one_of(words: type[Word]) -> Callable[[object], Word]:
    """Give a reader of one of those words."""
    known = {str(word): word for word in words}

    def read(value: object) -> Word:
        word = known.get(value) if isinstance(value, str) else None
        if word is None:
            raise BadFacts("", f"must be one of {', '.join(known)}")
        return word

    return read


def an_instant(value: object) -> datetime:
    """Read an RFC 3339 instant, which has an offset, into UTC; of a year with a calendar."""
    instant = _instant(value)
    if FIRST_YEAR <= instant.year < LAST_YEAR:
        return instant
    raise BadFacts("", f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}: {value!r}")


def _instant(value: object) -> datetime:
    if type(value) is not str:
        raise BadFacts("", "must be a string")
    if not _RFC_3339(value):
        raise BadFacts("", f"not an instant with an offset (RFC 3339): {value!r}")
    try:
        # Of the small letters that RFC 3339 allows Python reads t, but not z.
        return datetime.fromisoformat(value.replace("z", "Z")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFacts("", f"no such instant: {value!r}") from None


def a_bound(value: object) -> Bound:
    """Read an instant, or a calendar date that counts whole."""
    text = a_string(value)
    if len(text) != 10:
        return _instant(text)
    if text[4] == text[7] == "-":
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise BadFacts("", f"no such date: {text!r}")


def never_holds(begins: Bound, ends: Bound) -> bool:
    """Tell whether what begins and ends so holds nowhere on earth; a date counts whole."""
    if ends.year >= LAST_YEAR or begins.year < FIRST_YEAR:
        return False
    if not isinstance(begins, datetime) and not isinstance(ends, datetime):
        return ends < begins  # both of one place, whichever it is
    return begins.year >= LAST_YEAR or _closes(ends) <= _opens(begins)


def _opens(bound: Bound) -> datetime:
    """Give the first instant anywhere at which it has begun."""
    return bound if isinstance(bound, datetime) else start_of_day(bound, zone_named(_FIRST_PLACE))


def _closes(bound: Bound) -> datetime:
    """Give the last instant anywhere at which it still holds."""
    if isinstance(bound, datetime):
        return bound
    return start_of_day(bound + DAY, zone_named(_LAST_PLACE))


def a_zone(value: object) -> ZoneInfo:
    """Read the name of an IANA zone."""
    name = a_string(value)
    try:
        return zone_named(name)
    except KeyError:
        raise BadFacts("", f"unknown time zone {name!r}") from None


def debt_ids(value: object) -> frozenset[str]:
    """Read an array of debt ids."""
    if type(value) is list:
        try:
            return _ids(tuple(value))
        except (TypeError, BadFacts):
            pass
    return frozenset(_strings(value))


@lru_cache(maxsize=4096)
def _ids(ids: tuple[object, ...]) -> frozenset[str]:
    """Make a set of ids; most contacts of a person are about the same few debts."""
    return frozenset(map(a_string, ids))


def a_clock(value: object) -> int:
    """Read a local time HH:MM as seconds of the day; 24:00 is its end."""
    text = a_string(value)
    hours, _, minutes = text.partition(":")
    if len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal() and text.isascii():
        seconds = int(hours) * 3600 + int(minutes) * 60
        if int(minutes) < 60 and seconds <= SECONDS_A_DAY:
            return seconds
    raise BadFacts("", f"not a local time HH:MM: {text!r}")


def an_opening(value: object) -> int:
    """Read a local time at which something can begin."""
    seconds = a_clock(value)
    if seconds == SECONDS_A_DAY:
        raise BadFacts("", "24:00 ends a day and cannot begin one")
    return seconds


def window_of(found: Mapping[str, Any]) -> Window | None:
    """Make a window of `days`, `from` and `to`; None where none of them is given."""
    if not ("days" in found or "from" in found or "to" in found):
        return None
    days = frozenset(found["days"]) if "days" in found else None
    return Window(found.get("from", 0), found.get("to", SECONDS_A_DAY), days)


_strings = list_of(a_string)
