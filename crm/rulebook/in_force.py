"""The books by which this house judges: one shelf a process, put up anew when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from crm.rulebook.books import Book, Books
from crm.rulebook.shelf import shipped_books

_ONE_COMMIT = timedelta(seconds=5)  # a decision may be this much older than the shelf it missed


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that was published; `since` None: it came with the house.

    `until`: when it was withdrawn, before its day had come.
    """

    book: Book
    since: datetime | None
    until: datetime | None = None

    def stood(self, at: datetime) -> bool:
        """Tell whether it stood on the shelf at an instant."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


class Shelf:
    """Every version ever published in this house, and since when each stands there."""

    def __init__(self, kept: Iterable[Kept]) -> None:
        self.kept = tuple(kept)
        self._today = tuple(one for one in self.kept if one.until is None)
        self.books = _books(self._today)
        self._known: dict[frozenset[str], Books] = {}

    def known(self, at: datetime) -> Books:
        """Give the books as they stood on the shelf at an instant."""
        chosen = tuple(one for one in self.kept if one.stood(at))
        if chosen == self._today:
            return self.books
        name = frozenset(one.book.sha256 for one in chosen)
        return self._known.setdefault(name, _books(chosen))

    def candidates(self, at: datetime) -> tuple[Books, ...]:
        """Give the shelves by which a decision of that instant may have been made, likeliest first.

        A version published in the same moment may or may not have been seen by it.
        """
        found = (self.known(at), self.known(at - _ONE_COMMIT), self.known(at + _ONE_COMMIT))
        return tuple(dict.fromkeys(found))


def _books(kept: Iterable[Kept]) -> Books:
    """Give the books of those versions; one that first came here judges nothing before its day."""
    chosen = tuple(kept)
    came_with_the_house = {one.book.id for one in chosen if one.since is None}
    dated = {one.book.id for one in chosen} - came_with_the_house
    return Books((one.book for one in chosen), dated)


@lru_cache(maxsize=1)
def shipped_shelf() -> Shelf:
    """Give the shelf of a house that has published nothing: the books of the release."""
    books = shipped_books()
    return Shelf(Kept(book, None) for name in books.ids for book in books.versions(name))


class _Holder:
    """What this process judges by; None: by the books of the release."""

    shelf: Shelf | None = None


def shelf() -> Shelf:
    """Give the shelf of this house."""
    return _Holder.shelf or shipped_shelf()


def books_in_force() -> Books:
    """Give the books by which this house judges; the engine picks the version of each instant."""
    return shelf().books


def put_up(new: Shelf | None) -> None:
    """Judge by another shelf from now on, in this process."""
    _Holder.shelf = new
