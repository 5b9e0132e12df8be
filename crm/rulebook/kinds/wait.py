"""Waits: so much time must pass after a contact before the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Self
from zoneinfo import ZoneInfo

from crm.rulebook.case import Case
from crm.rulebook.circumstances import bearing, in_force, of_channel, of_target
from crm.rulebook.counting import Counting
from crm.rulebook.facts import Circumstance, Contact
from crm.rulebook.moments import FIRST_YEAR, LAST_YEAR, start_of_day
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import CircumstanceKind, Outcome


@dataclass(frozen=True, slots=True)
class AfterFact:
    """Bars contact for `days` calendar days from a fact about the borrower, its own day the first.

    So a written notice is given its time to arrive. Where nothing is said the law's notices count
    as sent long ago.
    """

    circumstances: frozenset[CircumstanceKind]
    days: int
    sentence: str

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        kinds = frozenset(map(CircumstanceKind, parameters["after"]))
        return cls(kinds, parameters["days"], parameters["sentence"])

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse until the wait after the last such fact is over in every zone."""
        facts = bearing(rule, case, self.circumstances, _concerns)
        waits = [
            (until, day)
            for fact in in_force(facts, case, at)
            for zone in case.zones
            for day in [_day(fact, zone)]
            if day and at < (until := start_of_day(day + timedelta(days=self.days), zone))
        ]
        if not waits:
            return None
        until, day = max(waits)
        return Finding(self.sentence, {"on": day.isoformat(), "days": self.days}, until)


def _concerns(fact: Circumstance, case: Case) -> bool:
    return of_channel(fact, case) and of_target(fact, case, None)


def _day(fact: Circumstance, zone: ZoneInfo) -> date | None:
    since = fact.since
    if since is None or not FIRST_YEAR <= since.year < LAST_YEAR:
        return None
    return since.astimezone(zone).date() if isinstance(since, datetime) else since


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
        contacts = self.counting.contacts(rule, case, self.span)
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

    @property
    def span(self) -> timedelta | None:
        """How far back a contact can be that still bars; None: without end."""
        if self.event is not None:
            return None
        return timedelta(days=self.days or 0, minutes=self.minutes or 0)

    def _since(
        self, case: Case, contacts: tuple[Contact, ...], at: datetime, debt: str, zone: ZoneInfo
    ) -> list[Contact]:
        if self.counting.on_consent(case, at, debt, zone):
            return []
        found = (
            contact
            for contact in reversed(contacts)
            # A call reserved for later has not begun; but it is open all the same.
            if (contact.at <= at or self.event is not None)
            and self.counting.toward(case, contact.debts, debt)
            and not case.misdirected(contact, at)
        )
        # They stand in order; where all were in one zone only the last one matters.
        return list(found if case.has_moved else islice(found, 1))

    def _wait(self, case: Case, contact: Contact, at: datetime, zone: ZoneInfo) -> Finding | None:
        day = date.fromordinal(case.day(contact, zone))
        if self.days is not None:
            until = start_of_day(day + timedelta(days=self.days), zone)
        elif self.minutes is not None:
            until = contact.at + timedelta(minutes=self.minutes)
        else:
            return Finding(self.sentence, {"on": day.isoformat()}, None, self.event)
        if at >= until:
            return None
        figures = {"on": day.isoformat(), "days": self.days, "minutes": self.minutes}
        is_pending = contact.outcome is Outcome.PENDING  # whether anybody was spoken to is open
        return Finding("wait.pending" if is_pending else self.sentence, figures, until)


def read(parameters: Mapping[str, Any]) -> Wait | AfterFact:
    """Make the rule of the parameters of a book."""
    return AfterFact.read(parameters) if "after" in parameters else Wait.read(parameters)
