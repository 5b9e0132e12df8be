"""The versions that are kept: every one that was ever published here, in the database."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from sqlalchemy import select

from crm.rulebook.books import Book
from crm.rulebook.in_force import Kept, Shelf, put_up
from crm.rulebook.models import book_version
from crm.rulebook.shelf import BrokenBook, read_text, shipped_books
from crm.storage.database import database

PUBLISHED, DRAFT, DISCARDED = "published", "draft", "discarded"
WITHDRAWN = "withdrawn"  # published, and taken back before its day came

KEPT = (
    select(
        book_version.c.book,
        book_version.c.edition,
        book_version.c.sha256,
        book_version.c.text,
        book_version.c.published_at,
        book_version.c.withdrawn_at,
    )
    .where(book_version.c.state.in_((PUBLISHED, WITHDRAWN)))
    .order_by(book_version.c.book, book_version.c.edition)
)


def look_again() -> None:
    """Put up the shelf as the database has it; that of the release while it has none.

    Raises BrokenBook where a version that was published cannot be read any more.
    """
    with database().glance() as connection:
        rows = connection.execute(KEPT).all()
    put_up(shelf_of(rows) if rows else None)


def shelf_of(rows: Iterable[Any]) -> Shelf:
    """Return the shelf of published versions; each must still be what its digest says."""
    return Shelf(Kept(_book(row), row.published_at, row.withdrawn_at) for row in rows)


def shipped_texts() -> list[tuple[Book, str]]:
    """Return every version of this release with its YAML."""
    books = shipped_books()
    return [(book, text_of(book)) for name in books.ids for book in books.versions(name)]


def _book(row: Any) -> Book:
    shipped = _shipped().get(row.sha256)
    if shipped is not None:
        return shipped
    book = _read(row.text, f"{row.book}/{row.edition}.yaml")
    if book.sha256 != row.sha256:
        raise BrokenBook(f"{row.book}/{row.edition}.yaml", 1, "is not what was published")
    return book


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Book]:
    books = shipped_books()
    return {book.sha256: book for name in books.ids for book in books.versions(name)}


@lru_cache(maxsize=256)
def _read(text: str, name: str) -> Book:
    return read_text(text, Path(name))


def text_of(book: Book) -> str:
    """Return the YAML of a version of this release."""
    file = resources.files("crm.rulebook").joinpath("books", book.id, f"{book.version}.yaml")
    return file.read_text("utf-8")
