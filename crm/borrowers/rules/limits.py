"""Circumstances and consents in the words of the contract: what each may and must say."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from crm.rulebook.facts import BadFacts, Bound
from crm.rulebook.fields import (
    a_boolean,
    a_bound,
    a_clock,
    a_string,
    a_weekday,
    an_opening,
    debt_ids,
    list_of,
    never_holds,
    nullable,
    one_of,
)
from crm.rulebook.vocabulary import (
    Channel,
    CircumstanceKind,
    ConsentKind,
    Place,
    Receiver,
    Target,
)
from crm.words import N_

Faults = dict[str, list[str]]

_EARLIEST, _LATEST = timedelta(hours=14), timedelta(hours=12)  # how far clocks stand from UTC


class LiftReason(StrEnum):
    """Why a circumstance is lifted; a closed list, so that the ledger holds no free text."""

    WITHDRAWN = "withdrawn"  # the person took it back
    RESOLVED = "resolved"
    MISTAKEN = "mistaken"  # it was recorded by mistake
    REPLACED = "replaced"  # a newer one says it better


_WHEN = N_("Give a date, or an instant with its offset, such as 2026-04-03T10:15:00+08:00.")
_KIND = N_("Choose what it is from the list.")
_CHOICE = N_("Choose from the list.")
_CLOCK = N_("Give a time of day as HH:MM.")
_SPAN = N_("Let the hours end at another minute than they begin.")
_DAYS = N_("Choose weekdays, from 1 (Monday) to 7.")
_ORDER = N_("This is before it begins.")
_UNKNOWN = N_("This is not part of it.")
_LOANS = N_("Name loans by their ids.")
_NUMBER = N_("Choose a contact point of this person.")
_YES_NO = N_("Say yes or no.")

_READERS: dict[str, tuple[Callable[[object], Any], str]] = {
    "debts": (debt_ids, _LOANS),
    "channel": (one_of(Channel), _CHOICE),
    "number": (a_string, _NUMBER),
    "place": (one_of(Place), _CHOICE),
    "target": (one_of(Target), _CHOICE),
    "days": (list_of(a_weekday), _DAYS),
    "from": (an_opening, _CLOCK),
    "to": (a_clock, _CLOCK),
}
_OF_CIRCUMSTANCES = _READERS | {
    "kind": (one_of(CircumstanceKind), _KIND),
    "since": (a_bound, _WHEN),
    "until": (nullable(a_bound), _WHEN),
    "released_at": (nullable(a_bound), _WHEN),
    "validation_period_ends": (a_bound, _WHEN),
    "verified_at": (nullable(a_bound), _WHEN),
}
_OF_CONSENTS = _READERS | {
    "kind": (one_of(ConsentKind), _KIND),
    "at": (a_bound, _WHEN),
    "until": (nullable(a_bound), _WHEN),
    "revoked_at": (nullable(a_bound), _WHEN),
    "given_to": (one_of(Receiver), _CHOICE),
    "given_in_breach": (a_boolean, _YES_NO),
}

# Without one of these fields the circumstance would bind everything, or nothing.
_NEEDED: dict[str, tuple[tuple[str, ...], str]] = {
    CircumstanceKind.INCONVENIENT_TIME: (
        ("days", "from", "to"),
        N_("Say on which days or between which hours."),
    ),
    CircumstanceKind.INCONVENIENT_PLACE: (("place",), N_("Say which place.")),
    CircumstanceKind.WRONG_NUMBER: (("number",), _NUMBER),
    CircumstanceKind.MEDIUM_REFUSED: (
        ("channel", "number"),
        N_("Say which medium, or which number or address."),
    ),
    CircumstanceKind.PARTY_REFUSED_CONTACT: (("target",), N_("Say who refused.")),
    CircumstanceKind.LOCATION_ANSWER_DOUBTFUL: (("target",), N_("Say whose answer it was.")),
    ConsentKind.CHANNEL: (
        ("channel", "number"),
        N_("Say which medium, or which number or address."),
    ),
    ConsentKind.TIME_EXCEPTION: (
        ("days", "from", "to"),
        N_("Say on which days or between which hours."),
    ),
    ConsentKind.PLACE_EXCEPTION: (("place",), N_("Say which place.")),
    ConsentKind.THIRD_PARTY: (("target",), N_("Say with whom we may speak.")),
}


def circumstance_faults(
    kind: str, since: str, until: str | None, scope: Mapping[str, Any]
) -> Faults:
    """Return what keeps a circumstance out of the contract, by field; nothing where it fits."""
    values = {"kind": kind, "since": since, "until": until, **scope}
    return _faults(values, _OF_CIRCUMSTANCES, "since")


def consent_faults(kind: str, at: str, until: str | None, scope: Mapping[str, Any]) -> Faults:
    """Return what keeps a consent out of the contract, by field; nothing where it fits."""
    faults = _faults({"kind": kind, "at": at, "until": until, **scope}, _OF_CONSENTS, "at")
    if not faults and "from" in scope and scope["from"] == scope.get("to"):
        faults["to"] = [_SPAN]  # it would be read as the whole day, and open the night
    return faults


def circumstance_fact(row: Any) -> dict[str, Any]:
    """Return a stored circumstance as the contract has it; a lifted one ended when it was."""
    until = row.lifted_at.isoformat() if row.lifted_at is not None else row.until
    return {"kind": row.kind, "since": row.since, "until": until, **(row.scope or {})}


def consent_fact(row: Any) -> dict[str, Any]:
    """Return a stored consent as the contract has it."""
    found = {"kind": row.kind, "at": row.at, "until": row.until, "revoked_at": row.revoked_at}
    return found | (row.scope or {})


def holds(found: Mapping[str, Any], now: datetime, begins: str = "since") -> bool:
    """Tell whether a stored circumstance or consent may hold now, in some zone of the world."""
    if found.get("lifted_at") is not None:
        return False
    scope = found.get("scope") or {}
    ends = [found["until"], found.get("revoked_at")]
    ends += [scope.get("released_at"), scope.get("verified_at")]
    return _begun(a_bound(found[begins]), now) and not any(
        _over(a_bound(end), now) for end in ends if end is not None
    )


def is_ahead(found: Mapping[str, Any], now: datetime, begins: str = "since") -> bool:
    """Tell whether it was not taken back and begins later, wherever the person may be."""
    ended = found.get("lifted_at") or found.get("revoked_at")
    return not ended and not _begun(a_bound(found[begins]), now)


def _begun(bound: Bound, now: datetime) -> bool:
    if isinstance(bound, datetime):
        return bound <= now
    return bound <= (now + _EARLIEST).date()


def _over(bound: Bound, now: datetime) -> bool:
    if isinstance(bound, datetime):
        return bound <= now
    return bound < (now - _LATEST).date()


def _faults(
    values: Mapping[str, Any],
    readers: Mapping[str, tuple[Callable[[object], Any], str]],
    begins: str,
) -> Faults:
    read: dict[str, Any] = {}
    faults: Faults = {}
    for name, value in values.items():
        reader, sentence = readers.get(name, (None, _UNKNOWN))
        try:
            if reader is None:
                raise BadFacts(name, "unknown field")
            read[name] = reader(value)
        except BadFacts:
            faults[name] = [sentence]
    until = read.get("until")
    if not faults and until is not None and never_holds(read[begins], until):
        faults["until"] = [_ORDER]
    needed, sentence = _NEEDED.get(values["kind"], ((), ""))
    if needed and not any(values.get(name) for name in needed):
        faults.setdefault(needed[0], [sentence])
    if "number" in faults:  # who fills in a form chooses a contact point
        faults["contact_point_id"] = faults.pop("number")
    return faults
