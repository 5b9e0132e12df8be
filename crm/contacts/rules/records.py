"""What a contact record says for counting: its mark, whether it is exempt, what loosens it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from crm.rulebook.vocabulary import (
    INBOUND_OUTCOMES,
    OUTCOME_CLASSES,
    UNANSWERED,
    Channel,
    Direction,
    Outcome,
    Purpose,
)

OWN_SLIP = timedelta(minutes=2)
MOST_SLIPS = 3  # within SLIPS_IN, that give back a slot without a second person
SLIPS_IN = timedelta(days=1)


class Mark(StrEnum):
    """Why a contact had no permit; exactly one where it had none."""

    INBOUND = "inbound"
    LATE_LAWFUL = "late_lawful"
    LATE_UNLAWFUL = "late_unlawful"
    OUTAGE = "outage"
    EXTERNAL_FILE = "external_file"


def mark_of(*, inbound: bool, imported: bool, in_outage: bool, lawful: bool) -> Mark:
    """Return the one mark of a contact without a permit.

    The mark says why there was none; whether it was lawful says its stored decision.
    """
    if imported:
        return Mark.EXTERNAL_FILE
    if inbound:
        return Mark.INBOUND
    if in_outage:
        return Mark.OUTAGE
    return Mark.LATE_LAWFUL if lawful else Mark.LATE_UNLAWFUL


# The purposes that may answer or serve, and the field whose presence proves that one does. A
# notice required by law, or an alarm, has no such field yet: it counts like any contact.
_PROOF: Mapping[str, str] = {
    Purpose.REPLY: "in_reply_to_at",
    Purpose.OPT_OUT_CONFIRMATION: "in_reply_to_at",
    Purpose.SERVICE: "in_reply_to_at",
    Purpose.COMPLAINT_REPLY: "in_reply_to_at",
}


def is_exempt(proposed: Mapping[str, Any]) -> bool:
    """Tell whether a contact answers or serves, with the fact that makes it so."""
    proof = _PROOF.get(proposed.get("purpose", Purpose.COLLECTION))
    return proof is not None and proposed.get(proof) is not None


_NOBODY = UNANSWERED | {Outcome.NOBODY_HOME}
_MESSAGES = frozenset({Outcome.DELIVERED, Outcome.NOT_DELIVERED})
_CALLS = UNANSWERED | {
    Outcome.ANSWERED_HANGUP,
    Outcome.CONVERSATION,
    Outcome.EFFECTIVE_CONVERSATION,
}
_POSSIBLE: Mapping[str, frozenset[Outcome]] = {
    Channel.CALL: _CALLS,
    Channel.RINGLESS_VOICEMAIL: frozenset(
        {Outcome.VOICEMAIL_LEFT, Outcome.VOICEMAIL_FULL, Outcome.NOT_IN_SERVICE}
    ),
    Channel.VISIT: frozenset(
        {
            Outcome.NOBODY_HOME,
            Outcome.MET,
            Outcome.REJECTED,
            Outcome.CONVERSATION,
            Outcome.EFFECTIVE_CONVERSATION,
        }
    ),
}


def is_possible(channel: str, outcome: str, *, inbound: bool) -> bool:
    """Tell whether such an outcome can come of such a contact; pending is none."""
    if inbound:
        return outcome in INBOUND_OUTCOMES
    return outcome in _POSSIBLE.get(channel, _MESSAGES)


def nobody_spoke(outcome: str) -> bool:
    """Tell whether such a contact reached nobody who could have answered anything."""
    return outcome in _NOBODY


def is_conversation(outcome: str) -> bool:
    """Tell whether somebody was spoken to: then other reservations are judged anew."""
    return outcome in OUTCOME_CLASSES["conversation"]


def is_breach(direction: str, *, allowed: bool) -> bool:
    """Tell whether we began a contact that was refused: what is agreed to in it does not count."""
    return direction == Direction.OUTBOUND and not allowed


@dataclass(frozen=True, slots=True)
class Counted:
    """What of a record the limits count."""

    outcome: str
    loan_ids: frozenset[str]
    started_at: datetime
    number: UUID | None = None  # the contact point
    dropped: bool = False  # the line broke off


def is_elsewhere(old: Counted, new: Counted) -> bool:
    """Tell whether it was at another instant or by another number: then it is judged anew."""
    return old.started_at != new.started_at or old.number != new.number


def loosens(old: Counted, new: Counted) -> bool:
    """Tell whether a correction takes the contact out of something that counted it.

    Out of a class of outcomes, off a loan, or to another instant or number: each gives back a slot.
    Nor is it found afterwards that a call broke off, or did not: that can be ground for another.
    """
    left = any(old.outcome in outcomes and new.outcome not in outcomes for outcomes in _classes())
    anew = new.dropped is not old.dropped
    return left or anew or not old.loan_ids <= new.loan_ids or is_elsewhere(old, new)


def is_own_slip(
    recorded_by: object, recorded_at: datetime, corrected_by: object, now: datetime
) -> bool:
    """Tell whether an author mends his own record within two minutes."""
    return recorded_by == corrected_by and now - recorded_at <= OWN_SLIP


def may_mend_alone(mended: int) -> bool:
    """Tell whether one more own slip may give back a slot by its author's word alone.

    `mended`: how many did so in the day before. Decision 0022 says why there is a bound.
    """
    return mended < MOST_SLIPS


def _classes() -> Collection[frozenset[Outcome]]:
    effective = frozenset({Outcome.EFFECTIVE_CONVERSATION})
    return (*OUTCOME_CLASSES.values(), effective, INBOUND_OUTCOMES)
