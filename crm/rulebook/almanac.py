"""The house's own table of holidays: days it added, moved or struck, and years since announced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple, Self

from crm.rulebook.calendars import LAST_COMPUTED, Calendar, is_country
from crm.rulebook.kinds.hours import Holidays
from crm.rulebook.rule import Rule

FIRST_YEAR = 2000

Path = tuple[str | int, ...]


class Line(NamedTuple):
    """One day of a country, or of a `part` of it: a holiday, or a working day like any other."""

    country: str
    part: str | None
    on: date
    name: str | None
    working: bool

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Make it of a line of the table."""
        return cls(
            country=given["country"],
            part=given.get("part"),
            on=date.fromisoformat(given["day"]),
            name=given.get("name"),
            working=given.get("working", False),
        )


@dataclass(frozen=True, slots=True)
class Almanac:
    """What the house says of holidays, beside what books and the library say.

    `announced`: years of countries whose holidays have been announced since the books were written.
    """

    lines: tuple[Line, ...]
    announced: frozenset[tuple[str, int]]

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Self:
        """Make it of the content of the table, which the shelf has checked."""
        return cls(
            lines=tuple(map(Line.read, content["days"])),
            announced=frozenset((one["country"], one["year"]) for one in content["announced"]),
        )

    def over(self, rule: Rule) -> Rule:
        """Give a rule as it stands with this table: on holidays it reads what the table says."""
        if not isinstance(rule.judgement, Holidays):
            return rule
        calendar = self.calendar(rule.judgement.calendar)
        return replace(rule, judgement=replace(rule.judgement, calendar=calendar))

    def calendar(self, calendar: Calendar) -> Calendar:
        """Give a calendar with the days of the table; a part's line outweighs its country's."""
        mine = [
            line
            for line in self.lines
            if line.country == calendar.country and line.part in (None, calendar.subdivision)
        ]
        mine.sort(key=lambda line: line.part is not None)
        return replace(
            calendar,
            own={line.on: None if line.working else line.name for line in mine},
            own_years=frozenset(y for country, y in self.announced if country == calendar.country),
        )


def faults(content: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield what no schema can say of a table of holidays: where it is, and the reason."""
    seen = set()
    for n, line in enumerate(content["days"]):
        place = line["country"], line.get("part")
        if not is_country(*place):
            yield ("days", n, "country"), f"no calendar of holidays for {_said(place)}"
        yield from ((("days", n, *path), reason) for path, reason in _day_faults(line))
        key = (*place, line["day"])
        if key in seen:
            yield ("days", n, "day"), f"{line['day']} of {_said(place)} stands twice"
        seen.add(key)
    years = set()
    for n, one in enumerate(content["announced"]):
        if not is_country(one["country"], None):
            yield ("announced", n, "country"), f"no calendar of holidays for {one['country']}"
        if (one["country"], one["year"]) in years:
            yield ("announced", n, "year"), f"{one['year']} of {one['country']} stands twice"
        years.add((one["country"], one["year"]))


def _day_faults(line: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    try:
        on = date.fromisoformat(line["day"])
    except ValueError:
        yield ("day",), f"no such date: {line['day']!r}"
    else:
        if not FIRST_YEAR <= on.year <= LAST_COMPUTED:
            yield ("day",), f"outside {FIRST_YEAR} to {LAST_COMPUTED}: {line['day']!r}"
    if "name" not in line and not line.get("working"):
        yield (), "a holiday needs a name"


def _said(place: Iterable[str | None]) -> str:
    return " ".join(filter(None, place))


__all__ = ["FIRST_YEAR", "Almanac", "Line", "faults"]
