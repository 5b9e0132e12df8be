"""One line of the meter: yes or no, why, how much is used, until when, and what else is lawful."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.contacts.meter.counts import Count, counts
from crm.contacts.meter.hours import Hours, lawful_hours
from crm.contacts.meter.words import CHANNELS, OUTCOMES
from crm.rulebook.books import Books
from crm.rulebook.case import Case
from crm.rulebook.engine import Decision, decide
from crm.rulebook.facts import Facts
from crm.rulebook.moments import DAY, start_of_day

CLOSING = timedelta(hours=1)  # so near the end of the lawful hours a line says "soon"


class Mark(TypedDict):
    """An earlier contact of the same local day."""

    minute: int
    channel: str
    label: str


class Line(TypedDict):
    """What one channel and contact point of a person answers; words are messages to translate.

    A reason's `figures` make its sentence in the reader's language (crm.rulebook.sentences);
    `sentence` is the English one. The effect `count` marks a limit that does not object yet; its
    `title` says what is counted.
    `soon`: the hours end within one (`closing`), or a limit is nearly used up.
    `loan_ids` is empty where the contact is about all that he owes.
    """

    channel: str
    channel_label: str
    contact_point: Mapping[str, Any] | None
    target: str
    purpose: str
    loan_ids: list[UUID]
    allowed: bool
    soon: bool
    closing: bool
    reasons: list[dict[str, Any]]
    next_allowed_at: datetime | None
    zone: str
    zones: list[str]
    windows: list[tuple[int, int]]
    now_minute: int | None
    marks: list[Mark]
    closes_at: datetime | None
    instead: list[dict[str, Any]]


def line_of(
    facts: Facts,
    books: Books,
    point: Mapping[str, Any] | None = None,
    known: dict[Any, Hours] | None = None,
) -> Line:
    """Return the line of one proposed contact; `point` is its contact point as it may be shown."""
    case = Case(facts)
    decision = decide(facts, books)
    hours = lawful_hours(case, books, known)
    limits = counts(case, books)
    allowed, closing = decision["allowed"], _closes(facts.proposed.at, hours)
    channel = str(facts.proposed.channel)
    return {
        "channel": channel,
        "channel_label": CHANNELS[facts.proposed.channel],
        "contact_point": point,
        "target": str(facts.proposed.target),
        "purpose": str(facts.proposed.purpose),
        "loan_ids": [],
        "allowed": allowed,
        "soon": allowed and (closing or _is_near_limit(limits)),
        "closing": allowed and closing,
        "reasons": reasons_of(decision, limits),
        "next_allowed_at": None if allowed else _moment(decision["next_allowed_at"]),
        "zone": hours.zone,
        "zones": [str(zone) for zone in facts.zones],
        "windows": list(hours.windows) if facts.jurisdictions or allowed else [],
        "now_minute": hours.now_minute,
        "marks": _marks(facts, hours.zone),
        "closes_at": hours.closes_at if allowed else None,
        "instead": [],
    }


def with_instead(lines: Sequence[Line]) -> list[Line]:
    """Return one person's lines: the call first, lawful or not, then the others, lawful first.

    Those that are refused name what is lawful instead.
    """
    ways = [
        {"channel_label": line["channel_label"], "contact_point": line["contact_point"]}
        for line in lines
        if line["allowed"]
    ]
    for line in lines:
        line["instead"] = [] if line["allowed"] else ways
    found = sorted(lines, key=lambda line: not line["allowed"])
    call = next((line for line in found if line["channel"] == "call"), None)
    return found if call is None else [call, *(line for line in found if line is not call)]


def _closes(at: datetime, hours: Hours) -> bool:
    return hours.closes_at is not None and hours.closes_at - at <= CLOSING


def _is_near_limit(limits: Sequence[Count]) -> bool:
    return any(count.used and count.left <= 1 for count in limits)


def reasons_of(decision: Decision, limits: Sequence[Count] = ()) -> list[dict[str, Any]]:
    """Return a decision's reasons as a line has them, and the limits that do not object yet."""
    titles = {count.rule: count.title for count in limits}
    found = [
        {
            "sentence": reason["why"],
            "figures": reason["figures"],
            "citation": reason["citation"],
            "rule": reason["rule"],
            "title": titles.get(reason["rule"], ""),
            "effect": reason["effect"],
            "until": _moment(reason.get("until")),
            "event": reason.get("event"),
            "used": reason.get("used"),
            "limit": reason.get("limit"),
        }
        for reason in decision["reasons"]
    ]
    told = {reason["rule"] for reason in found}
    return found + [_counted(count) for count in limits if count.rule not in told]


def _counted(count: Count) -> dict[str, Any]:
    return {
        "sentence": "",
        "figures": None,
        "citation": count.citation,
        "rule": count.rule,
        "title": count.title,
        "effect": "count",
        "until": None,
        "event": None,
        "used": count.used,
        "limit": count.limit,
    }


def _marks(facts: Facts, zone_name: str) -> list[Mark]:
    """Return the contacts of the local day so far, the earliest first."""
    if not zone_name:
        return []
    zone = ZoneInfo(zone_name)
    today = facts.proposed.at.astimezone(zone).date()
    first, last = start_of_day(today, zone), start_of_day(today + DAY, zone)
    marks: list[Mark] = []
    for contact in sorted(facts.history, key=lambda contact: contact.at):
        if first <= contact.at < last:
            local = contact.at.astimezone(zone)
            marks.append(
                {
                    "minute": local.hour * 60 + local.minute,
                    "channel": str(contact.channel),
                    "label": OUTCOMES[contact.outcome],
                }
            )
    return marks


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
