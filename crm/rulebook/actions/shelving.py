"""What every change of the shelf shares: its lock, its rows, and how a draft is read."""

from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import Row, select

from crm.gate.action import Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.generation import raise_generation
from crm.gate.reader import Reader
from crm.gate.verdict import Verdict, refuse
from crm.gate.work import Work
from crm.rulebook.books import HOUSE, Book, Books
from crm.rulebook.models import back_test, book_version
from crm.rulebook.shelf import BrokenBook
from crm.rulebook.versions.checking import check, dated
from crm.rulebook.versions.kept import DRAFT, KEPT, PUBLISHED, shelf_of, shipped_texts
from crm.rulebook.versions.limits import check_limits
from crm.words import N_

# Whatever changes drafts or the shelf waits for this lock, so that two never publish at once.
THE_SHELF = UUID("5c7d3b02-6d3c-5f7e-9a55-2f8e6a1c4b90")


def draft_row(reader: Reader, version_id: UUID) -> Row[Any]:
    """Return a version's row; raise Missing where there is none."""
    row = reader.one(select(book_version).where(book_version.c.id == version_id))
    if row is None:
        raise Missing("book_version")
    return row


def draft_subject(reader: Reader, version_id: UUID) -> Subject:
    """Return a version as a subject."""
    row = draft_row(reader, version_id)
    return Subject("book_version", row.id, version=row.version, row=row)


def kept_books(reader: Reader) -> Books:
    """Return every version published so far; those of the release where there is none yet."""
    rows = reader.all(KEPT)
    return shelf_of(rows).books if rows else Books(book for book, _ in shipped_texts())


def newest_of(books: Books, book: str) -> Book | None:
    """Return the version of a book that begins last; None where it has none."""
    return books.versions(book)[-1] if book in books.ids else None


class Told(Protocol):
    """What is told of a draft: its text, perhaps its day, and what it loosens on purpose."""

    @property
    def text(self) -> str:
        """YAML."""

    @property
    def begins(self) -> date | None:
        """The day it shall come into force; None: that in the text."""

    @property
    def loosens(self) -> Sequence[str]:
        """Limits of the house that are less strict on purpose."""


class Draft(NamedTuple):
    """A draft that was read and found sound."""

    text: str
    book: Book
    loosens: Sequence[str]


def read_draft(told: Told, books: Books) -> Draft:
    """Read a draft, with its day set where one is given.

    Raises Invalid with file, line and reason where it is broken, or a limit of the house loosens.
    """
    try:
        text = told.text if told.begins is None else dated(told.text, told.begins)
        book = check(text)
        if book.id == HOUSE:
            check_limits(text, book, books, told.loosens)
    except BrokenBook as fault:
        raise Invalid({"text": [str(fault)]}) from None
    return Draft(text, book, told.loosens)


def read_stored(row: Row[Any], books: Books) -> Draft:
    """Read a draft as it is kept; raises like `read_draft`: engine or law may have moved on."""
    return read_draft(SimpleNamespace(text=row.text, begins=None, loosens=row.loosens), books)


def draft_values(work: Work, book: Book, text: str) -> dict[str, Any]:
    """Return what a row says of a book and of who wrote it."""
    return {
        "book": book.id,
        "edition": book.version,
        "sha256": book.sha256,
        "text": text,
        "begins": book.begins,
        "loosens": [],
        "drafted_by": work.actor.id,
        "drafted_at": work.now,
        "version": 1,
    }


def adopt(work: Work) -> int:
    """Keep the versions of this release that are not kept yet, under the lock of the shelf.

    In a house that has none they are in force at once, in any other they are drafts. What the
    house has put away already stays put away.
    """
    rows = work.all(select(book_version.c.sha256, book_version.c.state))
    known = {row.sha256 for row in rows}
    state = DRAFT if any(row.state == PUBLISHED for row in rows) else PUBLISHED
    fresh = [(book, text) for book, text in shipped_texts() if book.sha256 not in known]
    books = kept_books(work)
    added = []
    for book, text in fresh:
        newest = newest_of(books, book.id) if state == DRAFT else None
        origin = {"state": state, "origin": "release", "based_on": newest and newest.sha256}
        added.append(draft_values(work, book, text) | origin)
    work.add_many(book_version, added)
    if fresh:
        work.note(state=state, taken=[f"{book.id} {book.version}" for book, _ in fresh])
        raise_generation(work)
    return len(fresh)


def stands_against(
    reader: Reader, row: Row[Any], book: Book, newest: Book | None
) -> Verdict | None:
    """Return why a draft cannot be published now, by the rule that says so; None: it can."""
    if book.starts <= reader.now:
        why = N_("Its day has come before it was published. Choose a later one.")
        return refuse("book.past", why)
    if newest is not None and book.begins <= newest.begins:
        why = N_("A version from %(day)s on is published already. Choose a later day.")
        return refuse("book.not_newest", why, day=newest.begins.isoformat())
    if newest is not None and newest.sha256 != row.based_on:
        why = N_("Another version was published meanwhile. Look at the difference, and save again.")
        return refuse("book.moved_on", why)
    tests = select(back_test.c.id).where(
        back_test.c.version_id == row.id,
        back_test.c.sha256 == row.sha256,
        back_test.c.finished_at.is_not(None),
    )
    if reader.scalar(tests.limit(1)) is None:
        return refuse("book.not_tested", N_("Back-test it first, in just these words."))
    return None


def keeps_standing(reader: Reader, row: Row[Any]) -> Verdict | None:
    """Return why a version cannot be withdrawn, by the rule that says so; None: it can."""
    if row.state != PUBLISHED or row.published_at is None:
        return refuse("book.not_published", N_("Only what this house published is withdrawn."))
    versions = kept_books(reader).versions(row.book)
    book = next(one for one in versions if one.version == row.edition)
    if book.starts <= reader.now:
        why = N_("Its day has come: it has judged. Publish another version after it.")
        return refuse("book.in_force", why)
    if book is not versions[-1]:
        return refuse("book.not_last", N_("A later version follows it. Withdraw that one first."))
    return None
