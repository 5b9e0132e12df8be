"""Which earlier contacts a limit counts, toward which debt and on which day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from crm.rulebook.case import Case
from crm.rulebook.facts import Consent, Contact, Proposed
from crm.rulebook.lifts import ends, in_its_hours
from crm.rulebook.moments import start_of_day, zone_named
from crm.rulebook.periods import Mark, Period
from crm.rulebook.rule import Rule
from crm.rulebook.vocabulary import (
    CONVERSATION,
    OUTCOME_CLASSES,
    SHARED_TARGETS,
    TELEPHONE,
    UNKNOWN_PLACE,
    Channel,
    ConsentKind,
    Outcome,
    Place,
    Product,
    Receiver,
    Target,
)

# Stands for the one debt of a contact where no debt is named anywhere.
_UNNAMED = ""


class Agreed(NamedTuple):
    """A consent to more calls, with its first and last instant; `plain`: it narrows nothing."""

    consent: Consent
    first: datetime
    last: datetime
    plain: bool


class Counted(NamedTuple):
    """The marks, in order, of the contacts that count toward one debt in one calendar."""

    debt: str
    zone: ZoneInfo
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """What a cap or a wait counts.

    `per`: `person` (all numbers of the person together), `number` (whoever is behind it) or
    `anyone` (all `targets` together); `by_debt`: toward each debt by itself, where debts of the
    `joined` products that share an account are one; `by_account`: those of every product are;
    `places`: only contacts at those; `calendar`: the zone whose days count, None the person's own;
    `consent_days`: calls on a consent to extra calls drop out for so many days, its own the first;
    `after_conversation`: nothing counts up to and with the first conversation.
    """

    outcomes: frozenset[Outcome]
    channels: frozenset[Channel]
    per: str
    targets: frozenset[Target] | None
    places: frozenset[Place | None] | None
    after_conversation: bool
    by_debt: bool
    by_account: bool
    joined: frozenset[Product]
    exempt: bool
    calendar: ZoneInfo | None
    consent_days: int | None

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make it of the `counts` of a book's parameters."""
        outcomes: set[Outcome] = set()
        for name in parameters["outcomes"]:
            outcomes |= OUTCOME_CLASSES.get(name) or {Outcome(name)}
        calendar, targets = parameters.get("calendar"), parameters.get("targets")
        return cls(
            # What is reserved or under way counts as whatever is counted.
            outcomes=frozenset(outcomes | {Outcome.PENDING}),
            channels=frozenset(map(Channel, parameters["channels"])),
            per=parameters["per"],
            targets=frozenset(map(Target, targets)) if targets else None,
            places=places_named(parameters.get("places")),
            after_conversation=parameters.get("after_conversation", False),
            by_debt=parameters.get("by_debt", False) or parameters.get("by_account", False),
            by_account=parameters.get("by_account", False),
            joined=frozenset(map(Product, parameters.get("joined", ()))),
            exempt=parameters.get("exempt", True),
            calendar=zone_named(calendar) if calendar else None,
            consent_days=parameters.get("consent_days"),
        )

    def contacts(self, rule: Rule, case: Case, span: timedelta | None) -> tuple[Contact, ...]:
        """Give the earlier contacts of the right sort in order, whatever their debt and exact day.

        `span`: how long before the proposed contact they may have been and still matter.
        """
        return case.once(("contacts", id(rule)), self._contacts(case, span))

    def _contacts(self, case: Case, span: timedelta | None) -> Iterator[Contact]:
        outcomes, channels, exempt = self.outcomes, self.channels, self.exempt
        target, number = self._whose(case.proposed)
        narrow = self.after_conversation or self.targets is not None or self.places is not None
        for contact in case.history(span):
            if (
                contact.outcome in outcomes
                and contact.channel in channels
                and (exempt or not contact.exempt)
                and (target is None or contact.target is target)
                and (number is None or contact.number is None or contact.number == number)
                and (not narrow or self._fits(case, contact))
            ):
                yield contact

    def _whose(self, proposed: Proposed) -> tuple[Target | None, str | None]:
        """Give the person and the number to count for; None: any."""
        if self.per == "anyone":
            return None, None
        target = proposed.target if self.per == "person" else None
        # What was not noted might be the number now used.
        shared = target is None or target in SHARED_TARGETS
        return target, proposed.number if shared else None

    def _fits(self, case: Case, contact: Contact) -> bool:
        return (
            (self.targets is None or contact.target in self.targets)
            and (self.places is None or contact.place in self.places)
            and (not self.after_conversation or contact.at > case.first_conversation)
        )

    def counted(self, rule: Rule, case: Case, at: datetime, period: Period) -> tuple[Counted, ...]:
        """Give what counts as known at an instant, toward each debt in each calendar."""
        learnt = sum(1 for wrong in case.misdirections if wrong.learnt <= at)
        return case.once(("counted", id(rule), learnt), self._counted(rule, case, at, period))

    def _counted(self, rule: Rule, case: Case, at: datetime, period: Period) -> Iterator[Counted]:
        contacts = self.contacts(rule, case, period.span)
        for zone in case.calendars(self.calendar):
            for debt in self.debts(rule, case):
                # Many contacts are about the same few debts.
                known: dict[frozenset[str] | None, bool] = {}
                agreed = self._agreed(case, debt, zone)
                marks = []
                for contact in contacts:
                    counts = known.get(contact.debts)
                    if counts is None:
                        counts = known[contact.debts] = self.toward(case, contact.debts, debt)
                    if not counts or (case.misdirections and case.misdirected(contact, at)):
                        continue
                    if agreed and _is_agreed(agreed, case, contact, contact.at):
                        continue
                    marks.append(period.mark(case, contact, zone))
                yield Counted(debt, zone, tuple(sorted(marks)))

    def debts(self, rule: Rule, case: Case) -> tuple[str, ...]:
        """Give the debts the contact counts toward, those that count as one only once."""
        if not self.by_debt:
            return (_UNNAMED,)
        debts = case.debts(rule.products_spared) or (_UNNAMED,)
        return tuple(dict.fromkeys(self._key(case, debt) for debt in debts))

    def toward(self, case: Case, debts: frozenset[str] | None, key: str) -> bool:
        """Tell whether something about those debts counts toward one; without debts it does."""
        if not self.by_debt or debts is None or not debts or key == _UNNAMED:
            return True
        return key in debts or any(self._key(case, debt) == key for debt in debts)

    def _key(self, case: Case, debt: str) -> str:
        known = case.facts.debts.get(debt)
        if known is None or known.account is None:
            return debt
        if self.by_account or known.kind in self.joined:
            return f"account {known.account}"
        return debt

    def on_consent(self, case: Case, at: datetime, debt: str, zone: ZoneInfo) -> bool:
        """Tell whether the proposed call would then be made on the consent to more calls."""
        return _is_agreed(self._agreed(case, debt, zone), case, case.proposed, at)

    def _agreed(self, case: Case, debt: str, zone: ZoneInfo) -> tuple[Agreed, ...]:
        """Give the consents to more calls toward a debt, each worked out once for all contacts."""
        if self.consent_days is None or not case.facts.consents:
            return ()
        return case.once(("agreed", id(self), debt, zone), self._agreeing(case, debt, zone))

    def _agreeing(self, case: Case, debt: str, zone: ZoneInfo) -> Iterator[Agreed]:
        for consent in case.facts.consents:
            if consent.kind is ConsentKind.EXTRA_CALLS and self._usable(case, consent, debt):
                first = case.opens(consent.at, narrow=True)
                spent = self._spent(case, consent, debt, zone)
                yield Agreed(consent, first, spent, _is_plain(consent))

    def _usable(self, case: Case, consent: Consent, debt: str) -> bool:
        return (
            consent.given_to is Receiver.COLLECTOR
            and not consent.given_in_breach
            and case.is_person(consent.target or Target.BORROWER, consent.number)
            and self.toward(case, consent.debts, debt)
        )

    def _spent(self, case: Case, consent: Consent, debt: str, zone: ZoneInfo) -> datetime:
        """Give the last instant of a consent: its days, its own end, or the next conversation."""
        given = case.opens(consent.at, narrow=True)
        first = given.astimezone(zone).date()
        last_day = start_of_day(first + timedelta(days=self.consent_days or 0), zone)
        spent = min(last_day, ends(case, consent)) - timedelta(microseconds=1)
        spoken = (
            contact.at
            for contact in case.once("talks", _talks(case))
            if given < contact.at < spent and self.toward(case, contact.debts, debt)
        )
        return next(spoken, spent)


