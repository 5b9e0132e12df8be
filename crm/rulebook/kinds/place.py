"""Places: where nobody may be reached, and what follows while no place is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm.rulebook.case import Case
from crm.rulebook.circumstances import bearing, in_force, of_channel, of_number, of_place, of_target
from crm.rulebook.facts import Circumstance
from crm.rulebook.kinds.stop import stopped
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import UNKNOWN_PLACE, CircumstanceKind, Place

_TIED = frozenset({Place.HOME, Place.WORK, Place.OTHER})


class Unknown(StrEnum):
    """What of the borrower's whereabouts the evidence does not show."""

    JURISDICTION = "jurisdiction"
    TIME_ZONE = "time_zone"


@dataclass(frozen=True, slots=True)
class InconvenientPlace:
    """Bars what reaches the borrower at a place he ruled out; `only` narrows it to one place."""

    only: Place | None

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse while the designation holds."""
        kinds = frozenset({CircumstanceKind.INCONVENIENT_PLACE})
        facts = bearing(rule, case, kinds, self._matches)
        return stopped(in_force(facts, case, at), case, at, "place.inconvenient", "place.allowed")

    def _matches(self, fact: Circumstance, case: Case) -> bool:
        if self.only is not None and fact.place is not self.only:
            return False
        return (
            (of_place(fact, case) if fact.place else self._tied_to_a_place(case))
            and of_number(fact, case)
            and of_channel(fact, case)
            and of_target(fact, case, None)
        )

    @staticmethod
    def _tied_to_a_place(case: Case) -> bool:
        return case.proposed.place in _TIED or case.proposed.borrower_at is not None


@dataclass(frozen=True, slots=True)
class UnknownPlace:
    """Bars contact while nothing shows where the borrower is."""

    unknown: Unknown

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse where no jurisdiction, or no time zone, follows from the evidence."""
        known = {
            Unknown.JURISDICTION: bool(case.facts.jurisdictions),
            Unknown.TIME_ZONE: bool(case.facts.zones),
        }
        if known[self.unknown]:
            return None
        sentence = f"place.unknown_{self.unknown}"
        of_zone = self.unknown is Unknown.TIME_ZONE
        event = "place.settled" if of_zone else "place.covered"
        return Finding(sentence, {"unknown": str(self.unknown)}, None, event)


@dataclass(frozen=True, slots=True)
class BarredPlace:
    """Bars every contact that the rule binds, which its `places` narrow."""

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse the place."""
        place = case.proposed.borrower_at or case.proposed.place
        figures = {"place": str(place or UNKNOWN_PLACE), "channel": str(case.proposed.channel)}
        return Finding("place.barred", figures, None, "place.consent")


@dataclass(frozen=True, slots=True)
class StandIn:
    """Says that the house's default book stands in for one that is not there."""

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Say it wherever the rule binds, which its `jurisdictions` narrow."""
        return Finding("place.default_book", {})


def read(
    parameters: Mapping[str, Any],
) -> InconvenientPlace | UnknownPlace | BarredPlace | StandIn:
    """Make the rule of the parameters of a book."""
    if parameters.get("stand_in"):
        return StandIn()
    if parameters.get("barred"):
        return BarredPlace()
    if "unknown" in parameters:
        return UnknownPlace(Unknown(parameters["unknown"]))
    only = parameters.get("only")
    return InconvenientPlace(Place(only) if only else None)
