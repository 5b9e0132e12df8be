"""Stops: while a circumstance of the borrower holds, there is no contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from crm.rulebook.case import ENDLESS, Case
from crm.rulebook.circumstances import (
    bearing,
    holds_until,
    in_force,
    of_channel,
    of_number,
    of_place,
    of_target,
)
from crm.rulebook.facts import Bound, Circumstance
from crm.rulebook.moments import FIRST_YEAR, LAST_YEAR, start_of_day
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import CircumstanceKind


@dataclass(frozen=True, slots=True)
class Stop:
    """Bars contact while one of `circumstances` holds for it.

    `exact_number`: only a contact known to use the very number the circumstance names. `days`: it
    stops contact for so many calendar days at most, that of its `since` the first.
    """

    circumstances: frozenset[CircumstanceKind]
    exact_number: bool
    days: int | None
    sentence: str
    event: str

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(
            circumstances=frozenset(map(CircumstanceKind, parameters["circumstances"])),
            exact_number=parameters.get("exact_number", False),
            days=parameters.get("days"),
            sentence=parameters["sentence"],
            event=parameters["event"],
        )

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse while a circumstance holds; until the last of those in force has ended."""
        facts = bearing(rule, case, self.circumstances, self._matches)
        if self.days is not None:
            limited = (_limited(fact, case, self.days) for fact in facts)
            facts = case.once(("limited", id(rule)), limited)
        return stopped(in_force(facts, case, at), case, at, self.sentence, self.event)

    def _matches(self, fact: Circumstance, case: Case) -> bool:
        if self.exact_number:
            number = fact.number is not None and fact.number == case.proposed.number
        else:
            number = of_number(fact, case)
        place = fact.place is None or of_place(fact, case)
        return number and place and of_channel(fact, case) and of_target(fact, case, None)


def _limited(fact: Circumstance, case: Case, days: int) -> Circumstance:
    """Let a circumstance end after so many days; of one that began at no known time, never."""
    since = fact.since
    if since is None or not FIRST_YEAR <= since.year < LAST_YEAR:
        return fact
    ends = []
    for zone in case.zones:
        day = since.astimezone(zone).date() if isinstance(since, datetime) else since
        ends.append(start_of_day(day + timedelta(days=days), zone))
    return fact._replace(until=min(max(ends), case.closes(fact.until)))


def stopped(
    facts: list[Circumstance], case: Case, at: datetime, sentence: str, event: str
) -> Finding | None:
    """Make one finding of the circumstances in force: the one that lasts longest speaks."""
    if not facts:
        return None
    ends = [holds_until(fact, case, at) or ENDLESS for fact in facts]
    last = max(ends)
    fact = facts[ends.index(last)]
    figures = {
        "circumstance": str(fact.kind),
        "since": _day(fact.since, case),
        "place": str(fact.place) if fact.place else None,
        "channel": str(case.proposed.channel),
        "target": str(case.proposed.target),
    }
    return Finding(sentence, figures, None if last == ENDLESS else last, event)


def _day(bound: Bound | None, case: Case) -> str | None:
    if isinstance(bound, datetime) and FIRST_YEAR <= bound.year < LAST_YEAR:
        return bound.astimezone(case.zones[0]).date().isoformat()
    return None if bound is None else f"{bound:%Y-%m-%d}"
