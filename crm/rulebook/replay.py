"""A stored decision judged once more: the same bytes, or what differs and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.rulebook.books import Books
from crm.rulebook.canonical import canonical, sha256
from crm.rulebook.engine import ENGINE, Decision, decide
from crm.rulebook.facts import BadFacts

# What names the judge, not the judgement.
_OF_THE_JUDGE = ("engine", "rulebooks", "facts_digest")


class Answer(StrEnum):
    """What a replay found."""

    SAME = "same"  # the same bytes
    NEWER = "newer"  # judged by another engine or other books than then
    ERASED = "erased"  # the facts are gone, with their person
    ALTERED = "altered"  # the same engine, books and facts give something else: an alarm


@dataclass(frozen=True, slots=True)
class Change:
    """One thing in which two decisions differ: a field of theirs, or a rule with its reason."""

    what: str
    then: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of judging the same facts again.

    `now` is None where today's engine cannot judge them; `fault` then says why. `lost` names the
    versions that judged then and are not kept any more.
    """

    answer: Answer
    now: Decision | None
    changes: tuple[Change, ...]
    lost: tuple[Mapping[str, str], ...]
    fault: str | None = None

    @property
    def decides_alike(self) -> bool:
        """Tell whether it is the same decision, whoever judged."""
        judged = self.now is not None and self.answer is not Answer.ALTERED
        return judged and alike(self.changes)


def replay(facts: dict[str, Any], then: Decision, books: Books) -> Replayed:
    """Judge stored facts by the versions of the books that were known then, and compare.

    `books` hold every version kept, as the shelf stood when it was decided.
    """
    lost = tuple(book for book in then["rulebooks"] if not is_kept(book, books))
    try:
        now = decide(facts, books)
    except BadFacts as fault:
        return Replayed(Answer.NEWER, None, (), lost, f"{fault.field}: {fault.reason}")
    if canonical(now) == canonical(then):
        return Replayed(Answer.SAME, now, (), lost)
    intact = then["engine"] == ENGINE and sha256(facts) == then["facts_digest"] and not lost
    answer = Answer.ALTERED if intact or sha256(facts) != then["facts_digest"] else Answer.NEWER
    return Replayed(answer, now, tuple(changes(then, now)), lost)


def alike(found: Iterable[Change]) -> bool:
    """Tell whether what differs is only who judged, by which facts document."""
    return all(change.what in _OF_THE_JUDGE for change in found)


def is_kept(book: Mapping[str, str], books: Books) -> bool:
    """Tell whether a version that a decision names is kept, byte for byte."""
    if book["id"] not in books.ids:
        return False
    return any(version.sha256 == book["sha256"] for version in books.versions(book["id"]))


def changes(then: Decision, now: Decision) -> Iterator[Change]:
    """Yield what differs between two decisions on one contact, the outcome first."""
    for field in ("allowed", "next_allowed_at", *_OF_THE_JUDGE):
        if then[field] != now[field]:
            yield Change(field, then[field], now[field])
    before, after = _by_rule(then), _by_rule(now)
    for rule in sorted(before.keys() | after.keys()):
        if before.get(rule) != after.get(rule):
            yield Change(rule, before.get(rule), after.get(rule))


def _by_rule(decision: Decision) -> dict[str, Any]:
    return {reason["rule"]: reason for reason in decision["reasons"]}
