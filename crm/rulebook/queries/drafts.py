"""Drafts of books: which there are, what one changes, and what it still lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.gate.action import Subject
from crm.gate.approvals import RequestState, approval
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.rulebook.actions.shelving import (
    draft_subject,
    keeps_standing,
    kept_books,
    newest_of,
    read_stored,
    stands_against,
)
from crm.rulebook.books import HOLIDAYS, HOUSE, Book, Books
from crm.rulebook.models import back_test, book_version
from crm.rulebook.moments import DAY
from crm.rulebook.shelf import BrokenBook
from crm.rulebook.terms import terms
from crm.rulebook.versions.checking import check
from crm.rulebook.versions.difference import difference
from crm.rulebook.versions.holidays import key_of, year_key
from crm.rulebook.versions.kept import DRAFT, PUBLISHED, text_of
from crm.rulebook.versions.limits import always_on, tightenable

MOST = 200  # versions on one page: a house publishes a few a year

_LINE = [column for column in book_version.c if column.name != "text"]


@dataclass(frozen=True)
class Drafts(Question, needs=Permission.READ_DRAFTS):
    """Every draft, and what became of those before."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return drafts first, then the others, newest first; what came with the house apart."""
        came = (book_version.c.state == PUBLISHED) & book_version.c.published_at.is_(None)
        query = select(*_LINE).where(~came).order_by(book_version.c.drafted_at.desc())
        rows = [dict(row._mapping) for row in reader.all(query.limit(MOST))]
        return {"items": sorted(rows, key=lambda row: row["state"] != DRAFT)}


@dataclass(frozen=True)
class OneDraft(
    Question,
    needs=Permission.READ_DRAFTS,
    recorded_as="rulebook.version.viewed",
    once_in=ONE_LOOK,
):
    """One draft, or version: its text, what it changes, who wrote and approved it."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find it."""
        return draft_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it with its difference, its back-tests and what stands against publishing it."""
        assert subject is not None
        row, books = subject.row, kept_books(reader)
        book, fault = _read(row)
        old = _before(books, row)
        told = dict(row._mapping) | {
            "fault": fault,
            "before": old and {"version": old.version, "begins": old.begins},
            "difference": difference(old, book) if book else None,
            "terms": _terms(old, book),
            "tests": [dict(test._mapping) for test in reader.all(_tests(row.id))],
            "now": reader.now,
        }
        return told | _standing(reader, row, books) | _people(reader, row) | _form(row, book, books)


@dataclass(frozen=True)
class NewDraft(Question, needs=Permission.CHANGE_BOOKS):
    """What a new draft begins with: the newest version of its book."""

    book: str = HOUSE

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return its text; raise Missing where there is no such book."""
        books = kept_books(reader)
        newest = newest_of(books, self.book)
        if newest is None:
            raise Missing("book")
        query = select(book_version.c.text).where(
            book_version.c.sha256 == newest.sha256, book_version.c.state == PUBLISHED
        )
        text = reader.scalar(query.limit(1)) or text_of(newest)
        return {
            "book": newest.id,
            "title": newest.title,
            "text": text,
            "ids": books.ids,
            "tomorrow": (reader.now + 2 * DAY).date(),
        }


@dataclass(frozen=True)
class HouseLimits(Question, needs=Permission.CHANGE_BOOKS):
    """The form of house limits: which there are, and which rules of law can be made stricter."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return what the form offers, as HOUSE stands now."""
        books = kept_books(reader)
        newest = books.versions(HOUSE)[-1]
        return _offers(newest, books) | {"tomorrow": (reader.now + 2 * DAY).date()}


def _offers(house: Book, books: Books) -> dict[str, Any]:
    always = always_on()
    return {
        "limits": [
            {"id": rule.id, "title": rule.title, "note": rule.note, "on": rule.enabled}
            for rule in house.rules
            if rule.id not in always
        ],
        "tightenable": tightenable(books),
    }


def _form(row: Row[Any], book: Book | None, books: Books) -> dict[str, Any]:
    """Return what the forms offer: limits for a draft of HOUSE, lines for one of HOLIDAYS."""
    is_draft = book is not None and row.state == DRAFT
    return {
        "form": _offers(book, books) if is_draft and book and book.id == HOUSE else None,
        "lines": _lines(book) if is_draft and book and book.id == HOLIDAYS else None,
    }


def _lines(table: Book) -> list[dict[str, Any]]:
    """Return the lines of a table of holidays, each with the key that takes it out."""
    bare = {"name": None, "working": False, "year": None}
    days = [{"key": key_of(line)} | bare | line for line in table.content["days"]]
    years = [{"key": year_key(line)} | bare | line for line in table.content["announced"]]
    return [*days, *years]


def _read(row: Row[Any]) -> tuple[Book | None, str | None]:
    try:
        return check(row.text), None
    except BrokenBook as fault:
        return None, str(fault)


def _before(books: Books, row: Row[Any]) -> Book | None:
    """Return the version that a draft, or a version, follows."""
    versions = books.versions(row.book) if row.book in books.ids else ()
    earlier = [one for one in versions if row.state == DRAFT or one.begins < row.begins]
    return earlier[-1] if earlier else None


def _terms(old: Book | None, new: Book | None) -> Mapping[str, dict[str, Any]]:
    """Return in words what each rule says, before and after."""
    found: dict[str, dict[str, Any]] = {}
    for name, book in (("old", old), ("new", new)):
        for rule, content in zip(book.rules, book.content["rules"], strict=True) if book else ():
            found.setdefault(rule.id, {})[name] = terms(rule, content)
    return found


def _tests(version_id: UUID) -> Any:
    query = select(back_test).where(back_test.c.version_id == version_id)
    return query.order_by(back_test.c.asked_at.desc()).limit(MOST)


def _standing(reader: Reader, row: Row[Any], books: Books) -> dict[str, Any]:
    """Return what stands against publishing a draft now, and the request that waits.

    Of a published version: whether it may be withdrawn, and the request for that.
    """
    waiting = select(approval.c.id, approval.c.requested_by, approval.c.subject_version).where(
        approval.c.subject_id == row.id, approval.c.state == RequestState.WAITING
    )
    request = next((one for one in reader.all(waiting) if one.subject_version == row.version), None)
    if row.state != DRAFT:
        return {"against": None, "missing": None, "request": request} | {
            "request_id": request and request.id,
            "may_withdraw": keeps_standing(reader, row) is None,
        }
    try:
        book = read_stored(row, books).book
        no = stands_against(reader, row, book, newest_of(books, book.id))
    except Invalid as fault:
        return {"against": None, "missing": "book.broken", "request": request} | {
            "request_id": request and request.id,
            "fault": "; ".join(fault.fields["text"]),
        }
    missing = no.rule if no is not None else None
    return {
        "against": no,
        "missing": missing,
        "request": request,
        "request_id": request and request.id,
    }


def _people(reader: Reader, row: Row[Any]) -> dict[str, Any]:
    names = names_of(reader, {row.drafted_by, row.approved_by} - {None})
    return {
        "drafter": names.get(row.drafted_by),
        "approver": names.get(row.approved_by),
        "mine": row.drafted_by == reader.actor.id,
    }
