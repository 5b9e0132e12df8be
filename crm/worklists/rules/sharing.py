"""Who gets whom when people are shared out, and what may be taken back: pure rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.words import N_, Word

UNDO_WITHIN = timedelta(minutes=10)  # of the last move


class Left(Word):
    """Why somebody was not moved, or not taken back."""

    GONE = "gone"  # his file is being erased
    MOVED = "moved"  # somebody else moved him meanwhile
    NOBODY_THERE = "nobody_there"  # who was to have him is away, or works here no more


@dataclass(frozen=True, slots=True)
class Taker:
    """A colleague who can be given people: how many he has, and the language he reads."""

    id: UUID
    load: int
    language: str


def shares(
    people: Sequence[tuple[UUID, str | None]], takers: Sequence[Taker], *, by_language: bool
) -> list[tuple[UUID, UUID]]:
    """Return to whom each person goes, in the order of the people (id, language or None).

    Each goes to whoever has fewest by then; `by_language`: among those who read his language, if
    any does. Of equals the first listed. Nobody to take: nothing.
    """
    if not takers:
        return []
    loads = {taker.id: taker.load for taker in takers}
    order = {taker.id: place for place, taker in enumerate(takers)}
    found = []
    for person_id, language in people:
        able = [one.id for one in takers if by_language and _reads(one.language, language)]
        chosen = min(able or order, key=lambda one: (loads[one], order[one]))
        loads[chosen] += 1
        found.append((person_id, chosen))
    return found


def _reads(known: str, language: str | None) -> bool:
    """Tell whether who reads one language reads another: zh and zh-Hant are the same here."""
    return language is not None and known.partition("-")[0] == language.partition("-")[0]


def left_because(*, alive: bool, unmoved: bool, there: bool) -> Left | None:
    """Return why a person stays where he is, or None where he goes.

    `unmoved`: he is with whom he was thought to be; `there`: who is to have him can.
    """
    if not alive:
        return Left.GONE
    if not unmoved:
        return Left.MOVED
    return None if there else Left.NOBODY_THERE


def may_undo(*, running: bool, left: int, last: datetime | None, now: datetime) -> Verdict:
    """Judge whether people may be taken back: `left` were moved, the last of them at `last`."""
    if running:
        return refuse("sharing.running", N_("People are still being moved. Stop that first."))
    if not left or last is None:
        return refuse("sharing.nothing", N_("Nobody is left to be taken back."))
    if now > last + UNDO_WITHIN:
        return refuse(
            "sharing.late", N_("Ten minutes have gone by. Share them out anew where that is due.")
        )
    return ALLOWED
