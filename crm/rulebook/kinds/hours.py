"""Hours: when the local clock of the person approached allows a contact to start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from crm.rulebook.calendars import Calendar
from crm.rulebook.case import Case
from crm.rulebook.circumstances import (
    bearing,
    in_force,
    of_channel,
    of_number,
    of_place,
    of_target,
)
from crm.rulebook.facts import Circumstance
from crm.rulebook.kinds.stop import stopped
from crm.rulebook.moments import DAY, Window, inside, next_edge, start_of_day, zone_named
from crm.rulebook.rule import Figures, Finding, Rule
from crm.rulebook.vocabulary import WEEKDAYS, CircumstanceKind, Effect

_SENTENCE = "hours.closed"


@dataclass(frozen=True, slots=True)
class Hours:
    """Allows contact only within the windows, in every zone the person may be in.

    `opens` is inclusive and `closes` exclusive: 08:00:00 is open, 21:00:00 is closed. A day without
    any hours has a sentence of its own, unless the book chose one. `clock`: the zone by which the
    law counts wherever the person is.
    """

    windows: tuple[Window, ...]
    sentence: str
    clock: ZoneInfo | None

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        given = parameters.get("windows", (parameters,))
        zone = parameters.get("zone")
        return cls(
            windows=tuple(map(_window, given)),
            sentence=parameters.get("sentence", _SENTENCE),
            clock=zone_named(zone) if zone else None,
        )

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse where it is too early or too late; until a window next opens there."""
        for zone in case.clocks if self.clock is None else (self.clock,):
            for window in self.windows:
                if inside(window, zone, at):
                    break
            else:
                edges = [next_edge(window, zone, at) for window in self.windows]
                until = min([edge for edge in edges if edge], default=None)
                sentence, figures = self._told(at.astimezone(zone), zone)
                return Finding(sentence, figures, until, "hours.never")
        return None

    def _told(self, local: datetime, zone: ZoneInfo) -> tuple[str, Figures]:
        """Say what the hours of that day are: of several those that come next."""
        weekday = local.isoweekday()
        today = [w for w in self.windows if w.days is None or weekday in w.days]
        figures: dict[str, str | int | None] = {
            "local": f"{local.hour:02}:{local.minute:02}:{local.second:02}",
            "zone": str(zone),
        }
        if not today:
            chosen = self.sentence if self.sentence != _SENTENCE else "hours.closed_day"
            return chosen, {**figures, "weekday": WEEKDAYS[weekday - 1]}
        second = local.hour * 3600 + local.minute * 60 + local.second
        ahead = [window for window in today if window.opens > second]
        window = min(ahead) if ahead else max(today)
        clocks = {"opens": clock(window.opens), "closes": clock(window.closes)}
        return self.sentence, {**figures, **clocks}


@dataclass(frozen=True, slots=True)
class Holidays:
    """Bars contact on public holidays, or leaves it the hours of `window` on them.

    Where the calendar of a year has not been announced, what can be computed counts, and every
    contact carries a warning.
    """

    calendar: Calendar
    window: Window | None

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        window = _window(parameters) if "from" in parameters else None
        return cls(Calendar.read(parameters["holidays"]), window)

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse on a holiday in any zone the person may be in; until its end, or its hours."""
        found = [finding for zone in case.clocks if (finding := self._judge(zone, at))]
        return next((f for f in found if f.effect is None), found[0] if found else None)

    def _judge(self, zone: ZoneInfo, at: datetime) -> Finding | None:
        today = at.astimezone(zone).date()
        name, known = self.calendar.holiday(today), self.calendar.is_known(today)
        figures: dict[str, str | int | None] = {
            "on": today.isoformat(),
            "zone": str(zone),
            "year": today.year,
        }
        if name is None:
            if known:
                return None
            return Finding("hours.unannounced", figures, None, None, Effect.WARN)
        until = start_of_day(today + DAY, zone)
        if self.window is not None:
            if inside(self.window, zone, at):
                return None
            until = min(until, next_edge(self.window, zone, at) or until)
        sentence = "hours.holiday" if known else "hours.holiday_expected"
        return Finding(sentence, {**figures, "holiday": name}, until)


@dataclass(frozen=True, slots=True)
class DesignatedTimes:
    """Bars the times the borrower called inconvenient."""

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse while such a time lasts in any zone the person may be in."""
        kinds = frozenset({CircumstanceKind.INCONVENIENT_TIME})
        facts = bearing(rule, case, kinds, self._matches)
        return stopped(in_force(facts, case, at), case, at, "hours.designated", "hours.allowed")

    @staticmethod
    def _matches(fact: Circumstance, case: Case) -> bool:
        return (
            of_number(fact, case)
            and of_channel(fact, case)
            and (fact.place is None or of_place(fact, case))
            and of_target(fact, case, None)
        )


def read(parameters: Mapping[str, Any]) -> Hours | Holidays | DesignatedTimes:
    """Make the rule of the parameters of a book."""
    if parameters.get("designated"):
        return DesignatedTimes()
    return Holidays.read(parameters) if "holidays" in parameters else Hours.read(parameters)


def clock(seconds: int) -> str:
    """Write seconds of a day as a clock shows them."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def _window(parameters: Mapping[str, Any]) -> Window:
    days = parameters.get("days")
    opens, closes = _seconds(parameters["from"]), _seconds(parameters["to"])
    return Window(opens, closes, None if days is None else frozenset(days))


def _seconds(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60
