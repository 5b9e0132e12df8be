"""Caps: so many contacts within a period, and no more."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from crm.rulebook.case import Case
from crm.rulebook.counting import Counted, Counting
from crm.rulebook.periods import Mark, Period
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import CircumstanceKind, ConsentKind


@dataclass(frozen=True, slots=True)
class Cap:
    """Allows at most `limit` counted contacts within a period.

    `asked_again`: a wish to be asked again, or an answer believed wrong, that is newer than the
    last contact counted gives one more where the period never ends.
    """

    limit: int
    period: Period
    asked_again: bool
    sentence: str
    counting: Counting

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(
            limit=parameters["limit"],
            period=Period.read(parameters),
            asked_again=parameters.get("asked_again", False),
            sentence=parameters["sentence"],
            counting=Counting.read(parameters["counts"]),
        )

    @property
    def span(self) -> timedelta | None:
        """How far back a contact can be that still counts; None: without end."""
        return self.period.span

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse once the limit is reached for any debt in any calendar."""
        if len(self.counting.contacts(rule, case, self.period.span)) < self.limit:
            return None
        full = [
            finding
            for counted in self.counting.counted(rule, case, at, self.period)
            if len(counted.marks) >= self.limit and (finding := self._full(rule, case, at, counted))
        ]
        return max(full, key=_severity, default=None)

    def used(self, rule: Rule, case: Case, at: datetime) -> int:
        """Give how many are used up, for the debt and in the calendar that leave least room."""
        counted = self.counting.counted(rule, case, at, self.period)
        return max(self._used(each, at) for each in counted)

    def _used(self, counted: Counted, at: datetime) -> int:
        if self.period.is_endless:
            return len(counted.marks)
        return self._within(counted.marks, self.period.now(at, counted.zone))

    def _within(self, marks: tuple[Mark, ...], now: Mark) -> int:
        """Count those of the `marks` that lie in one period with `now`."""
        first, last = self.period.bounds(now)
        return bisect_right(marks, last) - bisect_left(marks, first)

    def _full(self, rule: Rule, case: Case, at: datetime, counted: Counted) -> Finding | None:
        used = self._used(counted, at)
        if used < self.limit or self.counting.on_consent(case, at, counted.debt, counted.zone):
            return None
        figures = {"used": used, "limit": self.limit, **self.period.figures}
        if self.period.is_endless:
            again = self.asked_again and self._may_ask_again(rule, case, at)
            return None if again else Finding(self.sentence, figures, None, "cap.asked_again")
        return Finding(self.sentence, figures, self._room(counted, at))

    def _room(self, counted: Counted, at: datetime) -> datetime:
        """Give the first instant at which the oldest have dropped out and room is left."""
        now = self.period.now(at, counted.zone)
        first, _ = self.period.bounds(now)
        # So many must drop out at least; what was reserved for later may ask for more.
        surplus = self._within(counted.marks, now) - self.limit
        marks = counted.marks[bisect_left(counted.marks, first) + surplus :]
        drops = (self.period.drops(mark) for mark in marks)
        free = next(drop for drop in drops if self._within(counted.marks, drop) < self.limit)
        return self.period.instant(free, counted.zone)

    def _may_ask_again(self, rule: Rule, case: Case, at: datetime) -> bool:
        contacts = self.counting.contacts(rule, case, self.period.span)
        last = max(contact.at for contact in contacts if not case.misdirected(contact, at))
        wished = (
            case.opens(consent.at, narrow=True)
            for consent in case.facts.consents
            if consent.kind is ConsentKind.EXTRA_CALLS
            and consent.target is not None
            and case.is_person(consent.target, consent.number)
        )
        doubted = (
            case.opens(fact.since)
            for fact in case.facts.circumstances
            if fact.kind is CircumstanceKind.LOCATION_ANSWER_DOUBTFUL
            and fact.target is not None
            and case.is_person(fact.target, fact.number)
        )
        return any(last <= moment <= at for moment in (*wished, *doubted))


def _severity(finding: Finding) -> tuple[int, str]:
    return int(finding.figures["used"] or 0), str(finding.until)
