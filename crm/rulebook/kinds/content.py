"""Contents: what a message, letter or visit must carry with it, and what it must not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.rulebook.case import Case
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import (
    INBOUND_OUTCOMES,
    Channel,
    ConsentKind,
    Effect,
    Purpose,
    Receiver,
    Role,
)


@dataclass(frozen=True, slots=True)
class Duty:
    """Demands that a boolean of the contact be true: refused where false, required where absent.

    `assumed_for`: collectors of whom it is taken to be so where nothing is said.
    """

    field: str
    assumed_for: frozenset[Role]

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse, or ask for, what the contact must carry."""
        value = getattr(case.proposed, self.field)
        if value or (value is None and case.facts.role in self.assumed_for):
            return None
        figures = {"field": self.field, "channel": str(case.proposed.channel)}
        sentence, event = f"content.{self.field}", f"content.{self.field}"
        if value is None:
            return Finding(sentence, figures, None, None, Effect.REQUIRE)
        return Finding(sentence, figures, None, event)


@dataclass(frozen=True, slots=True)
class Barred:
    """Bars one value of a field of the contact.

    `unless_used`: an electronic address is free once the borrower used it, or allowed it to this
    or an earlier collector.
    """

    field: str
    value: str
    unless_used: bool

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse the barred value."""
        value = getattr(case.proposed, self.field)
        if value != self.value or (self.unless_used and _used(case, at)):
            return None
        sentence = f"content.{self.field}_{self.value}"
        return Finding(sentence, {"field": self.field, "value": self.value}, None, sentence)


@dataclass(frozen=True, slots=True)
class TimeBar:
    """Bars what is said of a debt whose limitation period has run."""

    sentence: str
    event: str

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse where any debt of the contact is time-barred."""
        known = (case.facts.debts.get(debt) for debt in case.debts(rule.products_spared) or ())
        barred = sum(1 for debt in known if debt and debt.time_barred)
        if not barred:
            return None
        return Finding(self.sentence, {"debts": barred}, None, self.event)


def read(parameters: Mapping[str, Any]) -> Duty | Barred | TimeBar:
    """Make the rule of the parameters of a book."""
    if parameters.get("time_barred"):
        threat = "content.time_barred"
        return TimeBar(parameters.get("sentence", threat), parameters.get("event", threat))
    if "value" in parameters:
        unless_used = parameters.get("unless_used", False)
        return Barred(parameters["field"], parameters["value"], unless_used)
    return Duty(parameters["field"], frozenset(map(Role, parameters.get("assumed_for", ()))))


def _used(case: Case, at: datetime) -> bool:
    proposed = case.proposed
    answers = proposed.purpose is Purpose.REPLY and proposed.in_reply_to_channel is Channel.EMAIL
    return (
        answers
        or any(
            contact.channel is Channel.EMAIL
            and contact.outcome in INBOUND_OUTCOMES
            and contact.number == proposed.number
            and case.is_person(contact.target, contact.number)
            for contact in case.facts.history
        )
        or any(
            consent.kind is ConsentKind.CHANNEL
            and consent.channel in (None, Channel.EMAIL)
            and consent.number in (None, proposed.number)
            and consent.given_to in (Receiver.COLLECTOR, Receiver.EARLIER_COLLECTOR)
            and case.opens(consent.at, narrow=True) <= at < case.closes(consent.until, narrow=True)
            and (consent.revoked_at is None or at < case.opens(consent.revoked_at))
            for consent in case.facts.consents
        )
    )
