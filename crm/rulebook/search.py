"""The search for the first instant at which a contact becomes lawful, by leaps, never by steps.

A rule that objects says until when it surely goes on objecting; the search leaps to the last of
those instants and judges anew, each instant by the versions of the books then in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from crm.rulebook.books import Books
from crm.rulebook.case import ENDLESS, Case
from crm.rulebook.lifts import ground_holds, lifted, next_turn, on_ground
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import Effect, Product, Purpose

HORIZON = timedelta(days=400)


def judged(rule: Rule, case: Case, at: datetime) -> Finding | None:
    """Judge one rule at one instant, with what sets it aside."""
    if case.debts(rule.products_spared) is None or _spared_notice(rule, case):
        return None
    finding = rule.judgement.judge(rule, case, at)
    if finding is None or lifted(rule, case, at):
        return None
    ground = ground_holds(rule, case, at)
    if ground is not None:
        return on_ground(finding, ground)._replace(effect=Effect.WARN)
    return finding


def first_free(case: Case, books: Books) -> datetime | None:
    """Give the first instant from the proposed one on at which nothing refuses, if any."""
    return _leap(case, books, None)


def ends_at(rule: Rule, case: Case, books: Books) -> datetime | None:
    """Give the first instant at which this rule no longer refuses; None: only after an event."""
    return _leap(case, books, rule.id)


def _leap(case: Case, books: Books, only: str | None) -> datetime | None:
    jurisdictions = case.facts.jurisdictions
    at = case.proposed.at
    horizon = at + HORIZON
    while at <= horizon:
        until = _refused_until(case, books, at, only)
        if until is None:
            return at
        at = min(until, books.next_change(jurisdictions, at) or ENDLESS)
    # One rule may last longer than the search; its end is told only if it is one.
    if only is None or at == ENDLESS or _refused_until(case, books, at, only):
        return None
    return at


def _refused_until(case: Case, books: Books, at: datetime, only: str | None) -> datetime | None:
    """Give until when the contact is surely refused, by one rule or any; None: it is free."""
    applicable = books.applicable(case.facts.jurisdictions, at)
    ends = [
        _surely_until(rule, case, at, finding)
        for rule in books.binding(applicable, case.facts)
        if only in (None, rule.id)
        and (finding := judged(rule, case, at))
        and (finding.effect or rule.effect) is Effect.REFUSE
    ]
    return max(ends, default=None)


def _surely_until(rule: Rule, case: Case, at: datetime, finding: Finding) -> datetime:
    moments: Iterable[datetime | None] = (finding.until, next_turn(rule, case, at))
    return min((moment for moment in moments if moment is not None), default=ENDLESS)


def _spared_notice(rule: Rule, case: Case) -> bool:
    """Tell whether it is a notice required by law on products for which the rule spares those."""
    products: frozenset[Product] = rule.spares_notices_on
    if not products or case.proposed.purpose is not Purpose.REQUIRED_NOTICE:
        return False
    return case.all_of(products)
