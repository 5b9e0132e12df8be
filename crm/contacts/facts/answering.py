"""What a contact answers or goes on with: what is written down, never the asker's word for it."""

from datetime import datetime
from typing import Any

from crm.contacts.facts.approach import Approach
from crm.contacts.facts.gathered import Gathered, Past
from crm.gate.errors import Invalid
from crm.rulebook.lifts import CALL_BACK
from crm.rulebook.vocabulary import (
    CONNECTED,
    INBOUND_OUTCOMES,
    Direction,
    Ground,
    Outcome,
    Purpose,
)
from crm.words import N_

ANSWERED = ("in_reply_to_at", "in_reply_to_channel")


def told_of(found: Gathered, approach: Approach) -> dict[str, Any]:
    """Return what only the asker knows, with the time and channel of the contact it answers.

    Raises Invalid where a reply, or whatever names what it answers, has no incoming contact of
    this person on record. A permit given already is judged as an ordinary contact then, since
    the record may have been corrected. What comes in answers nothing of theirs.
    """
    told = {name: value for name, value in approach.extra.items() if name not in ANSWERED}
    if told.get("ground") == Ground.CALL_DROPPED and not may_finish(found, approach):
        if approach.permit_id is None:
            raise Invalid({"proposed": {"ground": [_no_ground(found, approach)]}})
        del told["ground"]
    reply = told.get("purpose") == Purpose.REPLY or "in_reply_to_at" in approach.extra
    if not reply or told.get("direction") == Direction.INBOUND:
        return told
    answered = _answered(found, approach)
    if answered is not None:
        told |= {"in_reply_to_at": answered.at.isoformat(), "in_reply_to_channel": answered.channel}
    elif approach.permit_id is None:
        sentence = N_("Write down the incoming contact first.")
        raise Invalid({"proposed": {"in_reply_to_at": [sentence]}})
    return told


_ANSWERED = (CONNECTED - {Outcome.PENDING}) | INBOUND_OUTCOMES


def _no_ground(found: Gathered, approach: Approach) -> str:
    if has_dropped(found, approach):
        return N_("It broke off again: on this ground a call is finished once.")
    return N_("Log first that the call broke off.")


def has_dropped(found: Gathered, approach: Approach) -> bool:
    """Tell whether the last call with this person broke off, and within the hour."""
    calls = _calls(found, approach)
    return bool(calls) and calls[-1].dropped and approach.at - calls[-1].at <= CALL_BACK


def may_finish(found: Gathered, approach: Approach) -> bool:
    """Tell whether the call that broke off last is ground for another: it is finished once.

    Where another broke off within the hour before it, it was its rest already, and each rest could
    make the next.
    """
    if not has_dropped(found, approach):
        return False
    *earlier, last = _calls(found, approach)
    return not any(past.dropped and last.at - past.at <= CALL_BACK for past in earlier)


def _calls(found: Gathered, approach: Approach) -> list[Past]:
    """Return the calls with this person that were answered until then, oldest first."""
    return [
        past
        for past in found.past_near([approach.person_id], None)
        if past.channel == approach.channel and past.at <= approach.at and past.outcome in _ANSWERED
    ]


def _answered(found: Gathered, approach: Approach) -> Past | None:
    """Return the contact of that time and channel; the latest where they are left out.

    Of several, one by the medium of the answer comes first.
    """
    said_at, channel = (approach.extra.get(name) for name in ANSWERED)
    at = None if said_at is None else datetime.fromisoformat(said_at)
    fitting = [
        past
        for past in found.past_near([approach.person_id], None)
        if past.outcome in INBOUND_OUTCOMES
        and past.at <= approach.at
        and at in (None, past.at)
        and channel in (None, past.channel)
    ]
    return max(fitting, key=lambda past: (past.channel == approach.channel, past.at), default=None)
