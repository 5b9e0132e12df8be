"""A stored decision's facts as they are known now: what came late, and what was corrected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

PENDING = "pending"

Fact = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Learned:
    """One fact that stood otherwise then: `then` None: it was not known; `now` None: withdrawn."""

    kind: str  # contact, circumstance or consent
    then: Fact | None
    now: Fact | None


def hindsight(then: dict[str, Any], now: Mapping[str, Any], *, since: datetime) -> dict[str, Any]:
    """Return the facts of `then` with history, circumstances and consents as known `now`.

    `now` are the facts of the same contact at the same instant, gathered today; `since` is how
    far back the books of then looked. Only what can be dated before the contact is taken over:
    a stop without a date may be younger than the contact.
    """
    at = datetime.fromisoformat(then["proposed"]["at"])
    history = _history(then["history"], now["history"], since)
    named = {debt for item in history for debt in item["debts"]} - then["debts"].keys()
    added = {name: now["debts"][name] for name in sorted(named) if name in now["debts"]}
    return then | {
        "history": history,
        "debts": then["debts"] | added,
        "circumstances": [
            *then["circumstances"],
            *_dated_before(at, "since", then["circumstances"], now["circumstances"]),
        ],
        "consents": [
            *then["consents"],
            *_dated_before(at, "at", then["consents"], now["consents"]),
        ],
    }


def learned(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Learned]:
    """Yield what differs between two facts documents of one contact, contacts first."""
    before = {_which(item): item for item in then["history"]}
    after = {_which(item): item for item in now["history"]}
    for which in sorted(before.keys() | after.keys()):
        if before.get(which) != after.get(which):
            yield Learned("contact", before.get(which), after.get(which))
    for kind in ("circumstance", "consent"):
        known = then[kind + "s"]
        yield from (Learned(kind, None, fact) for fact in now[kind + "s"] if fact not in known)


def _history(then: Sequence[Fact], now: Sequence[Fact], since: datetime) -> list[Fact]:
    """Return today's history, with the permits that were open then and came to nothing."""
    recent = [
        item
        for item in now
        if item["outcome"] != PENDING and datetime.fromisoformat(item["at"]) >= since
    ]
    become = {_which(item) for item in recent}
    open_then = [item for item in then if item["outcome"] == PENDING and _which(item) not in become]
    return sorted([*recent, *open_then], key=lambda item: datetime.fromisoformat(item["at"]))


def _which(item: Fact) -> tuple[str, str, str]:
    """Return what tells one contact from another in a history."""
    return item["at"], item["channel"], str(item.get("number"))


def _dated_before(
    at: datetime, field: str, then: Sequence[Fact], now: Sequence[Fact]
) -> Iterator[Fact]:
    for fact in now:
        bound = fact.get(field)
        if fact not in then and bound is not None and _begins(str(bound), at) <= at:
            yield fact


def _begins(bound: str, at: datetime) -> datetime:
    """Return the instant of a bound; a day begins where the contact's own clock says so."""
    if len(bound) > len("2026-04-03"):
        return datetime.fromisoformat(bound)
    day = date.fromisoformat(bound)
    return datetime(day.year, day.month, day.day, tzinfo=at.tzinfo)
