"""What the console looks at: which days, against which before them, and whose contacts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from crm.gate.errors import Invalid
from crm.gate.reader import Reader
from crm.identity.models import account
from crm.rulebook.moments import DAY, start_of_day
from crm.words import N_

USUAL = 28  # days, so that every weekday counts equally often
LONGEST = 92
HOURS = 24


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the reader's own zone, `until` not included."""

    since: date
    until: date
    zone: ZoneInfo

    @classmethod
    def of(cls, reader: Reader, since: date | None, until: date | None) -> "Span":
        """Return the days asked for, else the last four weeks; raise Invalid where too many."""
        zone = ZoneInfo(reader.actor.zone)
        last = until or reader.now.astimezone(zone).date() + DAY
        first = since or last - timedelta(days=USUAL)
        if not first < last:
            raise Invalid({"until": [N_("Choose a day after the first one.")]})
        if last - first > timedelta(days=LONGEST):
            raise Invalid({"since": [N_("Choose at most 92 days.")]})
        return cls(first, last, zone)

    @property
    def begins(self) -> datetime:
        """Return its first instant."""
        return start_of_day(self.since, self.zone)

    @property
    def ends(self) -> datetime:
        """Return the first instant after it."""
        return start_of_day(self.until, self.zone)

    @property
    def begins_before(self) -> datetime:
        """Return the first instant of as many days before it."""
        return start_of_day(self.since - (self.until - self.since), self.zone)

    def hours(self, weekday: int | None, hour: int | None) -> Iterator[tuple[datetime, datetime]]:
        """Yield where its hours of that weekday (0: Monday) and clock begin and end."""
        day = self.since
        while day < self.until:
            if weekday in (None, day.weekday()):
                start = start_of_day(day, self.zone)
                yield from (
                    self._within(day, hour)
                    if hour is not None
                    else [(start, start_of_day(day + DAY, self.zone))]
                )
            day += DAY

    def _within(self, day: date, hour: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield that hour of a day as its clocks show it: twice where they are put back."""
        start, end = start_of_day(day, self.zone), start_of_day(day + DAY, self.zone)
        quarter = timedelta(minutes=15)
        while start < end:
            if start.astimezone(self.zone).hour == hour:
                yield start, start + quarter
            start += quarter


def during(at: Any, spans: Iterator[tuple[datetime, datetime]]) -> ColumnElement[bool]:
    """Return the condition that an instant lies in one of these."""
    return or_(*(and_(at >= begins, at < ends) for begins, ends in _joined(spans)))


def by_whom(column: Any, by: UUID | None, team: UUID | None) -> list[ColumnElement[bool]]:
    """Return the conditions that leave what one colleague, or one team, did."""
    found: list[ColumnElement[bool]] = []
    if by is not None:
        found.append(column == by)
    if team is not None:
        found.append(column.in_(select(account.c.id).where(account.c.team_id == team)))
    return found


def _joined(spans: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for begins, ends in spans:
        if joined and joined[-1][1] == begins:
            joined[-1] = joined[-1][0], ends
        else:
            joined.append((begins, ends))
    return joined
