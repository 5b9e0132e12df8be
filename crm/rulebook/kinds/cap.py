"""Caps: so many contacts within so many consecutive calendar days, and no more."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from crm.rulebook.case import Case, Day
from crm.rulebook.counting import Counted, Counting
from crm.rulebook.moments import start_of_day
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import CircumstanceKind, ConsentKind


@dataclass(frozen=True, slots=True)
class Cap:
    """Allows at most `limit` counted contacts within `days` calendar days, today the last of them.

    `days` None: ever. `asked_again`: a wish to be asked again, or an answer believed wrong, that is
    newer than the last contact counted gives one more.
    """

    limit: int
    days: int | None
    asked_again: bool
    sentence: str
    counting: Counting

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(
            limit=parameters["limit"],
            days=parameters.get("days"),
            asked_again=parameters.get("asked_again", False),
            sentence=parameters["sentence"],
            counting=Counting.read(parameters["counts"]),
        )

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse once the limit is reached for any debt in any calendar."""
        if len(self.counting.contacts(rule, case, self._span())) < self.limit:
            return None
        full = [
            finding
            for counted in self._counted(rule, case, at)
            if len(counted.days) >= self.limit and (finding := self._full(rule, case, at, counted))
        ]
        return max(full, key=_severity, default=None)

    def used(self, rule: Rule, case: Case, at: datetime) -> int:
        """Give how many are used up, for the debt and in the calendar that leave least room."""
        return max(self._used(counted, at) for counted in self._counted(rule, case, at))

    def _counted(self, rule: Rule, case: Case, at: datetime) -> tuple[Counted, ...]:
        return self.counting.counted(rule, case, at, self._span())

    def _span(self) -> timedelta | None:
        return timedelta(days=self.days) if self.days else None

    def _used(self, counted: Counted, at: datetime) -> int:
        if self.days is None:
            return len(counted.days)
        return self._within(counted.days, at.astimezone(counted.zone).toordinal())

    def _within(self, days: tuple[Day, ...], today: Day) -> int:
        """Count those of the `days` that end with today."""
        first = today - (self.days or 0) + 1
        return bisect_right(days, today) - bisect_left(days, first)

    def _full(self, rule: Rule, case: Case, at: datetime, counted: Counted) -> Finding | None:
        used = self._used(counted, at)
        if used < self.limit or self.counting.on_consent(case, at, counted.debt, counted.zone):
            return None
        figures = {"used": used, "limit": self.limit, "days": self.days}
        if self.days is None:
            again = self.asked_again and self._may_ask_again(rule, case, at)
            return None if again else Finding(self.sentence, figures, None, "cap.asked_again")
        return Finding(self.sentence, figures, self._room(counted, at, self.days))

    def _room(self, counted: Counted, at: datetime, days: int) -> datetime:
        """Give the first midnight on which the oldest days have dropped out and room is left."""
        today = at.astimezone(counted.zone).toordinal()
        drops = (day + days for day in counted.days if day + days > today)
        free = next(day for day in drops if self._within(counted.days, day) < self.limit)
        return start_of_day(date.fromordinal(free), counted.zone)

    def _may_ask_again(self, rule: Rule, case: Case, at: datetime) -> bool:
        contacts = self.counting.contacts(rule, case, self._span())
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
