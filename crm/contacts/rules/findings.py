"""What a finding is: which records open one, when it is due, and the words that settle it.

The words stay in the ledger for ever, so they are of closed lists; what needs a sentence is sealed.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from crm.contacts.rules.records import Mark


class FindingKind(StrEnum):
    """Why a record needs somebody to look at it."""

    UNLAWFUL = "unlawful"  # its decision was a refusal
    UNMATCHED = "unmatched"  # lawful, but made without a permit though one could be had


class Cause(StrEnum):
    """How it came about."""

    NOT_ASKED = "not_asked"  # nobody asked for a permit
    NO_ACCESS = "no_access"  # the system could not be reached
    WRONG_DATA = "wrong_data"  # what was known of the person was wrong or old
    MISREAD = "misread"  # the rule was not known, or misunderstood
    OTHER_SYSTEM = "other_system"  # another system or firm made it
    FAULT = "fault"  # a fault of the program
    KNOWINGLY = "knowingly"
    MISRECORDED = "misrecorded"  # the record is wrong, not the contact
    OTHER = "other"


class Effect(StrEnum):
    """What it did to the person."""

    NONE = "none"
    UNTIMELY = "untimely"  # disturbed at a forbidden time
    TOO_OFTEN = "too_often"
    STOP_PASSED = "stop_passed"  # contacted although contact was stopped
    DISCLOSED = "disclosed"  # somebody else learnt of the debt
    DISTRESS = "distress"
    LOSS = "loss"  # of money
    UNKNOWN = "unknown"


class Remedy(StrEnum):
    """What was done about it."""

    NOT_NEEDED = "not_needed"
    APOLOGY = "apology"
    STOP_KEPT = "stop_kept"  # the stop was recorded, and binds from now on
    DATA_MENDED = "data_mended"
    TRAINING = "training"
    RULE_CHANGED = "rule_changed"  # a house limit or a way of working
    COMPENSATION = "compensation"
    OTHER = "other"


class Report(StrEnum):
    """Whether it must be reported, and to whom."""

    NOT_NEEDED = "not_needed"
    REGULATOR = "regulator"
    CREDITOR = "creditor"  # whose loan it is
    PERSON = "person"


class Age(StrEnum):
    """How long a finding has been open."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    OLDER = "older"


# From how many days on, and below how many, a finding is of that age.
AGES: Mapping[Age, tuple[int, int | None]] = {
    Age.WEEK: (0, 7),
    Age.FORTNIGHT: (7, 14),
    Age.MONTH: (14, 30),
    Age.OLDER: (30, None),
}
# A house's own measure, not a law's: what was unlawful is settled first.
_DAYS = {FindingKind.UNLAWFUL: 7, FindingKind.UNMATCHED: 14}
SETTLED_BY = ("cause", "effect", "remedy", "report")


def kind_of(mark: str | None, *, lawful: bool) -> FindingKind | None:
    """Return what finding a record opens, by its mark and its decision; None: it opens none."""
    if not lawful:
        return FindingKind.UNLAWFUL
    return FindingKind.UNMATCHED if mark == Mark.LATE_LAWFUL else None


def is_charged(mark: str | None) -> bool:
    """Tell whether a finding is charged to whoever made the record."""
    return mark == Mark.LATE_UNLAWFUL


def due_on(kind: FindingKind, opened_at: datetime) -> date:
    """Return the day by which a finding should be settled."""
    return opened_at.date() + timedelta(days=_DAYS[kind])


def missing(row: Any) -> list[str]:
    """Return which of the answers that settle a finding are not given yet."""
    return [name for name in SETTLED_BY if getattr(row, name) is None]


def opened_between(age: str, now: datetime) -> tuple[datetime | None, datetime]:
    """Return after which instant (None: any) and until which a finding of that age was opened."""
    youngest, oldest = AGES[Age(age)]
    after = None if oldest is None else now - timedelta(days=oldest)
    return after, now - timedelta(days=youngest)
