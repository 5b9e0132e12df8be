"""The coming week of one way to reach a person: when it is lawful, and why not otherwise.

The engine judges each instant by the facts as they are now: as if nobody reached him meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from crm.contacts.meter.lines import reasons_of
from crm.rulebook.books import Books
from crm.rulebook.engine import Decision, decide
from crm.rulebook.facts import Facts
from crm.rulebook.moments import DAY, start_of_day

DAYS = 7
MINUTES_A_DAY = 1440
_STEP = timedelta(minutes=30)  # no lawful stretch that a book leaves is closed for a shorter while
_MINUTE = timedelta(minutes=1)


class Stretch(NamedTuple):
    """A time through which the same is true: lawful, or refused for these reasons."""

    begins: datetime
    ends: datetime
    allowed: bool
    reasons: Sequence[dict[str, Any]]


def week_of(facts: Facts, books: Books, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the days from today on, each with its parts on the clock of `zone`.

    A part has `opens` and `closes` in minutes of the day, `allowed` and `reasons`; what is over of
    today is in none.
    """
    first = facts.proposed.at.astimezone(zone).date()
    last = start_of_day(first + DAYS * DAY, zone)
    stretches = list(_stretches(facts, books, last))
    return [_day(first + number * DAY, zone, stretches) for number in range(DAYS)]


def _stretches(facts: Facts, books: Books, last: datetime) -> Iterator[Stretch]:
    """Yield stretches without a gap, from the proposed instant to `last`."""
    at = facts.proposed.at
    while at < last:
        decision = _decided(facts, books, at)
        if decision["allowed"]:
            ends, reasons = _closing(facts, books, at, last), []
        else:
            reasons = [one for one in reasons_of(decision) if one["effect"] == "refuse"]
            ends = min(_turn(decision, reasons, at) or last, last)
        yield Stretch(at, ends, decision["allowed"], reasons)
        at = ends


def _turn(decision: Decision, reasons: Sequence[dict[str, Any]], at: datetime) -> datetime | None:
    """Return the first instant at which it is free, or one of the reasons falls away."""
    free = decision["next_allowed_at"]
    turns = [one["until"] for one in reasons] + [free and datetime.fromisoformat(free)]
    return min((turn for turn in turns if turn is not None and turn > at), default=None)


def _closing(facts: Facts, books: Books, at: datetime, last: datetime) -> datetime:
    """Return until when it stays lawful, to the minute."""
    while at < last:
        later = min(at + _STEP, last)
        if not _decided(facts, books, later)["allowed"]:
            break
        at = later
    else:
        return last
    while later - at > _MINUTE:
        middle = at + (later - at) // 2
        if _decided(facts, books, middle)["allowed"]:
            at = middle
        else:
            later = middle
    return _whole_minute(later)


def _decided(facts: Facts, books: Books, at: datetime) -> Decision:
    proposed = facts.proposed._replace(at=at, at_text=at.isoformat())
    return decide(replace(facts, proposed=proposed), books)


def _whole_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _day(day: date, zone: ZoneInfo, stretches: Sequence[Stretch]) -> dict[str, Any]:
    begins, ends = start_of_day(day, zone), start_of_day(day + DAY, zone)
    parts = [
        {
            "opens": _minute(max(one.begins, begins), zone),
            "closes": _minute(one.ends, zone) if one.ends < ends else MINUTES_A_DAY,
            "allowed": one.allowed,
            "reasons": one.reasons,
        }
        for one in stretches
        if one.begins < ends and one.ends > begins
    ]
    return {"day": day, "parts": parts}


def _minute(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute
