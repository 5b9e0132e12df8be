"""Books of law and the versions of each: which one is in force at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crm.rulebook.facts import BadFacts, Facts
from crm.rulebook.rule import Rule

HOUSE = "HOUSE"
_REMEMBERED = 4096


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
    of the canonical content.
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


class Books:
    """The versions of every book given to the engine."""

    def __init__(self, books: Iterable[Book]) -> None:
        self._versions: dict[str, list[Book]] = {}
        for book in sorted(books, key=lambda book: (book.id, book.starts, book.version)):
            self._versions.setdefault(book.id, []).append(book)
        for versions in self._versions.values():
            starts = [book.starts for book in versions]
            if len(set(starts)) < len(starts):
                raise ValueError(f"two versions of {versions[0].id} begin on one day")
        self._rules: dict[tuple[object, ...], tuple[Rule, ...]] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id that facts may name, and HOUSE."""
        return tuple(sorted(self._versions))

    def versions(self, book: str) -> tuple[Book, ...]:
        """Give the versions of one book, oldest first; KeyError where there is none."""
        return tuple(self._versions[book])

    def applicable(self, jurisdictions: Iterable[str], at: datetime) -> tuple[Book, ...]:
        """Give the versions that judge an instant in those jurisdictions, HOUSE among them, by id.

        Raises BadFacts for an id that no book bears, and for HOUSE, which is never listed.
        """
        wanted = {HOUSE} & self._versions.keys()
        for n, book in enumerate(jurisdictions):
            if book == HOUSE:
                raise BadFacts(f"jurisdictions.{n}", "HOUSE always applies and is never listed")
            if book not in self._versions:
                raise BadFacts(f"jurisdictions.{n}", f"unknown jurisdiction {book!r}")
            wanted.add(book)
        in_force = (_at(self._versions[book], at) for book in sorted(wanted))
        return tuple(book for book in in_force if book)

    def next_change(self, jurisdictions: Iterable[str], at: datetime) -> datetime | None:
        """Give the first instant after `at` at which one of those books changes."""
        changes = (
            moment
            for book in {HOUSE, *jurisdictions} & self._versions.keys()
            for version in self._versions[book]
            for moment in (version.starts, version.stops)
            if moment is not None and moment > at
        )
        return min(changes, default=None)

    def binding(self, books: tuple[Book, ...], facts: Facts) -> tuple[Rule, ...]:
        """Give the rules of those books under which such a contact can come at all, by id."""
        role, proposed, known = facts.role, facts.proposed, bool(facts.circumstances)
        key = (
            tuple(map(id, books)),
            role,
            known,
            proposed.direction,
            proposed.channel,
            proposed.target,
            proposed.purpose,
        )
        found = self._rules.get(key)
        if found is None:
            if len(self._rules) >= _REMEMBERED:
                self._rules.clear()
            rules = (rule for book in books for rule in book.rules if rule.binds(role, proposed))
            usable = [rule for rule in rules if known or not rule.of_circumstances]
            found = self._rules[key] = tuple(sorted(usable, key=lambda rule: rule.id))
        return found


def _at(versions: list[Book], at: datetime) -> Book | None:
    # What came before the first version is judged by the first: a known jurisdiction is never
    # left without its book.
    current = versions[0]
    for version in versions:
        if version.starts <= at:
            current = version
    return None if current.stops is not None and current.stops <= at else current
