"""The table of holidays written by a form: lines added or taken out, years announced."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.rulebook.books import HOLIDAYS, Book
from crm.rulebook.versions.dumping import dump
from crm.words import N_

TITLE = N_("Public holidays, the house's own table")
# A version begins with its day on the first clock on earth: from midnight on, wherever one is.
ZONE = "Etc/GMT-14"


@dataclass(frozen=True)
class Told:
    """One day as a form tells it; a working day needs no name."""

    on: date
    name: str | None = None


@dataclass(frozen=True)
class Wish:
    """What a form asks of the table, for one country or a part of it.

    `announced`: years of the country; `source`: where all this was announced.
    """

    country: str
    part: str | None
    holidays: tuple[Told, ...]
    working: tuple[Told, ...]
    announced: tuple[int, ...]
    source: str | None


def key_of(line: Mapping[str, Any]) -> str:
    """Return what names a line of the table, such as `AU-VIC 2027-11-02`."""
    place = "-".join(filter(None, (line["country"], line.get("part"))))
    return f"{place} {line['day']}"


def year_key(line: Mapping[str, Any]) -> str:
    """Return what names an announced year, such as `ID 2027`."""
    return f"{line['country']} {line['year']}"


def written(base: Book | None, begins: date, wish: Wish | None, taken_out: Iterable[str]) -> str:
    """Return the next version of the table as YAML; `base` None: there was none.

    `taken_out` names lines and years by their keys; a line told again replaces the one there is.
    """
    gone = set(taken_out)
    old = copy.deepcopy(dict(base.content)) if base else {}
    days = {key_of(line): line for line in old.get("days", ())}
    years = {year_key(one): one for one in old.get("announced", ())}
    sources = list(old.get("sources", ()))
    days = {key: line for key, line in days.items() if key not in gone}
    years = {key: one for key, one in years.items() if key not in gone}
    if wish is not None:
        days |= {key_of(line): line for line in _lines(wish)}
        told = ({"country": wish.country, "year": year} for year in wish.announced)
        years |= {year_key(one): one for one in told}
        sources += [wish.source] if wish.source and wish.source not in sources else []
    return dump(
        {
            "id": HOLIDAYS,
            "version": begins.isoformat(),
            "title": TITLE,
            "in_force": {"from": begins.isoformat(), "until": None, "zone": ZONE},
            "sources": sources,
            "days": [days[key] for key in sorted(days)],
            "announced": [years[key] for key in sorted(years)],
        }
    )


def _lines(wish: Wish) -> Iterable[dict[str, Any]]:
    for working, told in ((False, wish.holidays), (True, wish.working)):
        for one in told:
            line: dict[str, Any] = {"country": wish.country, "part": wish.part}
            line |= {"day": one.on.isoformat(), "name": one.name, "working": working or None}
            yield {name: value for name, value in line.items() if value is not None}


__all__ = ["TITLE", "ZONE", "Told", "Wish", "key_of", "written", "year_key"]
