"""What was said, and which circumstance or consent of the contract it becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import Any

from crm.contacts.rules.standing import OWING
from crm.rulebook.vocabulary import ELECTRONIC, Channel, Place
from crm.words import N_


class Kind(StrEnum):
    """What can have been said."""

    OPT_OUT = "opt_out"
    CALLBACK = "callback"
    PROMISE = "promise"
    DISPUTE = "dispute"
    HARDSHIP = "hardship"
    VULNERABILITY = "vulnerability"
    WRONG_NUMBER = "wrong_number"
    NEW_NUMBER = "new_number"
    REFUSAL = "refusal"
    CEASE = "cease"
    REPRESENTED = "represented"
    BANKRUPTCY = "bankruptcy"
    DECEASED = "deceased"
    IDENTITY_THEFT = "identity_theft"
    BEREAVEMENT = "bereavement"
    INCONVENIENT_TIME = "inconvenient_time"
    SOMEBODY_ELSE = "somebody_else"


class Breadth(StrEnum):
    """How far an opt-out goes, the narrowest first."""

    NUMBER = "number"  # this number or address, by this medium
    HERE = "here"  # this number or address, by whatever medium
    WORK = "work"
    HOURS = "hours"
    CHANNEL = "channel"  # this medium, whatever the number
    EVERYTHING = "everything"


# What somebody who took another's call may say he is.
RELATIONS = ("spouse", "relative", "colleague", "employer", "neighbour", "other")
# Only whoever owes can say these of himself.
OF_DEBTORS = frozenset(
    {Kind.PROMISE, Kind.DISPUTE, Kind.HARDSHIP, Kind.REFUSAL, Kind.IDENTITY_THEFT}
)
# What binds him, or opens what the law shuts: it takes somebody who was spoken to, or who wrote.
SPOKEN = frozenset({Kind.PROMISE, Kind.CALLBACK})
# What stops or opens contact with whoever said it, and so asks who that was.
OF_HIMSELF = frozenset({Kind.CEASE, Kind.OPT_OUT, Kind.CALLBACK})
# Of whom it is a fact: the borrower, whoever says it.
OF_BORROWER = frozenset({Kind.DECEASED, Kind.BANKRUPTCY, Kind.REPRESENTED, Kind.NEW_NUMBER})

_NOT_ELECTRONIC = (Channel.CALL, Channel.LETTER, Channel.VISIT)  # a call's is ringless ones' too
_WRITTEN = frozenset({Channel.LETTER, *ELECTRONIC})
FURTHEST = timedelta(days=400)  # ahead, for what was promised or asked for
_ZONES_BEHIND = timedelta(hours=12)  # somewhere it is still yesterday


@dataclass(frozen=True, slots=True)
class Heard:
    """In which contact it was said; `by_other`: it was for one who owes, and another took it."""

    channel: str
    target: str
    loan_ids: tuple[str, ...]
    by_other: bool = False


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What is to be recorded of a person; `at_point`: only for the number or address used.

    `at_place`: for each number and address that is known there.
    """

    kind: str
    scope: Mapping[str, Any] = field(default_factory=dict)
    at_point: bool = False
    at_place: str = ""


def circumstances_of(
    kind: str, fields: Mapping[str, Any], loan_id: str | None, heard: Heard
) -> tuple[Circumstance, ...]:
    """Return the circumstances that something said becomes; none where it stays a fact."""
    if kind == Kind.OPT_OUT:
        return _of_opt_out(fields, heard)
    one = _cease(heard) if kind == Kind.CEASE else _one(kind, fields, loan_id, heard)
    return () if one is None else (one,)


def made_by(
    kind: str, fields: Mapping[str, Any], loan_id: str | None, heard: Heard
) -> tuple[Circumstance, ...]:
    """Return the circumstances that may have come of something said, whoever took the call."""
    if kind == Kind.WRONG_NUMBER:
        return (Circumstance("wrong_number"),)
    each = (
        circumstances_of(kind, fields, loan_id, replace(heard, by_other=other))
        for other in (False, True)
    )
    return tuple(chain.from_iterable(each))


def _one(
    kind: str, fields: Mapping[str, Any], loan_id: str | None, heard: Heard
) -> Circumstance | None:
    debts = [loan_id] if loan_id else list(heard.loan_ids)
    if kind == Kind.REFUSAL:
        # In writing a refusal to pay ends contact as a wish to end it does.
        return Circumstance("cease_request", {"debts": debts}) if _is_written(heard) else None
    same = _SAME.get(Kind(kind))
    if same is None:
        return None
    scope = {"debts": debts} if kind in _OF_DEBTS else {}
    return Circumstance(same, scope | _chosen(fields, _SCOPES.get(Kind(kind), ())))


