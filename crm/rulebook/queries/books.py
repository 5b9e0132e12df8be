"""What is asked about the books of law: which there are, and what one of them says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.rulebook.books import Book
from crm.rulebook.in_force import books_in_force, shelf
from crm.rulebook.moments import DAY
from crm.rulebook.overview import Wanted, overview
from crm.rulebook.rule import Basis, Source
from crm.rulebook.terms import said, terms


@dataclass(frozen=True)
class BooksOfLaw(Question, needs=Permission.READ_BOOKS):
    """Every book, or those about a place, law or rule, in every version there ever was."""

    wanted: str | None = None
    basis: str | None = None
    source: str | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the books by id, each with its versions, the newest first."""
        wanted = Wanted(
            words=self.wanted,
            basis=Basis(self.basis) if self.basis else None,
            source=Source(self.source) if self.source else None,
        )
        books = books_in_force()
        found = [books.versions(name) for name in books.ids]
        return {
            "asked": {"wanted": self.wanted, "basis": self.basis, "source": self.source},
            "items": [
                _book(versions, reader.now) | overview(versions[-1], wanted)
                for versions in found
                if wanted.is_anything or wanted.rules(versions[-1])
            ],
        }


@dataclass(frozen=True)
class OneBook(Question, needs=Permission.READ_BOOKS):
    """One book: its rules as they stand in one version."""

    id: str
    version: str | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return that version, by default the newest, with its rules in words; or raise Missing."""
        books = books_in_force()
        versions = books.versions(self.id) if self.id in books.ids else ()
        chosen = [book for book in versions if self.version in (None, book.version)]
        if not chosen:
            raise Missing("book")
        return _book(versions, reader.now) | _contents(chosen[-1])


def _book(versions: tuple[Book, ...], now: datetime) -> dict[str, Any]:
    newest = versions[-1]
    return {
        "id": newest.id,
        "title": newest.title,
        "versions": [_version(versions, n, now) for n in reversed(range(len(versions)))],
        "withdrawn": [
            {
                "version": one.book.version,
                "begins": one.book.begins,
                "sha256": one.book.sha256,
                "withdrawn_at": one.until,
            }
            for one in shelf().kept
            if one.book.id == newest.id and one.until is not None
        ],
        "rules_on": sum(rule.enabled for rule in newest.rules),
        "rules_off": sum(not rule.enabled for rule in newest.rules),
    }


def _version(versions: tuple[Book, ...], number: int, now: datetime) -> dict[str, Any]:
    """Return one version; where the next one begins it ends, whether it says so or not."""
    book, following = versions[number], versions[number + 1 :]
    begins = min((later.begins for later in following), default=None)
    ends = min((day for day in (book.ends, begins and begins - DAY) if day), default=None)
    over = following and following[0].starts <= now
    return {
        "version": book.version,
        "begins": book.begins,
        "ends": ends,
        "sha256": book.sha256,
        "in_force": book.starts <= now and not over and (book.stops is None or now < book.stops),
    }


def _contents(book: Book) -> dict[str, Any]:
    return {
        "title": book.title,
        "shown": book.version,
        "begins": book.begins,
        "ends": book.ends,
        "zone": book.content["in_force"]["zone"],
        "sha256": book.sha256,
        "sources": book.content.get("sources", []),
        "collectors": book.coverage.collectors,
        "borrowers": book.coverage.borrowers,
        "products_spared": book.coverage.products_spared,
        "days": book.coverage.days,
        "others_days": book.coverage.others_days,
        "rules": [_rule(book, number) for number in range(len(book.rules))],
    }


def _rule(book: Book, number: int) -> dict[str, Any]:
    rule, content = book.rules[number], book.content["rules"][number]
    found = terms(rule, content)
    return {
        "id": rule.id,
        "title": rule.title,
        "kind": rule.kind,
        "effect": str(rule.effect),
        "enabled": rule.enabled,
        "basis": str(rule.basis),
        "source": str(rule.source),
        "citation": rule.citation,
        "note": rule.note,
        "parameters": content["parameters"],
        "terms": found,
        "sentences": [said(term, str) for term in found],
    }
