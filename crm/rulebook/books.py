"""Books of law and the versions of each: which one is in force at an instant."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from crm.rulebook.almanac import Almanac
from crm.rulebook.facts import BadFacts, Facts
from crm.rulebook.rule import Rule

HOUSE = "HOUSE"
HOLIDAYS = "HOLIDAYS"  # the house's table of holidays: no rules, but days for those of others
ALWAYS = frozenset({HOUSE, HOLIDAYS})  # apply everywhere, and are never named in facts
DEFAULT = "DEFAULT"  # the house's book for a known place that no other book covers


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whom and what a book covers, and how many days of history it asks for.

    `days`: of contacts with the borrower; `others_days`: of contacts with other people.
    """

    collectors: tuple[str, ...]
    borrowers: tuple[str, ...]
    products_spared: tuple[str, ...]
    days: int
    others_days: int


@dataclass(frozen=True, slots=True)
class Book:
    """One version of one book: in force from the start of `begins` to the end of `ends`.

    `starts` and `stops` are those days as instants in the book's own zone; `sha256` is the digest
    of the canonical content; `almanac` is what the table of holidays has in place of rules.
    """

    id: str
    version: str
    title: str
    sha256: str
    begins: date
    ends: date | None
    starts: datetime
    stops: datetime | None
    coverage: Coverage
    rules: tuple[Rule, ...]
    content: Mapping[str, Any]
    almanac: Almanac | None = None


class Era:
    """A stretch of time over which the same versions judge: up to `ends`, exclusive."""

    __slots__ = ("_bindings", "_rules", "books", "ends")

    def __init__(self, books: tuple[Book, ...], ends: datetime | None) -> None:
        self.books, self.ends = books, ends
        ids = {book.id for book in books}
        almanac = next((book.almanac for book in books if book.almanac), None)
        applying = (
            rule if almanac is None else almanac.over(rule)
            for book in books
            for rule in book.rules
            if rule.jurisdictions is None or not rule.jurisdictions.isdisjoint(ids)
        )
        self._rules = sorted(applying, key=lambda rule: rule.id)
        self._bindings: dict[tuple[object, ...], tuple[tuple[Rule, ...], ...]] = {}

    def binding(self, facts: Facts) -> tuple[tuple[Rule, ...], ...]:
        """Give the rules under which such a contact can come at all.

        Those that spare the same debts stand together, so that one of them can be asked for all.
        """
        role, proposed, known = facts.role, facts.proposed, bool(facts.circumstances)
        key = (
            role,
            known,
            proposed.direction,
            proposed.channel,
            proposed.target,
            proposed.purpose,
            proposed.place,
            proposed.borrower_at,
            proposed.agent,
        )
        found = self._bindings.get(key)
        if found is None:
            rules = (rule for rule in self._rules if rule.binds(role, proposed))
            usable = (rule for rule in rules if known or not rule.of_circumstances)
            groups: dict[object, list[Rule]] = {}
            for rule in usable:
                groups.setdefault(rule.sparing, []).append(rule)
            found = self._bindings[key] = tuple(map(tuple, groups.values()))
        return found

    def informing(self, kind: str) -> tuple[Rule, ...]:
        """Give the rules of a kind that judges nothing: recording, retention, limitation."""
        return tuple(r for r in self._rules if r.informs and r.enabled and r.kind == kind)


class Timeline:
    """The eras of some books, one after the other."""

    __slots__ = ("_changes", "_eras")

    def __init__(self, books: list[list[Book]], dated: Collection[str]) -> None:
        moments = {at for versions in books for v in versions for at in (v.starts, v.stops)}
        self._changes: list[datetime] = sorted(at for at in moments if at is not None)
        self._eras = []
        for begins, ends in pairwise([None, *self._changes, None]):
            judging = (_at(versions, begins, dated) for versions in books)
            self._eras.append(Era(tuple(book for book in judging if book), ends))

    def era(self, at: datetime) -> Era:
        """Give the era in which an instant lies."""
        return self._eras[bisect_right(self._changes, at)]


class Shelved(NamedTuple):
    """The ids of the books of places: which of them judge at an instant, and which are to come."""

    judging: frozenset[str]
    coming: frozenset[str]


class Books:
    """The versions of every book given to the engine.

    `dated`: books that judge nothing before their first version begins. Of any other book the
    first version stands for the law before it too, which nobody wrote down as a book.
    """

    def __init__(self, books: Iterable[Book], dated: Iterable[str] = ()) -> None:
        self.dated = frozenset(dated)
        self._versions: dict[str, list[Book]] = {}
        for book in sorted(books, key=lambda book: (book.id, book.starts, book.version)):
            self._versions.setdefault(book.id, []).append(book)
        for versions in self._versions.values():
            starts = [book.starts for book in versions]
            if len(set(starts)) < len(starts):
                raise ValueError(f"two versions of {versions[0].id} begin on one day")
        self._timelines: dict[frozenset[str], Timeline] = {}
        self.ids: tuple[str, ...] = tuple(sorted(self._versions))  # of places, and those of ALWAYS
        self._changes = sorted(
            at for one in self._of_places() for book in one for at in _bounds(book)
        )
        self._shelved: dict[int, Shelved] = {}

    def versions(self, book: str) -> tuple[Book, ...]:
        """Give the versions of one book, oldest first; KeyError where there is none."""
        return tuple(self._versions[book])

    def shelved(self, at: datetime) -> Shelved:
        """Give which books of places judge at an instant, and which begin only later."""
        era = bisect_right(self._changes, at)
        if era not in self._shelved:
            judging = {one[0].id for one in self._of_places() if _at(one, at, self.dated)}
            coming = {one[0].id for one in self._of_places() if one[-1].starts > at} - judging
            self._shelved[era] = Shelved(frozenset(judging), frozenset(coming))
        return self._shelved[era]

    def _of_places(self) -> list[list[Book]]:
        return [found for name, found in self._versions.items() if name not in ALWAYS]

    def applicable(self, jurisdictions: Iterable[str], at: datetime) -> tuple[Book, ...]:
        """Give the versions that judge an instant in those jurisdictions, HOUSE among them, by id.

        Raises BadFacts for an id that no book bears, and for those of ALWAYS: never listed.
        """
        return self.timeline(tuple(jurisdictions)).era(at).books

    def timeline(self, jurisdictions: tuple[str, ...]) -> Timeline:
        """Give the eras of the books of those jurisdictions; raises as `applicable` does."""
        key = frozenset(jurisdictions)
        found = self._timelines.get(key)
        if found is None:
            self._check(jurisdictions)
            ids = {*ALWAYS, *jurisdictions} & self._versions.keys()
            versions = [self._versions[book] for book in sorted(ids)]
            found = self._timelines[key] = Timeline(versions, self.dated)
        return found

    def _check(self, jurisdictions: tuple[str, ...]) -> None:
        for n, book in enumerate(jurisdictions):
            if book in ALWAYS:
                raise BadFacts(f"jurisdictions.{n}", f"{book} always applies and is never listed")
            if book not in self._versions:
                raise BadFacts(f"jurisdictions.{n}", f"unknown jurisdiction {book!r}")


def _at(versions: list[Book], at: datetime | None, dated: Collection[str]) -> Book | None:
    """Give the version that judges an instant; `at` None: the beginning of time."""
    current = None if versions[0].id in dated else versions[0]
    if at is None:
        return current
    for version in versions:
        if version.starts <= at:
            current = version
    ended = current is not None and current.stops is not None and current.stops <= at
    return None if ended else current


def _bounds(book: Book) -> Iterable[datetime]:
    return (book.starts,) if book.stops is None else (book.starts, book.stops)
