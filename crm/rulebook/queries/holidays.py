"""What is asked about public holidays, and about the book for places that no book covers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.rulebook.almanac import FIRST_YEAR, Almanac
from crm.rulebook.books import ALWAYS, DEFAULT, HOLIDAYS, Books
from crm.rulebook.calendars import Calendar, is_country
from crm.rulebook.in_force import books_in_force
from crm.rulebook.kinds.hours import Holidays
from crm.rulebook.models import book_version
from crm.rulebook.moments import DAY
from crm.rulebook.versions.kept import DRAFT

AHEAD = 2  # years after this one of which it is said whether they are announced

Place = tuple[str, str | None]
Kept = Mapping[Place, Mapping[str, Calendar]]  # of each place: its calendar in each rule


@dataclass(frozen=True)
class PublicHolidays(Question, needs=Permission.READ_BOOKS):
    """The calendars that books read, and one year of one of them, day by day."""

    country: str | None = None
    part: str | None = None
    year: int | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the calendars with the years not announced, and the days of the one asked for."""
        books = books_in_force()
        kept, year = _kept(books), self.year or reader.now.year
        place = (self.country, self.part) if self.country else next(iter(kept), ("AU", None))
        if not is_country(*place):
            raise Missing("calendar")
        rules = kept.get(place) or {"": _plain(place, _almanac(books))}
        return {
            "calendars": [_calendar(one, found, reader.now.year) for one, found in kept.items()],
            "country": place[0],
            "part": place[1],
            "year": year,
            "is_read": place in kept,
            "is_announced": all(calendar.knows(year) for calendar in rules.values()),
            "days": list(_days(rules, year)),
            "countries": sorted({name for name, _ in kept} | _countries(books)),
            **_standing(reader, books, HOLIDAYS),
        }


@dataclass(frozen=True)
class DefaultBook(Question, needs=Permission.READ_BOOKS):
    """The house's default book: which it is, and which books could be."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return its newest version, if there is one, and the books it can be made of."""
        books = books_in_force()
        choices = [name for name in books.ids if name not in {*ALWAYS, DEFAULT}]
        return {
            "judges": DEFAULT in books.shelved(reader.now).judging,
            "choices": [{"id": name, "title": books.versions(name)[-1].title} for name in choices],
            **_standing(reader, books, DEFAULT),
        }


def _standing(reader: Reader, books: Books, name: str) -> dict[str, Any]:
    """Return the newest version of a book of the house's own, and the draft that waits, if any."""
    newest = books.versions(name)[-1] if name in books.ids else None
    query = select(book_version.c.id).where(
        book_version.c.book == name, book_version.c.state == DRAFT
    )
    return {
        "table": newest
        and {
            "version": newest.version,
            "title": newest.title,
            "begins": newest.begins,
            "sha256": newest.sha256,
            "sources": newest.content.get("sources", []),
        },
        "draft_id": reader.scalar(query.order_by(book_version.c.drafted_at.desc()).limit(1)),
        "tomorrow": (reader.now + 2 * DAY).date(),
    }


def _almanac(books: Books) -> Almanac:
    newest = books.versions(HOLIDAYS)[-1].almanac if HOLIDAYS in books.ids else None
    return newest or Almanac((), frozenset())


def _kept(books: Books) -> Kept:
    """Return every calendar that a rule switched on reads, as the newest table has it."""
    almanac = _almanac(books)
    found: dict[Place, dict[str, Calendar]] = {}
    for name in books.ids:
        for rule in books.versions(name)[-1].rules:
            if rule.enabled and isinstance(rule.judgement, Holidays):
                calendar = rule.judgement.calendar
                place = calendar.country, calendar.subdivision
                found.setdefault(place, {})[rule.id] = almanac.calendar(calendar)
    return dict(sorted(found.items(), key=lambda item: (item[0][0], item[0][1] or "")))


def _calendar(place: Place, rules: Mapping[str, Calendar], year: int) -> dict[str, Any]:
    years = range(year, year + AHEAD + 1)
    return {
        "country": place[0],
        "part": place[1],
        "books": sorted({rule.partition(".")[0] for rule in rules}),
        "unannounced": [y for y in years if not all(one.knows(y) for one in rules.values())],
    }


def _plain(place: Place, almanac: Almanac) -> Calendar:
    """Return the library's calendar of a place whose holidays no book reads.

    No book vouches for any of its years: only what the house's table says is certain.
    """
    return almanac.calendar(Calendar(*place, ("public",), None, (), FIRST_YEAR))


def _countries(books: Books) -> set[str]:
    """Return the countries that books are about, as far as the library knows their holidays."""
    codes = {name.partition("-")[0] for name in books.ids}
    told = {line.country for line in _almanac(books).lines}
    return {code for code in codes if is_country(code, None)} | told


def _days(rules: Mapping[str, Calendar], year: int) -> Iterator[dict[str, Any]]:
    """Yield the days of a year that are holidays by some rule, or that the house's table names."""
    day = date(year, 1, 1)
    while day.year == year:
        names = {rule: name for rule, one in rules.items() if (name := one.holiday(day))}
        by_house = any(day in one.own for one in rules.values())
        if names or by_house:
            bare = (replace(one, own={}).holiday(day) for one in rules.values())
            instead = next((name for name in bare if name), None)
            yield {
                "on": day,
                "name": next(iter(names.values()), instead),
                "working": not names,
                "by_house": by_house,
                "expected": bool(names) and not all(one.is_known(day) for one in rules.values()),
                "rules": sorted(filter(None, names)),
            }
        day += timedelta(days=1)
