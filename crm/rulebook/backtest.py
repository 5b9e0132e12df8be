"""What a draft would have made of past decisions: only its own book's rules are judged anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from crm.rulebook.books import ALWAYS, HOLIDAYS, Book, Books, Timeline
from crm.rulebook.case import Case
from crm.rulebook.engine import Decision
from crm.rulebook.kinds.hours import Holidays
from crm.rulebook.reading import read_facts
from crm.rulebook.rule import Rule
from crm.rulebook.search import judged, rules_at
from crm.rulebook.vocabulary import Effect

REFUSED, ALLOWED = "refused", "allowed"

_EVER = datetime.min.replace(tzinfo=UTC)


class Turn(NamedTuple):
    """What a past contact would have become, and by which rules of the draft's book."""

    effect: str
    rules: tuple[str, ...]


class Trial:
    """A draft beside the version it follows, each as if it had always been in force.

    What is judged anew are the rules of its book; of a table of holidays, those that read it.
    """

    def __init__(self, draft: Book, books: Books) -> None:
        self._book = draft.id
        others = [one for name in books.ids if name != draft.id for one in books.versions(name)]
        before = books.versions(draft.id)[-1:] if draft.id in books.ids else ()
        self._old = Books([*others, *map(_eternal, before)], books.dated)
        self._new = Books([*others, _eternal(draft)], books.dated)
        reads = (rule.id for book in others for rule in book.rules if _reads_holidays(rule))
        self._readers = frozenset(reads if draft.id == HOLIDAYS else ())

    def turn(self, document: dict[str, Any], then: Decision, *, blocked: bool) -> Turn | None:
        """Tell what would be otherwise of a decision; None: nothing.

        `document` are its facts; `blocked`: it was refused for something that no book says. What
        the other books said then stands as it was said. Raises BadFacts where the facts cannot be
        judged any more.
        """
        if self._book not in {*ALWAYS, *document["jurisdictions"]}:
            return None
        facts = read_facts(document, then["facts_digest"])
        case = Case(facts)
        by_others = blocked or any(
            reason["effect"] == Effect.REFUSE and not self._is_mine(reason["rule"])
            for reason in then["reasons"]
        )
        jurisdictions = facts.jurisdictions
        new = tuple(self._refusing(case, self._new.timeline(jurisdictions)))
        if by_others:
            return None
        known = set(jurisdictions) <= set(self._old.ids)
        old = tuple(self._refusing(case, self._old.timeline(jurisdictions))) if known else ()
        if bool(old) == bool(new):
            return None
        return Turn(REFUSED, new) if new else Turn(ALLOWED, old)

    def _refusing(self, case: Case, timeline: Timeline) -> Iterator[str]:
        """Yield the rules of the draft's book that refuse the contact."""
        at = case.proposed.at
        for rule in rules_at(case, timeline, at):
            if self._is_mine(rule.id):
                finding = judged(rule, case, at)
                if finding is not None and (finding.effect or rule.effect) is Effect.REFUSE:
                    yield rule.id

    def _is_mine(self, rule: str) -> bool:
        return rule in self._readers or rule.partition(".")[0] == self._book


def _reads_holidays(rule: Rule) -> bool:
    return isinstance(rule.judgement, Holidays)


def _eternal(book: Book) -> Book:
    return replace(book, starts=_EVER, stops=None)
