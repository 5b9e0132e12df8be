"""How often whoever speaks may answer wrongly: a stranger does not try until it fits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.words import N_

OF_PERSON = ("name", "national_id")  # what a person may be asked
OF_POINTS = ("phone", "email", "postal")  # any one of that kind
MISSES_OF_ITEM = 3
FAILED_ITEMS = 2  # their last answer did not match
MISSES_OF_PERSON = 6  # within the span, over all contacts
SPAN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Tried:
    """One earlier answer: in which contact, to which item, when, and whether it matched."""

    contact_of: UUID
    item: str
    at: datetime
    matches: bool


def may_try(tried: Sequence[Tried], contact_of: UUID, now: datetime) -> Verdict:
    """Let one more answer be compared; `tried` is what was answered so far, oldest first."""
    here = [answer for answer in tried if answer.contact_of == contact_of]
    misses = Counter(answer.item for answer in here if not answer.matches)
    failed = [matched for matched in {a.item: a.matches for a in here}.values() if not matched]
    if len(failed) >= FAILED_ITEMS or max(misses.values(), default=0) >= MISSES_OF_ITEM:
        why = N_("Too many answers did not match in this contact: do not speak of the debt.")
        return refuse("verification.failed", why)
    lately = sum(not answer.matches and answer.at > now - SPAN for answer in tried)
    if lately >= MISSES_OF_PERSON:
        why = N_("Too many answers about this person did not match. Try again in an hour.")
        return refuse("verification.limit", why)
    return ALLOWED
