"""Disclosures: who must be known before a debt is spoken of, and who must never hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from crm.rulebook.case import Case
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import Effect


class Before(StrEnum):
    """What stands between a debt and the person approached."""

    IDENTITY = "identity"
    STRANGER = "stranger"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Lets the debt be spoken of only once identity is verified, or to `stranger`s never.

    `agreement`: not by this medium either, unless a consent lifts the rule.
    """

    before: Before

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(Before(parameters["before"]))

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse a disclosure that is known to be wrong; require what is not known to be right."""
        proposed = case.proposed
        verified = self.before is Before.IDENTITY and proposed.identity_verified is True
        if verified or proposed.discloses_debt is False:
            return None
        if self.before is Before.IDENTITY:
            wrong = proposed.identity_verified is False
        else:
            wrong = proposed.discloses_debt is True
        key = f"disclosure.{self.before}"
        figures = {"target": str(proposed.target), "channel": str(proposed.channel)}
        if wrong:
            return Finding(key, figures, None, key)
        return Finding(key, figures, None, None, Effect.REQUIRE)
