"""Caps: so many contacts within so many consecutive calendar days, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from crm.rulebook.case import Case
from crm.rulebook.counting import Counting, local_day
from crm.rulebook.facts import Contact
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
        span = timedelta(days=self.days) if self.days else None
        contacts = self.counting.contacts(rule, case, span)
        if len(contacts) < self.limit:
            return None
        full = [
            finding
            for zone in case.calendars(self.counting.calendar)
            for debt in self.counting.debts(rule, case)
            if (finding := self._full(case, contacts, at, debt, zone))
        ]
        return max(full, key=_severity, default=None)

    def _full(
        self, case: Case, contacts: tuple[Contact, ...], at: datetime, debt: str, zone: ZoneInfo
    ) -> Finding | None:
        if self.counting.on_consent(case, at, debt, zone):
            return None
        counted = self._counted(case, contacts, at, debt, zone)
        if len(counted) < self.limit or self._may_ask_again(case, counted, at):
            return None
        figures = {"used": len(counted), "limit": self.limit, "days": self.days}
        if self.days is None:
            return Finding(self.sentence, figures, None, "cap.asked_again")
        return Finding(self.sentence, figures, self._room(case, contacts, at, debt, zone))

    def _counted(
        self, case: Case, contacts: tuple[Contact, ...], at: datetime, debt: str, zone: ZoneInfo
    ) -> list[Contact]:
        counting, misdirections = self.counting, case.misdirections
        found = contacts
        if self.days is not None:
            today = at.astimezone(zone).date()
            first = today - timedelta(days=self.days - 1)
            opens, closes = start_of_day(first, zone), start_of_day(today + timedelta(days=1), zone)
            found = tuple(
                c
                for c in contacts
                if (
                    opens <= c.at < closes
                    if c.zone is None
                    else first <= local_day(c, zone) <= today
                )
            )
        return [
            c
            for c in found
            if counting.toward(case, c.debts, debt)
            and not (misdirections and case.misdirected(c, at))
            and not counting.on_consent(case, c.at, debt, zone)
        ]

    def _room(
        self, case: Case, contacts: tuple[Contact, ...], at: datetime, debt: str, zone: ZoneInfo
    ) -> datetime:
        """Give the first midnight on which the oldest days have dropped out and room is left."""
        days = timedelta(days=self.days or 0)
        drops = {start_of_day(local_day(c, zone) + days, zone) for c in contacts}
        return next(
            moment
            for moment in sorted(drops)
            if moment > at and len(self._counted(case, contacts, moment, debt, zone)) < self.limit
        )

    def _may_ask_again(self, case: Case, counted: list[Contact], at: datetime) -> bool:
        if not self.asked_again:
            return False
        last = max(contact.at for contact in counted)
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
