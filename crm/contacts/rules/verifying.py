"""Who is speaking: what proves it, how often an answer may be wrong, and what may then be seen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from crm.contacts.rules.standing import OWING
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.privacy.alike import Part
from crm.words import N_

# What can be asked, and how much of it an answer must tell.
ITEMS: Mapping[str, Part] = {
    "national_id": Part.END,
    "birthday": Part.BIRTHDAY,
    "loan_number": Part.END,
    "last_payment": Part.MONTH,
    "postal": Part.TOWN,
    "phone": Part.WHOLE,
    "email": Part.WHOLE,
    "name": Part.WHOLE,
}
OF_PERSON = ("name", "national_id", "birthday")
OF_POINTS = ("phone", "email", "postal")  # any one of that kind
OF_LOANS = ("loan_number", "last_payment")
# Whoever is called by a name, reads it on an envelope, or takes the call at a number, knows it.
NO_PROOF = frozenset({"name", "phone"})
PROOFS = 2
MISSES_OF_ITEM = 3
FAILED_ITEMS = 2  # their last answer did not match
LASTS = timedelta(minutes=30)  # a call that came in longer ago is over
MISSES_OF_PERSON = 6  # within the span, over all contacts
SPAN = timedelta(hours=1)
SPOKEN = ("call", "visit", "im")  # where somebody answers at once


class Speaker(StrEnum):
    """Whom one is speaking with, as far as it was found out."""

    UNKNOWN = "unknown"
    VERIFIED = "verified"
    FAILED = "failed"  # too many answers did not match
    OTHER = "other"  # somebody else: he owes nothing, or another took the call


@dataclass(frozen=True, slots=True)
class Tried:
    """One earlier answer: in which contact, to which item, when, and whether it matched."""

    contact_of: UUID
    item: str
    at: datetime
    matches: bool


def may_try(tried: Sequence[Tried], contact_of: UUID, now: datetime) -> Verdict:
    """Let one more answer be compared; `tried` is what was answered so far, oldest first."""
    if has_failed([answer for answer in tried if answer.contact_of == contact_of]):
        why = N_("Too many answers did not match in this contact: do not speak of the debt.")
        return refuse("verification.failed", why)
    lately = sum(not answer.matches and answer.at > now - SPAN for answer in tried)
    if lately >= MISSES_OF_PERSON:
        why = N_("Too many answers about this person did not match. Try again in an hour.")
        return refuse("verification.limit", why)
    return ALLOWED


def may_ask_caller(
    started_at: datetime, recorded_by: UUID, actor_id: UUID, now: datetime
) -> Verdict:
    """Let who took a call that came in ask who is calling, while it can last."""
    if recorded_by != actor_id:
        return refuse("contact.holder", N_("Only who took the call can ask who is calling."))
    if now >= started_at + LASTS:
        why = N_("This call began half an hour ago or longer: it is over.")
        return refuse("contact.over", why)
    return ALLOWED


def has_failed(here: Sequence[Tried]) -> bool:
    """Tell whether the answers of one contact close it: three misses of one, or two failed."""
    misses = Counter(answer.item for answer in here if not answer.matches)
    failed = [matched for matched in _last(here).values() if not matched]
    return len(failed) >= FAILED_ITEMS or max(misses.values(), default=0) >= MISSES_OF_ITEM


def speaker(target: str, here: Sequence[Tried], other_at: datetime | None) -> Speaker:
    """Return whom one speaks with, by the answers of this contact, oldest first.

    `other_at` is when somebody else was found to be speaking: only what was answered after it
    proves that the person has come to the telephone.
    """
    if target not in OWING:
        return Speaker.OTHER
    if has_failed(here):
        return Speaker.FAILED if other_at is None else Speaker.OTHER
    since = [answer for answer in here if other_at is None or answer.at > other_at]
    proven = [item for item, matched in _last(since).items() if matched and item not in NO_PROOF]
    if len(proven) >= PROOFS:
        return Speaker.VERIFIED
    return Speaker.UNKNOWN if other_at is None else Speaker.OTHER


def has_handed_over(target: str, here: Sequence[Tried], other_at: datetime | None) -> bool:
    """Tell whether somebody else speaks now, and the person was proven before.

    What was promised or asked for may then be the person's own; what is owed is shut again.
    """
    if speaker(target, here, other_at) is not Speaker.OTHER or other_at is None:
        return False
    before = [answer for answer in here if answer.at <= other_at]
    return speaker(target, before, None) is Speaker.VERIFIED


def may_see_owed(speakers: Iterable[Speaker]) -> Verdict:
    """Keep what is owed closed while one speaks with somebody who was not verified.

    `speakers` are those of one's own spoken contacts, under way, with this person or about it.
    """
    found = set(speakers) - {Speaker.VERIFIED}
    if Speaker.OTHER in found:
        why = N_("You are speaking with somebody else. What is owed stays closed until you log it.")
        return refuse("owed.somebody_else", why)
    if found:
        why = N_("You are speaking with somebody who is not verified. What is owed stays closed.")
        return refuse("owed.not_verified", why)
    return ALLOWED


def _last(here: Iterable[Tried]) -> dict[str, bool]:
    return {answer.item: answer.matches for answer in here}
