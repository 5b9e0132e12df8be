"""Channels: media a person refused, and media or accounts that may not be used at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.rulebook.case import Case
from crm.rulebook.circumstances import bearing, in_force, of_channel, of_number, of_place, of_target
from crm.rulebook.facts import Circumstance
from crm.rulebook.kinds.stop import stopped
from crm.rulebook.lifts import went_out_since
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import (
    ELECTRONIC,
    Account,
    Channel,
    CircumstanceKind,
    Purpose,
    Target,
)

_WITHOUT_ADDRESS = frozenset({Channel.LETTER, Channel.VISIT})


@dataclass(frozen=True, slots=True)
class RefusedMedium:
    """Bars a medium, or one number or address of it, that the person asked not to be used.

    `unnamed`: the persons for whom a refusal holds that names nobody (the borrower's own).
    `addresses_only`: only refusals of electronic messages, or of one electronic address.
    `confirmation`: one confirmation of an electronic opt-out that says nothing else is free.
    """

    circumstances: frozenset[CircumstanceKind]
    unnamed: frozenset[Target] | None
    addresses_only: bool
    confirmation: bool

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse while the wish holds."""
        facts = bearing(rule, case, self.circumstances, self._matches)
        now = in_force(facts, case, at)
        if self.confirmation and self._confirms(now, case):
            return None
        return stopped(now, case, at, "channel.refused", "channel.allowed")

    def _matches(self, fact: Circumstance, case: Case) -> bool:
        opted_out = fact.kind is CircumstanceKind.OPT_OUT
        electronic = case.proposed.channel in ELECTRONIC
        if opted_out and not electronic:
            return False
        if self.addresses_only and not (electronic and (opted_out or fact.number is not None)):
            return False
        nowhere = case.proposed.number is None and case.proposed.channel in _WITHOUT_ADDRESS
        # A number or address is no part of a letter or visit that names none.
        if nowhere and fact.number is not None and fact.channel is None:
            return False
        return (
            of_channel(fact, case)
            and of_number(fact, case)
            and (fact.place is None or of_place(fact, case))
            and of_target(fact, case, self.unnamed)
        )

    @staticmethod
    def _confirms(facts: list[Circumstance], case: Case) -> bool:
        proposed = case.proposed
        if (
            proposed.purpose is not Purpose.OPT_OUT_CONFIRMATION
            or proposed.channel not in ELECTRONIC
            or proposed.discloses_debt
        ):
            return False
        newest = max((case.opens(fact.since) for fact in facts), default=None)
        return newest is not None and not went_out_since(case, proposed.channel, newest)


@dataclass(frozen=True, slots=True)
class BarredMedium:
    """Bars every use of the media the rule names, or of one kind of account.

    `sentence` and `event` say why, and what would open the medium.
    """

    account: Account | None
    sentence: str
    event: str

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse the medium, or the account used for it."""
        if self.account is None:
            figures = {"channel": str(case.proposed.channel)}
            return Finding(self.sentence, figures, None, self.event)
        if case.proposed.account is not self.account:
            return None
        return Finding("channel.account", {"account": self.account}, None, "channel.official")


def read(parameters: Mapping[str, Any]) -> RefusedMedium | BarredMedium:
    """Make the rule of the parameters of a book."""
    if "circumstances" not in parameters:
        account = parameters.get("account")
        return BarredMedium(
            account=Account(account) if account else None,
            sentence=parameters.get("sentence", "channel.barred"),
            event=parameters.get("event", "channel.another"),
        )
    unnamed = parameters.get("unnamed")
    return RefusedMedium(
        circumstances=frozenset(map(CircumstanceKind, parameters["circumstances"])),
        unnamed=None if unnamed is None else frozenset(map(Target, unnamed)),
        addresses_only=parameters.get("addresses_only", False),
        confirmation=parameters.get("confirmation", False),
    )
