"""One proposed contact, made ready to be judged: whose it is, about what, in which calendars."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from crm.rulebook.facts import Bound, Contact, Facts
from crm.rulebook.moments import DAY, EVERYWHERE, FIRST_YEAR, LAST_YEAR, start_of_day, zone_named
from crm.rulebook.vocabulary import (
    CONVERSATION,
    SHARED_TARGETS,
    SPOKEN,
    CircumstanceKind,
    Product,
    Target,
)

_BEGINNING = datetime.min.replace(tzinfo=UTC)
ENDLESS = datetime.max.replace(tzinfo=UTC)


Value = TypeVar("Value")
# A calendar day as its proleptic Gregorian ordinal.
Day: TypeAlias = int
_when = attrgetter("at")
# From so many contacts on it pays to look at the one before.
_MANY = 500


class Misdirection(NamedTuple):
    """A number that turned out not to be that of `target`, and when that was learnt."""

    number: str
    target: Target
    learnt: datetime


class Case:
    """The facts with what every rule asks of them worked out once."""

    __slots__ = (
        "_days",
        "_debts",
        "_memo",
        "_since",
        "_spans",
        "clocks",
        "facts",
        "misdirections",
        "proposed",
        "zones",
    )

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.proposed = facts.proposed
        self.clocks = facts.zones
        # Days must be counted even where no zone is known: then in the first and the last of all.
        self.zones = facts.zones or tuple(zone_named(name) for name in EVERYWHERE)
        self._debts: dict[frozenset[Product], tuple[str, ...] | None] = {}
        self._days: dict[ZoneInfo, dict[int, Day]] = {}
        self._memo: dict[object, object] = {}
        self._spans: dict[ZoneInfo, tuple[datetime, datetime, Day]] = {}
        self._since: dict[timedelta | None, tuple[Contact, ...]] = {}
        self.misdirections = tuple(
            Misdirection(c.number, c.target or Target.BORROWER, self.opens(c.since))
            for c in facts.circumstances
            if c.kind is CircumstanceKind.WRONG_NUMBER and c.number is not None
        )

    def once(self, key: object, value: Iterable[Value]) -> tuple[Value, ...]:
        """Keep the items an iterable gives the first time, under a key that names the iterable."""
        if key not in self._memo:
            self._memo[key] = tuple(value)
        return self._memo[key]  # type: ignore[return-value]  # the key decides the type

    def debts(self, spared: frozenset[Product]) -> tuple[str, ...] | None:
        """Give the debts the contact is about, without those of spared products.

        A contact that names none is about every debt known. Empty: no debt is known at all, which
        counts as one unnamed debt. None: all of them are of spared products.
        """
        if spared not in self._debts:
            debts = self.proposed.debts or self._known_debts()
            bound = tuple(debt for debt in debts if self._product(debt) not in spared)
            self._debts[spared] = None if debts and not bound else bound
        return self._debts[spared]

    def all_of(self, products: frozenset[Product]) -> bool:
        """Tell whether every debt of the contact is known to be of those products."""
        debts = self.proposed.debts or self._known_debts()
        return bool(debts) and all(self._product(debt) in products for debt in debts)

    def days_past_due(self) -> tuple[int, int] | None:
        """Give how long the contact's debts are past due, least and most; None: not all known."""
        debts = self.proposed.debts or self._known_debts()
        known = [self.facts.debts.get(debt) for debt in debts]
        days = [debt.days_past_due for debt in known if debt and debt.days_past_due is not None]
        return (min(days), max(days)) if days and len(days) == len(debts) else None

    def is_person(self, target: Target, number: str | None) -> bool:
        """Tell whether an earlier contact was with the person now approached.

        Where several people bear one word, two known and different numbers tell them apart.
        """
        if target is not self.proposed.target:
            return False
        mine = self.proposed.number
        if target not in SHARED_TARGETS or number is None or mine is None:
            return True
        return number == mine

    def history(self, span: timedelta | None) -> tuple[Contact, ...]:
        """Give the earlier contacts in order, those that matter to who looks back so far."""
        found = self._since.get(span)
        if found is None:
            if span is None:
                found = tuple(sorted(self.facts.history, key=_when))
            else:
                # Two days more, since the zones of then and of today can lie a day apart.
                oldest, everything = self.proposed.at - span - 2 * DAY, self.history(None)
                found = everything[bisect_left(everything, oldest, key=_when) :]
            self._since[span] = found
        return found

    def day(self, contact: Contact, zone: ZoneInfo) -> Day:
        """Give the calendar day of an earlier contact where the person then was."""
        days = self._days.setdefault(zone, {})
        day = days.get(id(contact))
        if day is None:
            day = days[id(contact)] = self._day(contact, zone)
        return day

    def _day(self, contact: Contact, zone: ZoneInfo) -> Day:
        if contact.zone is not None or len(self.facts.history) < _MANY:
            return contact.at.astimezone(contact.zone or zone).toordinal()
        # Of very many contacts most fall on the day of the one before.
        known = self._spans.get(zone)
        if known is None or not known[0] <= contact.at < known[1]:
            today = contact.at.astimezone(zone).date()
            span = start_of_day(today, zone), start_of_day(today + DAY, zone)
            known = self._spans[zone] = (*span, today.toordinal())
        return known[2]

    @property
    def has_moved(self) -> bool:
        """Tell whether the person was in another zone at some earlier contact."""
        moved = (True for contact in self.facts.history if contact.zone is not None)
        return bool(self.once("moved", islice(moved, 1)))

    @property
    def first_conversation(self) -> datetime:
        """Give when the person was first spoken to, by telephone or face to face; or ENDLESS."""
        return next(iter(self.once("spoken", islice(self._spoken(), 1))), ENDLESS)

    def _spoken(self) -> Iterator[datetime]:
        for contact in self.history(None):
            conversation = contact.outcome in CONVERSATION and contact.channel in SPOKEN
            if conversation and self.is_person(contact.target, contact.number):
                yield contact.at

    def misdirected(self, contact: Contact, at: datetime) -> bool:
        """Tell whether it was known at `at` that the number used was not that person's."""
        return bool(self.misdirections) and any(
            wrong.number == contact.number and wrong.target is contact.target and wrong.learnt <= at
            for wrong in self.misdirections
        )

    def opens(self, bound: Bound | None, *, narrow: bool = False) -> datetime:
        """Give the instant a bound begins: of a date, its first start, or `narrow` its last one."""
        if bound is None or bound.year < FIRST_YEAR:
            return _BEGINNING
        if bound.year >= LAST_YEAR:
            return ENDLESS
        if isinstance(bound, datetime):
            return bound
        starts = [start_of_day(bound, zone) for zone in self.zones]
        return max(starts) if narrow else min(starts)

    def closes(self, bound: Bound | None, *, narrow: bool = False) -> datetime:
        """Give the instant an `until` ends: of a date, its last end, or `narrow` its first one."""
        if bound is None or isinstance(bound, datetime):
            return ENDLESS if bound is None else self.opens(bound)
        following = bound + DAY if bound.year < LAST_YEAR else bound
        return self.opens(following, narrow=not narrow)

    def turns(self) -> tuple[datetime, ...]:
        """Give the instants at which something stated in the facts begins."""
        facts = self.facts
        return self.once(
            "turns",
            (
                *(self.opens(fact.since) for fact in facts.circumstances),
                *(self.opens(consent.at, narrow=True) for consent in facts.consents),
            ),
        )

    def calendars(self, calendar: ZoneInfo | None) -> tuple[ZoneInfo, ...]:
        """Give the zones in whose days to count: those of the person, or a book's own."""
        return self.zones if calendar is None else (calendar,)

    def _product(self, debt: str) -> Product | None:
        known = self.facts.debts.get(debt)
        return known.kind if known else None

    def _known_debts(self) -> tuple[str, ...]:
        known = set(self.facts.debts)
        for fact in self.facts.circumstances:
            known |= fact.debts or set()
        for contact in self.facts.history:
            known |= contact.debts or set()
        return tuple(sorted(known))
