"""Which circumstances of the borrower bear on a contact, and while they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

from crm.rulebook.case import ENDLESS, Case
from crm.rulebook.facts import Circumstance
from crm.rulebook.moments import inside, next_edge
from crm.rulebook.rule import Rule
from crm.rulebook.vocabulary import Channel, CircumstanceKind, Target

Match: TypeAlias = Callable[[Circumstance, Case], bool]


def bearing(
    rule: Rule, case: Case, kinds: frozenset[CircumstanceKind], match: Match
) -> tuple[Circumstance, ...]:
    """Give the circumstances of those kinds that bear on the contact whenever they hold."""
    return case.once(("circumstances", id(rule)), _bearing(rule, case, kinds, match))


def _bearing(
    rule: Rule, case: Case, kinds: frozenset[CircumstanceKind], match: Match
) -> Iterator[Circumstance]:
    debts = case.debts(rule.products_spared)
    for fact in case.facts.circumstances:
        if (
            fact.kind in kinds
            and (not debts or fact.debts is None or not fact.debts.isdisjoint(debts))
            and match(fact, case)
        ):
            yield fact


def of_target(fact: Circumstance, case: Case, unnamed: frozenset[Target] | None) -> bool:
    """Tell whether it holds for the person approached; `unnamed`: for whom where none is named."""
    if fact.target is None:
        return unnamed is None or case.proposed.target in unnamed
    return case.is_person(fact.target, fact.number)


def of_number(fact: Circumstance, case: Case) -> bool:
    """Tell whether it holds for the number used; an unknown number might be the one it names."""
    return fact.number is None or case.proposed.number in (None, fact.number)


def of_place(fact: Circumstance, case: Case) -> bool:
    """Tell whether the contact reaches its place: by the line or address, or where one is."""
    return str(fact.place) in (str(case.proposed.place), str(case.proposed.borrower_at))


def of_channel(fact: Circumstance, case: Case) -> bool:
    """Tell whether it holds for the medium; whoever refuses calls refuses ringless ones too."""
    if fact.channel is None or fact.channel is case.proposed.channel:
        return True
    ringless = case.proposed.channel is Channel.RINGLESS_VOICEMAIL
    return ringless and fact.channel is Channel.CALL


def in_force(facts: Iterable[Circumstance], case: Case, at: datetime) -> list[Circumstance]:
    """Give those that hold at that instant, in an order that is always the same."""
    now = [fact for fact in facts if _holds(fact, case, at)]
    return sorted(now, key=lambda fact: (fact.kind, str(fact.since), str(fact)))


def holds_until(fact: Circumstance, case: Case, at: datetime) -> datetime | None:
    """Give how long one that holds at `at` does so without a break; None: until an event."""
    closes = _closes(fact, case)
    if fact.window is not None:
        edges = (
            next_edge(fact.window, zone, at)
            for zone in case.clocks
            if inside(fact.window, zone, at)
        )
        closes = min([closes, *(edge for edge in edges if edge)])
    return None if closes == ENDLESS else closes


def _holds(fact: Circumstance, case: Case, at: datetime) -> bool:
    if not case.opens(fact.since) <= at < _closes(fact, case) or _too_late(fact, case):
        return False
    window = fact.window
    return window is None or any(inside(window, zone, at) for zone in case.clocks)


def _closes(fact: Circumstance, case: Case) -> datetime:
    closes = case.closes(fact.until)
    for answered in (fact.released_at, fact.verified_at):
        if answered is not None:
            closes = min(closes, case.opens(answered, narrow=True))
    return closes


def _too_late(fact: Circumstance, case: Case) -> bool:
    """Tell whether a dispute or request came after the period in which it stops collection."""
    if fact.validation_period_ends is None or fact.since is None:
        return False
    return case.opens(fact.since) >= case.closes(fact.validation_period_ends)
