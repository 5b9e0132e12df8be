"""The typed form of a facts document: everything the engine may know, and nothing it may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from crm.rulebook.moments import Window
from crm.rulebook.vocabulary import (
    Account,
    AddressType,
    Agent,
    Channel,
    CircumstanceKind,
    ConsentKind,
    Direction,
    Format,
    Ground,
    Outcome,
    Place,
    Product,
    Purpose,
    Receiver,
    Role,
    Target,
    Whereabouts,
)

# An instant (aware, UTC), or a whole calendar day in the borrower's own zone.
Bound: TypeAlias = datetime | date


class BadFacts(ValueError):
    """A facts document that cannot be judged: the field at fault, and why."""

    def __init__(self, field: str, reason: str) -> None:
        # What was sent may hold half a character, which no terminal and no log could take.
        self.field, self.reason = (
            text.encode("utf-8", "backslashreplace").decode() for text in (field, reason)
        )
        super().__init__(f"{self.field}: {self.reason}" if field else self.reason)

    def within(self, key: str) -> BadFacts:
        """Give the same fault as seen from the document that holds the field under `key`."""
        return BadFacts(f"{key}.{self.field}" if self.field else key, self.reason)


class Debt(NamedTuple):
    """What the rules may ask of one debt."""

    kind: Product | None
    account: str | None
    days_past_due: int | None
    time_barred: bool | None


class Circumstance(NamedTuple):
    """What is known about the borrower that may stop or shape a contact."""

    kind: CircumstanceKind
    since: Bound | None
    until: Bound | None
    debts: frozenset[str] | None
    channel: Channel | None
    number: str | None
    place: Place | None
    target: Target | None
    window: Window | None
    released_at: Bound | None
    validation_period_ends: Bound | None
    verified_at: Bound | None


class Consent(NamedTuple):
    """What was allowed, by whom and for how long."""

    kind: ConsentKind
    at: Bound
    until: Bound | None
    revoked_at: Bound | None
    given_to: Receiver
    given_in_breach: bool
    debts: frozenset[str] | None
    channel: Channel | None
    number: str | None
    place: Place | None
    target: Target | None
    window: Window | None


class Contact(NamedTuple):
    """An earlier contact or attempt; `zone` only where it differs from today's."""

    at: datetime
    channel: Channel
    outcome: Outcome
    target: Target
    debts: frozenset[str] | None
    number: str | None
    place: Place | None
    zone: ZoneInfo | None
    agent: Agent | None
    exempt: bool


class Proposed(NamedTuple):
    """The contact to be judged; `at_text` is the instant as it was written."""

    at: datetime
    at_text: str
    channel: Channel
    target: Target
    debts: tuple[str, ...]
    number: str | None
    place: Place | None
    borrower_at: Whereabouts | None
    purpose: Purpose
    in_reply_to_at: datetime | None
    in_reply_to_channel: Channel | None
    agent: Agent | None
    discloses_debt: bool | None
    identity_verified: bool | None
    opt_out_notice: bool | None
    announced: bool | None
    format: Format | None
    address_type: AddressType | None
    account: Account | None
    agency_listed: bool | None
    direction: Direction
    ground: Ground | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything needed to judge one proposed contact; `digest` is that of the document read."""

    jurisdictions: tuple[str, ...]
    role: Role
    zones: tuple[ZoneInfo, ...]
    debts: dict[str, Debt]
    circumstances: tuple[Circumstance, ...]
    consents: tuple[Consent, ...]
    history: tuple[Contact, ...]
    proposed: Proposed
    digest: str
