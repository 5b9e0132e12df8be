"""The search for the first instant at which a contact becomes lawful, by leaps, never by steps.

A rule that objects says until when it surely goes on objecting; the search leaps there and asks it
anew, each instant by the version of its book then in force, until it is silent. A contact is free
at the first instant at which every rule is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from crm.rulebook.books import Era, Timeline
from crm.rulebook.case import ENDLESS, Case
from crm.rulebook.lifts import ground_holds, lifted, next_turn, on_ground
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import Effect, Purpose

HORIZON = timedelta(days=400)


def rules_at(case: Case, timeline: Timeline, at: datetime) -> tuple[Rule, ...]:
    """Give the rules that may have something to say of the contact at that instant."""
    era = timeline.era(at)
    return case.once(("rules", id(era)), _rules(case, era))


def _rules(case: Case, era: Era) -> Iterator[Rule]:
    for alike in era.binding(case.facts):
        if not _spares(alike[0], case):
            yield from alike


def judged(rule: Rule, case: Case, at: datetime) -> Finding | None:
    """Judge one rule at one instant, with what sets it aside."""
    finding = rule.judgement.judge(rule, case, at)
    if finding is None or lifted(rule, case, at):
        return None
    ground = ground_holds(rule, case, at)
    if ground is not None:
        return on_ground(finding, ground)._replace(effect=Effect.WARN)
    return finding


def ends_at(rule: Rule, case: Case, timeline: Timeline) -> datetime | None:
    """Give the first instant at which a rule that refuses stops doing so; None: after an event.

    A single reason may end later than the search goes; that end is told only if it is one.
    """
    at = _free_from(rule, case, timeline, case.proposed.at)
    if at == ENDLESS:
        return None
    version = _version(rule, case, timeline, at)
    return at if version is None or _refused_until(version, case, at) is None else None


def first_free(case: Case, timeline: Timeline, ends: Iterable[datetime | None]) -> datetime | None:
    """Give the first instant at which nothing refuses, if any; `ends`: those of the refusals."""
    at = max(end or ENDLESS for end in ends)
    horizon = case.proposed.at + HORIZON
    while at <= horizon:
        later = at
        for rule in rules_at(case, timeline, at):
            if rule.effect is Effect.REFUSE:
                later = max(later, _free_from(rule, case, timeline, at))
        if later == at:
            return at
        at = later
    return None


def _free_from(rule: Rule, case: Case, timeline: Timeline, at: datetime) -> datetime:
    """Give the first instant from `at` on at which one rule does not refuse, or one too late.

    `rule` is the version in force at `at`.
    """
    horizon = case.proposed.at + HORIZON
    version: Rule | None = rule
    while version is not None and at <= horizon:
        until = _refused_until(version, case, at)
        if until is None:
            return at
        ends = timeline.era(at).ends
        if ends is not None and ends <= until:
            at, version = ends, _version(rule, case, timeline, ends)
        else:
            at = until
    return at


def _version(rule: Rule, case: Case, timeline: Timeline, at: datetime) -> Rule | None:
    """Give the version of a rule that is in force at that instant, if one is."""
    return next((r for r in rules_at(case, timeline, at) if r.id == rule.id), None)


def _refused_until(rule: Rule, case: Case, at: datetime) -> datetime | None:
    """Give until when a rule surely refuses the contact; None: it does not."""
    finding = judged(rule, case, at)
    if finding is None or (finding.effect or rule.effect) is not Effect.REFUSE:
        return None
    turn = next_turn(rule, case, at)
    return min(finding.until or ENDLESS, turn or ENDLESS)


def _spares(rule: Rule, case: Case) -> bool:
    """Tell whether all debts are of spared products, or it is a notice that the rule spares."""
    if case.debts(rule.products_spared) is None:
        return True
    if _spares_by_age(rule, case):
        return True
    if not rule.spares_notices_on or case.proposed.purpose is not Purpose.REQUIRED_NOTICE:
        return False
    return case.all_of(rule.spares_notices_on)


def _spares_by_age(rule: Rule, case: Case) -> bool:
    """Tell whether the debts are too long, or not long enough, past due for the rule."""
    over, up_to = rule.spares_past_due_over, rule.spares_past_due_up_to
    if over is None and up_to is None:
        return False
    days = case.days_past_due()
    if days is None:
        return False
    return (over is not None and days[0] > over) or (up_to is not None and days[1] <= up_to)
