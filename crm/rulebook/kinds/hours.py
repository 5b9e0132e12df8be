"""Hours: when the local clock of the person approached allows a contact to start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from crm.rulebook.case import Case
from crm.rulebook.circumstances import (
    bearing,
    in_force,
    of_channel,
    of_number,
    of_place,
    of_target,
)
from crm.rulebook.facts import Circumstance
from crm.rulebook.kinds.stop import stopped
from crm.rulebook.moments import Window, inside, next_edge
from crm.rulebook.rule import Finding, Rule
from crm.rulebook.vocabulary import CircumstanceKind


@dataclass(frozen=True, slots=True)
class Hours:
    """Allows contact only within the window, in every zone the person may be in.

    `opens` is inclusive and `closes` exclusive: 08:00:00 is open, 21:00:00 is closed.
    """

    opens: str
    closes: str
    window: Window
    sentence: str

    @classmethod
    def read(cls, parameters: Mapping[str, Any]) -> Self:
        """Make the rule of the parameters of a book."""
        opens, closes = parameters["from"], parameters["to"]
        window = Window(_seconds(opens), _seconds(closes))
        return cls(opens, closes, window, parameters.get("sentence", "hours.closed"))

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse where it is too early or too late; until the window next opens there."""
        for zone in case.clocks:
            if not inside(self.window, zone, at):
                local = at.astimezone(zone)
                figures = {
                    "local": f"{local.hour:02}:{local.minute:02}:{local.second:02}",
                    "zone": str(zone),
                    "opens": self.opens,
                    "closes": self.closes,
                }
                return Finding(self.sentence, figures, next_edge(self.window, zone, at))
        return None


@dataclass(frozen=True, slots=True)
class DesignatedTimes:
    """Bars the times the borrower called inconvenient."""

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Refuse while such a time lasts in any zone the person may be in."""
        kinds = frozenset({CircumstanceKind.INCONVENIENT_TIME})
        facts = bearing(rule, case, kinds, self._matches)
        return stopped(in_force(facts, case, at), case, at, "hours.designated", "hours.allowed")

    @staticmethod
    def _matches(fact: Circumstance, case: Case) -> bool:
        return (
            of_number(fact, case)
            and of_channel(fact, case)
            and (fact.place is None or of_place(fact, case))
            and of_target(fact, case, None)
        )


def read(parameters: Mapping[str, Any]) -> Hours | DesignatedTimes:
    """Make the rule of the parameters of a book."""
    return DesignatedTimes() if parameters.get("designated") else Hours.read(parameters)


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60
