"""The reader of earlier contacts, of which a facts document may hold many."""

from __future__ import annotations

from typing import Any

from crm.rulebook.facts import BadFacts, Contact
from crm.rulebook.fields import (
    a_boolean,
    a_string,
    a_zone,
    an_instant,
    an_object,
    debt_ids,
    one_of,
)
from crm.rulebook.vocabulary import Agent, Channel, Outcome, Place, Target

_contact = an_object(
    {
        "at": an_instant,
        "channel": one_of(Channel),
        "outcome": one_of(Outcome),
        "target": one_of(Target),
        "debts": debt_ids,
        "number": a_string,
        "place": one_of(Place),
        "time_zone": a_zone,
        "agent": one_of(Agent),
        "exempt": a_boolean,
    },
    "at",
    "channel",
    "outcome",
)

_CHANNELS = {str(word): word for word in Channel}
_OUTCOMES = {str(word): word for word in Outcome}
_TARGETS: dict[str | None, Target] = {None: Target.BORROWER, **{str(word): word for word in Target}}
_PLACES: dict[str | None, Place | None] = {None: None, **{str(word): word for word in Place}}
_AGENTS: dict[str | None, Agent | None] = {None: None, **{str(word): word for word in Agent}}


def read_contact(value: object) -> Contact:
    """Read one earlier contact; BadFacts names the field at fault."""
    try:
        return _in_order(value)
    except (AttributeError, KeyError, TypeError, BadFacts):
        return _by_field(value)


def _in_order(value: Any) -> Contact:
    """Read a contact as most are; whatever else comes, an error sends it to the careful reader."""
    get = value.get
    target, debts, number, place = get("target"), get("debts"), get("number"), get("place")
    # Of five fields any may be missing; nothing else may be there.
    if len(value) != 8 - (target, debts, number, place, get("agent")).count(None):
        raise KeyError
    return Contact(
        an_instant(value["at"]),
        _CHANNELS[value["channel"]],
        _OUTCOMES[value["outcome"]],
        _TARGETS[target],
        None if debts is None else debt_ids(debts),
        None if number is None else a_string(number),
        _PLACES[place],
        None,
        _AGENTS[get("agent")],
        False,
    )


def _by_field(value: object) -> Contact:
    item = {"target": Target.BORROWER, "exempt": False, **_contact(value)}
    item["zone"] = item.get("time_zone")
    return Contact._make(map(item.get, Contact._fields))
