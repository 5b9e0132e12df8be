"""What a house must know of the time before it, before the first permit is given."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum


class DayOne(StrEnum):
    """What must be brought in, or attested to be nothing."""

    STOPS = "stops"  # opt-outs, attorneys, bankruptcies and the like that others were told
    CONTACTS = "contacts"  # the contacts that a limit could still count


class Answer(StrEnum):
    """How one of them was answered."""

    FILE = "file"  # a file brought it in
    ATTESTED = "attested"  # two people say that there is nothing
    BEFORE = "before"  # the house was at work before this was asked


def unanswered(answered: Collection[str]) -> tuple[DayOne, ...]:
    """Return what is still open, in its order."""
    return tuple(one for one in DayOne if one not in answered)


def reaches_back(oldest: datetime | None, now: datetime, days: int) -> bool:
    """Tell whether contacts from `oldest` on fill the longest window that a book counts over."""
    return oldest is not None and oldest <= now - timedelta(days=days)
