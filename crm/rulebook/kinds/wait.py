"""Waits: so much time must pass after a contact before the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from crm.rulebook.case import Case
from crm.rulebook.counting import Counting
from crm.rulebook.facts import Contact
from crm.rulebook.moments import start_of_day
from crm.rulebook.rule import Finding, Rule


@dataclass(frozen=True, slots=True)
class Wait:
    """Bars contact for `days` calendar days from a counted contact, its own day the first.

    `minutes` in place of days: for so long from the very instant.
    """

    days: int | None
    minutes: int | None
    sentence: str
    event: str | None
    counting: Counting

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book; without days and minutes, until an event."""
        return cls(
            days=parameters.get("days"),
            minutes=parameters.get("minutes"),
            sentence=parameters["sentence"],
            event=parameters.get("event"),
            counting=Counting.read(parameters["counts"]),
        )

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse until the wait after the last such contact is over for every debt."""
        contacts = self.counting.contacts(rule, case, self._span())
        if not contacts:
            return None
        waits = [
            finding
            for zone in case.calendars(self.counting.calendar)
            for debt in self.counting.debts(rule, case)
            for contact in self._since(case, contacts, at, debt, zone)
            if (finding := self._wait(case, contact, at, zone))
        ]
        return max(waits, key=lambda finding: str(finding.until), default=None)

    def _span(self) -> timedelta | None:
        if self.event is not None:
            return None
        return timedelta(days=self.days or 0, minutes=self.minutes or 0)

    def _since(
        self, case: Case, contacts: tuple[Contact, ...], at: datetime, debt: str, zone: ZoneInfo
    ) -> list[Contact]:
        if self.counting.on_consent(case, at, debt, zone):
            return []
        found = [
            contact
            for contact in contacts
            # A call reserved for later has not begun; but it is open all the same.
            if (contact.at <= at or self.event is not None)
            and self.counting.toward(case, contact.debts, debt)
            and not case.misdirected(contact, at)
        ]
        # They stand in order; where all were in one zone only the last one matters.
        return found[-1:] if all(contact.zone is None for contact in found) else found

    def _wait(self, case: Case, contact: Contact, at: datetime, zone: ZoneInfo) -> Finding | None:
        day = date.fromordinal(case.day(contact, zone))
        if self.days is not None:
            until = start_of_day(day + timedelta(days=self.days), zone)
        elif self.minutes is not None:
            until = contact.at + timedelta(minutes=self.minutes)
        else:
            return Finding(self.sentence, {"on": day.isoformat()}, None, self.event)
        figures = {"on": day.isoformat(), "days": self.days, "minutes": self.minutes}
        return Finding(self.sentence, figures, until) if at < until else None
