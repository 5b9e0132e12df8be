"""What the list of books shows of one: hours, numbers, strength, and the rules looked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.rulebook.books import Book
from crm.rulebook.glance import Line, glance
from crm.rulebook.looking import rules_about
from crm.rulebook.rule import Basis, Rule, Source
from crm.rulebook.terms import said


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for: words of a place, law or rule; a strength; a way of checking."""

    words: str | None
    basis: Basis | None
    source: Source | None

    @property
    def is_anything(self) -> bool:
        """Tell whether nothing narrows the list."""
        return self.words is None and self.basis is None and self.source is None

    def rules(self, book: Book) -> list[Rule]:
        """Give those rules of a book that are looked for."""
        return rules_about(book, self.words, self.basis, self.source)


def overview(book: Book, wanted: Wanted) -> dict[str, Any]:
    """Return what the list shows of a book, and of its rules where something is looked for."""
    seen = glance(book)
    on = [rule for rule in book.rules if rule.enabled]
    return {
        "hours": seen.hours,
        "numbers": seen.numbers,
        "hours_in_words": _in_words(seen.hours),
        "numbers_in_words": _in_words(seen.numbers),
        "bases": _used(Basis, {rule.basis for rule in on}),
        "sources": _used(Source, {rule.source for rule in on}),
        "found": [] if wanted.is_anything else [_found(rule) for rule in wanted.rules(book)],
    }


def _in_words(lines: tuple[Line, ...]) -> list[str]:
    return [said(term, str) for line in lines for term in line.terms]


def _used(words: type[StrEnum], used: set[Any]) -> list[str]:
    """Give words in the order of their strength."""
    return [str(word) for word in words if word in used]


def _found(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "citation": rule.citation,
        "basis": str(rule.basis),
        "source": str(rule.source),
        "enabled": rule.enabled,
    }
