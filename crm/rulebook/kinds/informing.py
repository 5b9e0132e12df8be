"""Kinds that judge no contact: what is recorded, how long it is kept, when a claim is barred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from crm.rulebook.case import Case
from crm.rulebook.rule import Finding, Rule


@dataclass(frozen=True, slots=True)
class Informing:
    """A rule that rooms read and that has nothing to say of a contact."""

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Say nothing."""
        return None


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time by the calendar; several units add up."""

    years: int
    months: int
    days: int

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make it of the parameters of a book."""
        return cls(*(parameters.get(unit, 0) for unit in ("years", "months", "days")))


@dataclass(frozen=True, slots=True)
class Recording(Informing):
    """Contacts by the channels of the rule are recorded; `announced`: the other side is told."""

    announced: bool

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(parameters.get("announced", False))


@dataclass(frozen=True, slots=True)
class Retention(Informing):
    """How long `what` (records or recordings) is kept at least, counted from `starts`."""

    what: str
    span: Span
    starts: str

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(parameters["what"], Span.read(parameters), parameters["from"])


@dataclass(frozen=True, slots=True)
class Limitation(Informing):
    """After how long a claim can no longer be enforced, and what makes the time run anew.

    `to_year_end`: it runs on to the end of the calendar year in which the time is over.
    """

    span: Span
    to_year_end: bool
    interrupted_by: frozenset[str]

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        return cls(
            Span.read(parameters),
            parameters.get("to_year_end", False),
            frozenset(parameters.get("interrupted_by", ())),
        )
