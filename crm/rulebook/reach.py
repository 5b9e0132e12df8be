"""How far back the past can matter: as far as books ask, or the rules on one person alone."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from crm.rulebook.books import Book, Books
from crm.rulebook.kinds.cap import Cap
from crm.rulebook.kinds.content import Barred
from crm.rulebook.kinds.party import Party
from crm.rulebook.kinds.wait import Wait
from crm.rulebook.moments import DAY
from crm.rulebook.rule import Rule
from crm.rulebook.vocabulary import Outcome, Target


class LookBack(NamedTuple):
    """Days of contacts with the borrower, and of contacts with other people."""

    days: int
    others_days: int


@lru_cache(maxsize=64)
def look_back(books: Books, chosen: frozenset[str] | None = None) -> LookBack:
    """Return how far any book (or any chosen one) asks for the past."""
    spans = [book.coverage for book in _versions(books, chosen)]
    return LookBack(max(span.days for span in spans), max(span.others_days for span in spans))


@lru_cache(maxsize=64)
def reach(books: Books, chosen: frozenset[str], target: Target) -> LookBack:
    """Return how far the past can matter to a new contact with such a person.

    Of one that answers nothing and claims no ground: contacts made further back change nothing in
    its decision but the digest of the facts. What is pending counts however old it is.
    """
    spans = [
        _span(rule, target)
        for book in _versions(books, chosen)
        for rule in book.rules
        if rule.enabled and not rule.informs and (rule.targets is None or target in rule.targets)
    ]
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return look_back(books, chosen)
    days = ceil(max(known, default=timedelta()) / DAY)
    return LookBack(days, days)


def _versions(books: Books, chosen: frozenset[str] | None) -> list[Book]:
    ids = [book for book in books.ids if chosen is None or book in chosen]
    return [book for name in ids for book in books.versions(name)]


def _span(rule: Rule, target: Target) -> timedelta | None:
    """Return how far back a rule looks; None: as far as its book has it."""
    kind = rule.judgement
    if isinstance(kind, Cap | Wait):
        counts = kind.counting
        if counts.outcomes == {Outcome.PENDING}:
            return timedelta()
        # The first conversation, or the call that used up a consent, may be any.
        whole = counts.after_conversation or counts.consent_days is not None
        return None if whole else kind.span
    if isinstance(kind, Party):
        return None if kind.asks_whether_lost(target) else timedelta()
    if isinstance(kind, Barred) and kind.unless_used:
        return None
    return timedelta()