_SAME = {
    Kind.DISPUTE: "dispute",
    Kind.HARDSHIP: "adjustment_requested",
    Kind.VULNERABILITY: "vulnerable",
    Kind.REPRESENTED: "attorney_represented",
    Kind.BANKRUPTCY: "bankruptcy",
    Kind.DECEASED: "deceased",
    Kind.IDENTITY_THEFT: "identity_theft",
    Kind.BEREAVEMENT: "bereavement",
    Kind.INCONVENIENT_TIME: "inconvenient_time",
}
_OF_DEBTS = frozenset({Kind.DISPUTE, Kind.REPRESENTED, Kind.IDENTITY_THEFT})
_SCOPES: Mapping[Kind, tuple[str, ...]] = {
    Kind.DISPUTE: ("validation_period_ends",),
    Kind.INCONVENIENT_TIME: ("days", "from", "to"),
}


def fault_of(kind: str, fields: Mapping[str, Any], said_at: datetime) -> tuple[str, str] | None:
    """Return the field whose day or instant cannot be meant, and its remedy; None if all can.

    `said_at` is when the contact began in which it was said: written down late, the day of a
    promise and the time of a call back can be past.
    """
    if kind == Kind.PROMISE:
        due_on = date.fromisoformat(fields["due_on"])
        if due_on < (said_at.astimezone(UTC) - _ZONES_BEHIND).date():
            return "due_on", N_("A promise is due on the day it was made, or later.")
        if due_on > (said_at + FURTHEST).date():
            return "due_on", N_("A promise is due within 400 days.")
    if kind == Kind.CALLBACK:
        at = datetime.fromisoformat(fields["at"])
        if at < said_at:
            return "at", N_("Give a time for the call back that came after it was asked for.")
        if at > said_at + FURTHEST:
            return "at", N_("Give a time for the call back within 400 days.")
    return None


_ANY_MEDIUM_HERE = Circumstance("medium_refused", at_point=True)


def _of_opt_out(fields: Mapping[str, Any], heard: Heard) -> tuple[Circumstance, ...]:
    """Return what was refused, the narrowest unless more was said.

    Whoever took another's call is reached by this number alone: nothing he says goes beyond it.
    """
    breadth = fields.get("breadth", Breadth.NUMBER)
    channel = fields.get("channel", heard.channel)
    if breadth == Breadth.HOURS:
        hours = _chosen(fields, _SCOPES[Kind.INCONVENIENT_TIME])
        return (Circumstance("inconvenient_time", hours, at_point=heard.by_other),)
    if breadth == Breadth.EVERYTHING:
        return _everything(heard)
    if breadth == Breadth.HERE:
        return (_ANY_MEDIUM_HERE,)
    if heard.by_other:
        return (_refused(channel, at_point=True),)
    if breadth == Breadth.WORK:
        # Few books know a place that is ruled out, more of them a number: both are written down.
        work = {"place": str(Place.WORK)}
        known = Circumstance("medium_refused", at_place=str(Place.WORK))
        return (Circumstance("inconvenient_place", work), known)
    narrow = breadth == Breadth.NUMBER and channel == heard.channel
    return (_refused(channel, at_point=narrow),)


def _everything(heard: Heard) -> tuple[Circumstance, ...]:
    """Return every medium refused, of others their own word, and in writing the end of contact."""
    if heard.by_other:
        return (_ANY_MEDIUM_HERE,)
    media = (Circumstance("opt_out"), *(_refused(channel) for channel in _NOT_ELECTRONIC))
    own = heard.target not in OWING or _is_written(heard)
    return (_cease(heard), *media) if own else media


def _refused(channel: str, *, at_point: bool = False) -> Circumstance:
    kind = "opt_out" if channel in ELECTRONIC else "medium_refused"
    return Circumstance(kind, {"channel": str(channel)}, at_point=at_point)


def _cease(heard: Heard) -> Circumstance:
    """Return the end of contact that was asked for: of others, in writing, or by this medium."""
    if heard.by_other:  # he is reached by this number alone, and whoever owes may have others
        return Circumstance("medium_refused", {"channel": heard.channel}, at_point=True)
    if heard.target not in OWING:
        return Circumstance("party_refused_contact", {"target": heard.target})
    if _is_written(heard):
        return Circumstance("cease_request")
    return Circumstance("medium_refused", {"channel": heard.channel})


def _is_written(heard: Heard) -> bool:
    return heard.channel in _WRITTEN


def _chosen(fields: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: fields[name] for name in names if fields.get(name) is not None}