def places_named(words: Iterable[str] | None) -> frozenset[Place | None] | None:
    """Read places of a book, where `unknown` stands for none stated; None: all."""
    if words is None:
        return None
    return frozenset(None if word == UNKNOWN_PLACE else Place(word) for word in words)


def _talks(case: Case) -> Iterator[Contact]:
    """Give the calls in which the person was spoken to, or may yet turn out to have been."""
    for contact in case.history(None):
        if (
            contact.channel in TELEPHONE
            and (contact.outcome in CONVERSATION or contact.outcome is Outcome.PENDING)
            and case.is_person(contact.target, contact.number)
        ):
            yield contact


def _is_agreed(
    agreed: Iterable[Agreed], case: Case, contact: Contact | Proposed, at: datetime
) -> bool:
    """Tell whether a call at that instant is made on one of the consents."""
    for consent, first, last, plain in agreed:  # asked of each of very many contacts
        if first <= at <= last and (
            plain or (_covers(consent, contact) and in_its_hours(case, consent, at))
        ):
            return True
    return False


def _is_plain(consent: Consent) -> bool:
    return (consent.channel, consent.number, consent.place, consent.window) == (None,) * 4


def _covers(consent: Consent, contact: Contact | Proposed) -> bool:
    """Tell whether a consent that names a medium, number or place names those of the contact."""
    return (
        consent.channel in (None, contact.channel)
        and consent.number in (None, contact.number)
        and consent.place in (None, contact.place)
    )
