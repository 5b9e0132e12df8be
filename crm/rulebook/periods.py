"""Periods over which contacts are counted: rolling days or hours, calendar weeks or months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self, TypeAlias
from zoneinfo import ZoneInfo

from crm.rulebook.case import Case
from crm.rulebook.facts import Contact
from crm.rulebook.moments import start_of_day
from crm.rulebook.rule import Figures

# A calendar day as its ordinal, or for hours an instant in microseconds since 1970.
Mark: TypeAlias = int

_HOUR = 3_600_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = {"week": timedelta(days=7), "month": timedelta(days=31)}


@dataclass(frozen=True, slots=True)
class Period:
    """So many calendar `days` of which today is the last, or `hours` up to this very instant.

    `calendar`: the local `week` (from Monday) or `month` in which today lies, in place of both.
    Nothing given: all time. `span` is how far back it can reach, None: without end.
    """

    days: int | None
    hours: int | None
    calendar: str | None
    span: timedelta | None

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make it of the parameters of a cap."""
        days, hours = parameters.get("days"), parameters.get("hours")
        calendar = parameters.get("period")
        span = _LONGEST[calendar] if calendar else timedelta(days=days or 0, hours=hours or 0)
        return cls(days, hours, calendar, span or None)

    @property
    def is_endless(self) -> bool:
        """Tell whether contacts of all time count."""
        return self.span is None

    @property
    def figures(self) -> Figures:
        """Give what a sentence says of it."""
        if self.calendar is not None:
            return {"period": self.calendar}
        return {"days": self.days} if self.hours is None else {"hours": self.hours}

    def mark(self, case: Case, contact: Contact, zone: ZoneInfo) -> Mark:
        """Give when an earlier contact was."""
        return case.day(contact, zone) if self.hours is None else _micros(contact.at)

    def now(self, at: datetime, zone: ZoneInfo) -> Mark:
        """Give when an instant is."""
        return at.astimezone(zone).toordinal() if self.hours is None else _micros(at)

    def bounds(self, now: Mark) -> tuple[Mark, Mark]:
        """Give the first and the last mark that count together with `now`."""
        if self.calendar is not None:
            return self._first(now), self._following(now) - 1
        return self._drops_at(now, -1) + 1, now

    def drops(self, mark: Mark) -> Mark:
        """Give from when on what was at `mark` no longer counts."""
        return self._following(mark) if self.calendar is not None else self._drops_at(mark, 1)

    def instant(self, mark: Mark, zone: ZoneInfo) -> datetime:
        """Give the first instant of a mark."""
        if self.hours is None:
            return start_of_day(date.fromordinal(mark), zone)
        return _EPOCH + mark * _MICROSECOND

    def _drops_at(self, mark: Mark, sign: int) -> Mark:
        return mark + sign * (self.hours * _HOUR if self.hours else self.days or 0)

    def _first(self, day: Mark) -> Mark:
        if self.calendar == "week":
            return day - (day - 1) % 7
        return date.fromordinal(day).replace(day=1).toordinal()

    def _following(self, day: Mark) -> Mark:
        first = self._first(day)
        if self.calendar == "week":
            return first + 7
        # The 32nd day of a month always lies in the next.
        return self._first(first + 31)


def _micros(at: datetime) -> Mark:
    return (at - _EPOCH) // _MICROSECOND
