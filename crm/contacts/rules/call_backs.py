"""A call asked for at a time: the consent in it, and what it must not open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.contacts.rules.verifying import SPOKEN
from crm.rulebook.vocabulary import Target

LASTS = timedelta(minutes=30)
REMEMBERED = timedelta(days=1)  # what was asked for longer ago is kept, and opens nothing
OPENING = ("time_exception", "extra_calls")  # the consents that can lie in such a wish


@dataclass(frozen=True, slots=True)
class Asked:
    """A call back as it was asked for: whom to call, by which number, about which loans, when.

    `loan_ids` None: whatever he owes. `in_breach`: the contact in which he was asked was itself
    unlawful; `unproven`: another asked, or nobody made sure who did. Neither opens anything.
    """

    person_id: UUID
    contact_point_id: UUID | None
    at: datetime
    loan_ids: tuple[UUID, ...] | None = None
    more_calls: bool = False
    in_breach: bool = False
    unproven: bool = False


def is_stale(channel: str, said_at: datetime, now: datetime) -> bool:
    """Tell whether a spoken wish is written down so late that it opens nothing any more."""
    return channel in SPOKEN and now - said_at > REMEMBERED


def consents_of(
    asked: Asked, zones: Sequence[str], proposed: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the consents that lie in a call asked for, in the contract's words.

    For its half hour only, by the number and about the loans of the contact in which it was
    asked for; `proposed` is the call back as the contract proposes it. The second one, where
    more calls were asked for than the limits allow.
    """
    consent: dict[str, Any] = {
        "kind": "time_exception",
        "at": asked.at.isoformat(),
        "until": (asked.at + LASTS).isoformat(),
        "channel": "call",
        **callback_window(asked.at, tuple(zones)),
    }
    if asked.loan_ids:
        consent["debts"] = sorted(map(str, asked.loan_ids))
    if "number" in proposed:
        consent["number"] = proposed["number"]
    if asked.unproven:  # such a word opens nothing for the person whom we look for
        consent["target"] = str(Target.OTHER)
    elif proposed["target"] != Target.BORROWER:
        consent["target"] = proposed["target"]
    if asked.in_breach:
        consent["given_in_breach"] = True
    return [consent, {**consent, "kind": "extra_calls"}] if asked.more_calls else [consent]


def callback_window(at: datetime, zones: tuple[str, ...]) -> dict[str, Any]:
    """Return the clock window of a call asked for at an instant, half an hour from there.

    Where the person may be in several zones it holds in each of them, and then it is wider than
    that: the consent itself must begin at the instant and end with the half hour.
    """
    clocks = [at.astimezone(ZoneInfo(zone)) for zone in zones or ("UTC",)]
    opens = min(f"{clock:%H:%M}" for clock in clocks)
    closes = max(f"{clock + LASTS:%H:%M}" for clock in clocks)
    return {"from": opens, "to": closes, "days": sorted({it.isoweekday() for it in clocks})}
