"""The compliance console: figures of some days against those before them, each with its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from crm.contacts.callers.away import callers_counted
from crm.contacts.queries.console.counts import (
    COUNTED,
    contacts_counted,
    findings_counted,
    requests_counted,
)
from crm.contacts.queries.console.near import near_limits
from crm.contacts.queries.console.stops import stops_counted
from crm.contacts.queries.console.week import heat_of
from crm.contacts.queries.span import Span
from crm.gate.action import Subject
from crm.gate.listing import Listing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.models import account, team
from crm.identity.queries import names_of
from crm.privacy.masks import Context
from crm.words import N_

FIGURES = (*COUNTED, "asked", "refused")
NEAR = Listing("near", "/compliance/near-limits", N_("People near a limit"))
SHOWN = 10  # of the people near a limit, and of the slowest stops; their lists have all


@dataclass(frozen=True)
class Console(Question, needs=Permission.READ_FINDINGS, recorded_as="contacts.console.viewed"):
    """What compliance looks at first, in the actor's reach.

    `since` and `until` (not included) are days of the actor's own zone, the last four weeks if
    none are given, each figure beside that of as many days before. `by` and `team` leave what one
    colleague or one team did.
    """

    since: date | None = None
    until: date | None = None
    by: UUID | None = None
    team: UUID | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it in a number of statements that never grows."""
        span = Span.of(reader, self.since, self.until)
        made = contacts_counted(reader, span, self.by, self.team)
        asked = requests_counted(reader, span, self.by, self.team)
        teams = _teams(reader)
        near = near_limits(reader, self.by, self.team)
        return {
            "filters": self,
            "since": span.since,
            "until": span.until,
            "zone": str(span.zone),
            "findings": findings_counted(reader, self.by, self.team),
            "figures": _figures(made, asked),
            "colleagues": _colleagues(reader, made, asked, teams),
            "teams": sorted({(str(t_id), name) for t_id, name in teams.values() if t_id}),
            "heat": heat_of(reader, span, self.by, self.team),
            "stops": stops_counted(reader, span, self.by, self.team, SHOWN),
            "callers": callers_counted(reader, span, self.by, self.team),
            "near": {**near, "items": near["items"][:SHOWN]},
        }


def _figures(made: Sequence[Any], asked: Sequence[Any]) -> dict[str, dict[str, int]]:
    """Return each figure now and before, over all colleagues."""
    return {
        name: {
            when: sum(row.get(name, 0) for row in (*made, *asked) if row["now"] is is_now)
            for when, is_now in (("now", True), ("before", False))
        }
        for name in FIGURES
    }


def _colleagues(
    reader: Reader,
    made: Sequence[Any],
    asked: Sequence[Any],
    teams: dict[UUID, tuple[UUID | None, str | None]],
) -> list[dict[str, Any]]:
    """Return the figures of each colleague, those of a team together, the unlawful first."""
    found: dict[UUID, dict[str, Any]] = {}
    for row in (*made, *asked):
        if row["now"]:
            mine = found.setdefault(row["by"], dict.fromkeys(FIGURES, 0) | {"by": row["by"]})
            mine.update({name: row[name] for name in FIGURES if name in row})
    names = names_of(reader, set(found))
    for by, row in found.items():
        row["team_id"], row["team"] = teams.get(by, (None, None))
        row["name"] = names.get(by)
    return sorted(
        found.values(),
        key=lambda row: (row["team"] or "", -row["unlawful"], -row["made"]),
    )


def _teams(reader: Reader) -> dict[UUID, tuple[UUID | None, str | None]]:
    query = select(account.c.id, account.c.team_id, team.c.name)
    rows = reader.all(query.outerjoin(team, team.c.id == account.c.team_id))
    return {row.id: (row.team_id, row.name) for row in rows}


@dataclass(frozen=True)
class NearLimits(Question, needs=Permission.READ_FINDINGS, recorded_as="contacts.near.listed"):
    """Everybody near a limit now, the tightest first."""

    by: UUID | None = None
    team: UUID | None = None
    context: ClassVar[Context] = Context.LIST

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return them."""
        return near_limits(reader, self.by, self.team, self.context) | {"filters": self}

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were shown."""
        return {"shown": result["count"]}
