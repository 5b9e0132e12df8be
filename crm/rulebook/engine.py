"""The engine: facts and books in, one decision out, the same bytes for the same input."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any, TypeAlias

from crm.rulebook.books import Books
from crm.rulebook.canonical import canonical
from crm.rulebook.case import Case
from crm.rulebook.events import event
from crm.rulebook.facts import Facts
from crm.rulebook.reading import read_facts
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.search import ends_at, first_free, judged, rules_at
from crm.rulebook.sentences import sentence
from crm.rulebook.vocabulary import Effect

# Changes whenever the same facts and books could give other bytes: with the pinned tables of
# holidays and time zones too.
ENGINE = "3"

Decision: TypeAlias = dict[str, Any]
Reason: TypeAlias = dict[str, Any]

_ORDER = {Effect.REFUSE: 0, Effect.REQUIRE: 1, Effect.WARN: 2}


def decide(facts: Facts | dict[str, Any], books: Books) -> Decision:
    """Judge one proposed contact by the books, as the contract's decision document.

    `facts` is a document of the contract or its typed form; BadFacts names the field at fault.
    """
    if not isinstance(facts, Facts):
        facts = read_facts(facts)
    case, at = Case(facts), facts.proposed.at
    timeline = books.timeline(facts.jurisdictions)
    found: list[tuple[Rule, Finding, Effect]] = []
    for rule in rules_at(case, timeline, at):
        finding = judged(rule, case, at)
        if finding is not None:
            found.append((rule, finding, finding.effect or rule.effect))
    found.sort(key=lambda item: (_ORDER[item[2]], item[0].id))
    ends = {r.id: ends_at(r, case, timeline) for r, _, effect in found if effect is Effect.REFUSE}
    free = first_free(case, timeline, ends.values()) if ends else None
    return {
        "allowed": not ends,
        "reasons": [_reason(*item, ends.get(item[0].id), case) for item in found],
        "next_allowed_at": _text(free, case) if ends else facts.proposed.at_text,
        "rulebooks": [
            {"id": book.id, "version": book.version, "sha256": book.sha256}
            for book in timeline.era(at).books
        ],
        "engine": ENGINE,
        "facts_digest": facts.digest,
    }


def _reason(
    rule: Rule, finding: Finding, effect: Effect, end: datetime | None, case: Case
) -> Reason:
    figures = {"sentence": finding.sentence, **finding.figures}
    reason: Reason = {
        "rule": rule.id,
        "effect": str(effect),
        "citation": rule.citation,
        "why": sentence(figures),
        "figures": figures,
    }
    for count in ("used", "limit"):
        if count in figures:
            reason[count] = figures[count]
    if effect is Effect.WARN:
        reason["until"] = _text(finding.until, case)
    if effect is Effect.REFUSE:
        reason["until"] = _text(end, case)
        if end is None:
            reason["event"] = event(finding.event or "event.any")
    return reason


def _text(instant: datetime | None, case: Case) -> str | None:
    """Write an instant in the person's one zone, else with the offset the question was asked in."""
    if instant is None:
        return None
    zone: tzinfo | None = case.clocks[0] if len(case.clocks) == 1 else None
    if zone is None:
        zone = datetime.fromisoformat(case.proposed.at_text.upper()).tzinfo or UTC
    return instant.astimezone(zone).isoformat()


__all__ = ["ENGINE", "Decision", "canonical", "decide"]
