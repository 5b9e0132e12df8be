"""Parties: with whom one may speak at all, and what must be so before one turns to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from crm.rulebook.case import Case
from crm.rulebook.circumstances import in_force
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import (
    INBOUND_OUTCOMES,
    Channel,
    CircumstanceKind,
    Direction,
    Effect,
    Outcome,
    Purpose,
    Target,
)

# Attempts by which somebody is looked for, as against messages that are merely sent.
_SEARCHES = frozenset({Channel.CALL, Channel.VISIT})
_FAILURES = frozenset(
    {
        Outcome.NO_ANSWER,
        Outcome.BUSY,
        Outcome.NOT_IN_SERVICE,
        Outcome.REJECTED,
        Outcome.VOICEMAIL_FULL,
        Outcome.NOBODY_HOME,
    }
)


@dataclass(frozen=True, slots=True)
class Party:
    """Allows the persons in `permitted`; others only for `purposes`, and once contact is lost.

    `failures`: how many attempts in a row must have failed to reach the borrower (a number out of
    service is enough by itself); None: nothing need have failed. `opened_by`: circumstances of the
    borrower that open the way to others too.
    """

    permitted: frozenset[Target]
    purposes: frozenset[Purpose]
    failures: int | None
    opened_by: frozenset[CircumstanceKind]

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(
            permitted=frozenset(map(Target, parameters["permitted"])),
            purposes=frozenset(map(Purpose, parameters["purposes"])),
            failures=parameters.get("failures"),
            opened_by=frozenset(map(CircumstanceKind, parameters.get("opened_by", ()))),
        )

    def asks_whether_lost(self, target: Target) -> bool:
        """Tell whether earlier attempts decide if such a person may be turned to."""
        return self.failures is not None and target not in self.permitted

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse a person with whom the debt is not to be discussed, until an event allows it."""
        proposed = case.proposed
        if proposed.target in self.permitted:
            return None
        figures = {"target": str(proposed.target), "purpose": str(proposed.purpose)}
        if proposed.direction is Direction.INBOUND:
            return _inbound(proposed.discloses_debt, figures)
        if proposed.purpose not in self.purposes:
            return Finding("party.purpose", figures, None, "party.consent")
        if self.failures is None or self._lost(case, at, self.failures):
            return None
        return Finding(
            "party.not_lost", {**figures, "failures": self.failures}, None, "party.lost_contact"
        )

    def _lost(self, case: Case, at: datetime, failures: int) -> bool:
        facts = [
            fact
            for fact in case.facts.circumstances
            if fact.kind in self.opened_by or fact.kind is CircumstanceKind.WRONG_NUMBER
        ]
        now = in_force(facts, case, at)
        if any(fact.kind in self.opened_by for fact in now):
            return True
        wrong = {fact.number for fact in now if fact.target in (None, Target.BORROWER)}
        return _unreachable(case, at, failures, wrong)


def _inbound(discloses_debt: bool | None, figures: Mapping[str, str]) -> Finding | None:
    """Judge a stranger who rings us: he may be heard, but must not learn of the debt."""
    if discloses_debt is None:
        return Finding("disclosure.stranger", figures, None, None, Effect.REQUIRE)
    return Finding("party.inbound", figures, None, "party.consent") if discloses_debt else None


def _unreachable(case: Case, at: datetime, failures: int, wrong: set[str | None]) -> bool:
    """Tell whether the latest attempts prove that contact with the borrower is lost.

    An attempt at a number that turned out not to be his reached nobody, whatever its outcome.
    """
    past = [c for c in case.facts.history if c.target is Target.BORROWER and c.at <= at]
    streak = 0
    for contact in sorted(past, key=lambda c: (c.at, c.outcome, str(c.number)), reverse=True):
        misdirected = contact.number is not None and contact.number in wrong
        if contact.outcome in INBOUND_OUTCOMES:
            return False
        if contact.channel not in _SEARCHES:
            continue
        if not misdirected and contact.outcome not in _FAILURES:
            return False
        if misdirected or contact.outcome is Outcome.NOT_IN_SERVICE:
            return True
        streak += 1
        if streak >= failures:
            return True
    return False
