"""A stop or consent of a file against those like it here: same person, kind and bounds. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from crm.loans.imports.conflicts import Clash

# None: nothing here is like it. Else the row it meets, and why it stays out: None where it says
# nothing new.
Met = tuple[Clash | None, UUID] | None


def stop_clash(told: Mapping[str, Any], alike: Sequence[Any]) -> Met:
    """Return what keeps a stop of a file out; a stop that stands here is never made shorter.

    One that begins earlier than it is new: what stands here says nothing of the days before.
    A stop that two people lifted comes back only where the file dates it after that day.
    """
    for row in reversed(alike):
        if row.lifted_at is not None:
            if not _after(told["since"], row.lifted_at):
                return Clash.STOP_LIFTED, row.id
        elif _before(told["since"], row.since):
            continue
        elif row.until == told.get("until"):
            return None, row.id
        elif _lasts(row.until, told.get("until")):
            return Clash.STOP_HOLDS, row.id
    return None


def consent_clash(told: Mapping[str, Any], alike: Sequence[Any]) -> Met:
    """Return what keeps a consent of a file out: one that was revoked here since, or the same."""
    for row in reversed(alike):
        if row.revoked_at is not None:
            if not _after(told["at"], datetime.fromisoformat(row.revoked_at)):
                return Clash.CONSENT_REVOKED, row.id
        elif (row.at, row.until) == (told["at"], told.get("until")):
            return None, row.id
    return None


def _after(bound: str, ended_at: datetime) -> bool:
    """Tell whether something of a file began after it had ended here."""
    if len(bound) > len("2026-04-03"):
        return datetime.fromisoformat(bound) > ended_at
    return date.fromisoformat(bound) > ended_at.date()


def _before(told: str, here: str) -> bool:
    """Tell whether something of a file begins earlier; by the day where either names only that."""
    if min(len(told), len(here)) > len("2026-04-03"):
        return datetime.fromisoformat(told) < datetime.fromisoformat(here)
    return _day(told) < _day(here)


def _lasts(here: str | None, told: str | None) -> bool:
    """Tell whether what stands here lasts longer than the file says."""
    return here is None or (told is not None and _day(told) < _day(here))


def _day(bound: str) -> str:
    return bound[:10]
