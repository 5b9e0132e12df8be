"""Who serves a caller, how often one may look, and when a file is held for him."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crm.contacts.rules.records import OWN_SLIP, may_mend_alone
from crm.contacts.rules.verifying import LASTS, NO_PROOF, PROOFS, Tried
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.identity.roles import Role
from crm.rulebook.vocabulary import CircumstanceKind
from crm.words import N_

HELD_FOR = timedelta(minutes=30)
SPAN = timedelta(hours=1)
MOST_LOOKS = 20  # within the span, by one colleague: more calls than anybody takes
OVER = "caller.over"
MOST_IN_VAIN = 6  # of them without anybody found

# Whom only those serve who are trained for it.
WITH_CARE = frozenset(
    {
        CircumstanceKind.VULNERABLE,
        CircumstanceKind.BEREAVEMENT,
        CircumstanceKind.HOSPITALISED,
        CircumstanceKind.MINOR,
    }
)


class Found(StrEnum):
    """What a look at a number or a loan gave."""

    ONE = "one"
    SEVERAL = "several"  # they share it: ask for the name
    NOBODY = "nobody"
    RESERVED = "reserved"  # one, whom another desk serves
    REFUSED = "refused"  # nobody was looked for: too many looks within the hour


class Away(StrEnum):
    """Why a caller was turned away."""

    RESERVED = "reserved"  # his file is served by another desk
    FAILED = "failed"  # too many answers did not match
    LIMIT = "limit"  # whoever took the call had looked too often


class Stranger(StrEnum):
    """What somebody says who calls by a borrower's number and is not the borrower."""

    WRONG_NUMBER = "wrong_number"  # he does not know him: the number is not used any more
    STOP = "stop"  # he does, and wants no call at this number


@dataclass(frozen=True, slots=True)
class Look:
    """One earlier look at who is calling."""

    at: datetime
    outcome: str


def may_look(looks: Sequence[Look], now: datetime) -> Verdict:
    """Let one more caller be looked up; numbers are not tried until one fits."""
    lately = [look for look in looks if look.at > now - SPAN]
    if sum(look.outcome == Found.NOBODY for look in lately) >= MOST_IN_VAIN:
        why = N_("You looked for too many callers in vain. Try again in an hour.")
        return refuse("caller.in_vain", why)
    if len(lately) >= MOST_LOOKS:
        why = N_("You looked up too many callers within an hour. Try again later.")
        return refuse("caller.limit", why)
    return ALLOWED


def desk_of(owner: str | None, kinds: Collection[str]) -> Role | None:
    """Return the role that alone serves such a person; None: whoever takes the call.

    `owner` is the role of the colleague who has him, `kinds` what holds of him now.
    """
    if owner == Role.HARDSHIP_SPECIALIST or WITH_CARE & set(kinds):
        return Role.HARDSHIP_SPECIALIST
    return None


def may_ask(at: datetime, now: datetime) -> Verdict:
    """Let a caller be asked who he is while his call can last."""
    if now >= at + LASTS:
        why = N_("This call was looked up half an hour ago. Look him up again.")
        return refuse(OVER, why)
    return ALLOWED


def may_hear(
    at: datetime, now: datetime, *, points: object, proven: bool, heard: str | None
) -> Verdict:
    """Let a stranger's word be written down: once, while he calls, by a number that was found."""
    if not points:
        why = N_("Look up the number that calls or the address that writes: it is what is stopped.")
        return refuse("caller.no_number", why)
    lasts = may_ask(at, now)
    if not lasts:
        return lasts
    if proven:
        why = N_("The caller is verified. Open the file and write the call down there.")
        return refuse("caller.proven", why)
    if heard is not None:
        return refuse("caller.heard", N_("What this caller said is written down already."))
    return ALLOWED


def may_take_back(
    stranger: str | None, pressed_at: datetime | None, now: datetime, mended: int
) -> Verdict:
    """Let a stranger's word be taken back by whoever pressed it: at once, and not too often."""
    if stranger is None or pressed_at is None:
        return refuse("caller.not_heard", N_("Nothing is written down of a stranger here."))
    if now - pressed_at > OWN_SLIP or not may_mend_alone(mended):
        why = N_("A slip is taken back within two minutes. Whoever has the file can do it now.")
        return refuse("caller.settled", why)
    return ALLOWED


def is_proven(here: Sequence[Tried], looked_up_by: str) -> bool:
    """Tell whether the answers of one call, oldest first, prove who is calling.

    What he was looked up by proves nothing: it came with the call.
    """
    last = {answer.item: answer.matches for answer in here}
    proven = [item for item, matched in last.items() if matched]
    return len(set(proven) - NO_PROOF - {looked_up_by}) >= PROOFS
