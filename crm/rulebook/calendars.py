"""Calendars of public holidays: which local days are holidays, and of which years that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Self

import holidays

# The library's table ends here; of later years nothing is known.
LAST_COMPUTED = 2100


@dataclass(frozen=True, slots=True)
class Calendar:
    """The public holidays of a country or a part of it.

    `only`: of all that the library names only these count; `fixed`: days of every year (MM-DD and
    name) that count besides; `announced`: the last year whose holidays have been announced, None
    where the law itself fixes them all. `own`: what the house's table says of single days (None: a
    working day); `own_years`: of which other years all is announced.
    """

    country: str
    subdivision: str | None
    categories: tuple[str, ...]
    only: frozenset[str] | None
    fixed: tuple[tuple[str, str], ...]
    announced: int | None
    # Neither is part of what is computed, so neither is of the key under which that is remembered.
    own: Mapping[date, str | None] = field(default_factory=dict, compare=False)
    own_years: frozenset[int] = field(default=frozenset(), compare=False)

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make it of the `holidays` of a book's parameters."""
        only = parameters.get("only")
        return cls(
            country=parameters["country"],
            subdivision=parameters.get("subdivision"),
            categories=tuple(parameters.get("categories", ("public",))),
            only=frozenset(only) if only else None,
            fixed=tuple(sorted(parameters.get("fixed", {}).items())),
            announced=parameters.get("announced"),
        )

    def holiday(self, day: date) -> str | None:
        """Give the English name of the holiday on that day, as far as it can be computed."""
        if day in self.own:
            return self.own[day]
        name = _holidays(self, day.year).get(day)
        # Of two on one day the first; that it was moved or computed is no part of its name.
        return None if name is None else name.partition("; ")[0].partition(" (")[0]

    def names(self) -> frozenset[str]:
        """Give every name a holiday has borne from 2001 to 2030; ValueError names what is wrong."""
        years = range(2001, 2031)
        return frozenset(name for year in years for name in _holidays(self, year).values())

    def is_known(self, day: date) -> bool:
        """Tell whether it is certain of that day that it is a holiday, or that it is none."""
        return day in self.own or self.knows(day.year)

    def knows(self, year: int) -> bool:
        """Tell whether the holidays of that year have been announced, or follow from the law."""
        return year in self.own_years or year <= (self.announced or LAST_COMPUTED)


def is_country(country: str, subdivision: str | None) -> bool:
    """Tell whether the library knows the holidays of that country, or of that part of it."""
    parts = holidays.list_supported_countries().get(country)
    return parts is not None and (subdivision is None or subdivision in parts)


@lru_cache(maxsize=1024)
def _holidays(calendar: Calendar, year: int) -> dict[date, str]:
    found = {
        day: name
        for day, name in sorted(_computed(calendar, year).items())
        if day.year == year and (calendar.only is None or name in calendar.only)
    }
    for month_and_day, name in calendar.fixed:
        found[date.fromisoformat(f"{year:04}-{month_and_day}")] = name
    return found


def _computed(calendar: Calendar, year: int) -> Mapping[date, str]:
    if year > LAST_COMPUTED:
        return {}
    return holidays.country_holidays(
        calendar.country,
        subdiv=calendar.subdivision,
        years=year,
        language="en_US",
        categories=calendar.categories,
    )


__all__ = ["LAST_COMPUTED", "Calendar", "is_country"]
