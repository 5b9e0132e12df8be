"""In which order work is offered: lawful now first, then whoever can be reached soonest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from crm.gate.listing import both_ways

NOW, LATER, NEVER = "now", "later", "never"
SHOWS = (NOW, LATER, NEVER)
EARLY = timedelta(minutes=15)  # before its time, a call back counts as made

LASTS = timedelta(minutes=30)  # what somebody who wants a call at a time allows for it


def state_of_call_back(at: datetime, now: datetime, *, made: bool) -> str:
    """Return made, missed (its half hour is over), now, or later."""
    if made:
        return "made"
    if now >= at + LASTS:
        return "missed"
    return NOW if now >= at else LATER


_FAR = datetime.max.replace(tzinfo=UTC)


def best_line(lines: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the line to try first: one that is lawful, else the one that is free soonest."""
    return min(lines, key=_soonest, default=None)


def state_of(line: Mapping[str, Any] | None) -> str:
    """Return now, later (a moment is known) or never (an event must come first, or no way)."""
    if line is None:
        return NEVER
    if line["allowed"]:
        return NOW
    return LATER if line["next_allowed_at"] else NEVER


def is_near(line: Mapping[str, Any]) -> bool:
    """Tell whether a limit of this line is used up, or has one slot left and some used."""
    counted = (found for found in line["reasons"] if found["limit"] and found["used"])
    return any(found["limit"] - found["used"] <= 1 for found in counted)


def in_order(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return work in its order.

    An open permit of one's own comes before everything: it must be logged. Then what is lawful
    now, what closes soonest and is longest overdue first; then the rest by when it returns.
    """
    return sorted(items, key=_rank)


def in_sort(items: Sequence[Mapping[str, Any]], sort: str | None) -> Sequence[Mapping[str, Any]]:
    """Return work by one of SORTS instead, what is equal in it in the order of `in_order`.

    Whoever has nothing to sort by comes last, but for the last contact: never is longest ago.
    """
    if sort is None:
        return items
    key = SORTED_BY[sort.removeprefix("-")]
    known = [item for item in items if key(item) is not None]
    unknown = [item for item in items if key(item) is None]
    if sort == "-overdue":  # amounts of two currencies are not compared: each by itself
        known.sort(key=lambda item: item["overdue"], reverse=True)
        known.sort(key=lambda item: item["currency"])
    else:
        known.sort(key=key, reverse=sort.startswith("-"))
    return unknown + known if sort == "last" else known + unknown


SORTED_BY: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "days": lambda item: item["days_past_due"],
    "overdue": lambda item: (item["currency"], item["overdue"]) if item["currency"] else None,
    "last": lambda item: item["last"] and item["last"]["started_at"],
}
SORTS = both_ways(*SORTED_BY)


def _rank(item: Mapping[str, Any]) -> tuple[Any, ...]:
    line, state = item["line"], item["state"]
    begun = not item["permit_id"]
    days = -(item["days_past_due"] or 0)
    if state == NOW:
        closing = line["closes_at"] if line["soon"] and line["closes_at"] else _FAR
        return begun, 0, closing, days, str(item["id"])
    returns = line["next_allowed_at"] if state == LATER else _FAR
    return begun, 1 + (state == NEVER), returns, days, str(item["id"])


def _soonest(line: Mapping[str, Any]) -> tuple[bool, bool, datetime]:
    return not line["allowed"], line["soon"], line["next_allowed_at"] or _FAR
