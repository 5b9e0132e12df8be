"""What a rule is, and what it finds in a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias

from crm.rulebook.case import Case
from crm.rulebook.facts import Proposed
from crm.rulebook.vocabulary import (
    Agent,
    Channel,
    ConsentKind,
    Direction,
    Effect,
    Ground,
    Place,
    Product,
    Purpose,
    Receiver,
    Role,
    Target,
)

Figures: TypeAlias = Mapping[str, str | int | None]


class Basis(StrEnum):
    """How strong the ground is on which a rule stands."""

    STATUTE = "statute"
    REGULATION = "regulation"
    GUIDANCE = "guidance"
    SELF_REGULATION = "self_regulation"
    PRESUMPTION = "presumption"
    HOUSE = "house"


class Source(StrEnum):
    """How the source of a rule was checked."""

    TEXT = "text"
    SUMMARY = "summary"
    RECALLED = "recalled"


class ReplyTerms(StrEnum):
    """When one answer to the borrower's own message escapes a rule.

    `once`: by the medium of the message, until it has been answered; `same_day`: besides, only on
    the day the message came; `stretch`: besides, only as long as the rule has barred contact
    without a break since the message came.
    """

    ONCE = "once"
    SAME_DAY = "same_day"
    STRETCH = "stretch"


class Finding(NamedTuple):
    """What a rule objects to at an instant.

    `until`: the rule objects at least until then, without a break; None where only an event, whose
    key is `event`, ends it. `sentence` is the key of the sentence made of the figures.
    """

    sentence: str
    figures: Figures
    until: datetime | None = None
    event: str | None = None
    effect: Effect | None = None


class Judgement(Protocol):
    """A kind of rule with its parameters filled in."""

    def judge(self, rule: Rule, case: Case, at: datetime) -> Finding | None:
        """Say what stands against the contact at that instant, or None."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a book; a set that is None leaves its field unrestricted.

    `jurisdictions`: binds only where one of those books applies. `spares_past_due_over`: says
    nothing where every debt is more days past due; `spares_past_due_up_to`: where none is.
    `agents`: binds such speakers only. `informs`: judges no contact, only tells rooms of a duty or
    a period.
    """

    id: str
    title: str
    kind: str
    citation: str
    basis: Basis
    source: Source
    effect: Effect
    enabled: bool
    inbound: bool
    channels: frozenset[Channel] | None
    targets: frozenset[Target] | None
    purposes: frozenset[Purpose] | None
    places: frozenset[Place | None] | None
    spares: frozenset[Purpose]
    spares_notices_on: frozenset[Product]
    spares_past_due_over: int | None
    spares_past_due_up_to: int | None
    agents: frozenset[Agent] | None
    jurisdictions: frozenset[str] | None
    collectors: frozenset[Role]
    products_spared: frozenset[Product]
    consents: frozenset[ConsentKind]
    consents_given_to: frozenset[Receiver]
    reply: ReplyTerms | None
    grounds: frozenset[Ground]
    of_circumstances: bool
    informs: bool
    judgement: Judgement
    note: str | None

    @property
    def sparing(self) -> tuple[object, ...]:
        """Everything on which it depends what debts the rule spares."""
        return (
            self.products_spared,
            self.spares_notices_on,
            self.spares_past_due_over,
            self.spares_past_due_up_to,
        )

    def binds(self, role: Role, proposed: Proposed) -> bool:
        """Tell whether such a contact by such a collector can come under the rule at all."""
        return (
            self.enabled
            and not self.informs
            and role in self.collectors
            and (self.inbound or proposed.direction is Direction.OUTBOUND)
            and (self.channels is None or proposed.channel in self.channels)
            and (self.targets is None or proposed.target in self.targets)
            and (self.purposes is None or proposed.purpose in self.purposes)
            and proposed.purpose not in self.spares
            and (self.agents is None or proposed.agent in self.agents)
            and (self.places is None or not self.places.isdisjoint(reached_by(proposed)))
        )


def reached_by(proposed: Proposed) -> frozenset[Place | None]:
    """Give the places a contact reaches: that of the line or address, and where the person is."""
    places = {proposed.place}
    if proposed.borrower_at is not None:
        places.add(Place(str(proposed.borrower_at)))
        places.discard(None)
    return frozenset(places)
