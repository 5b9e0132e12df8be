"""Which lists may be taken out as a file: how each is asked, and what one of its lines holds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema

from crm.borrowers.queries.people import LIST as PEOPLE
from crm.borrowers.queries.people import PeopleForFile
from crm.borrowers.rules.words import LANGUAGES
from crm.borrowers.schemas.coming import PeopleIn
from crm.contacts.callers.away import LIST as AWAY_CALLERS
from crm.contacts.callers.schemas import CallersAwayIn
from crm.contacts.meter.findings import KINDS
from crm.contacts.meter.words import AWAY, CHANNELS, LOOKED_UP_BY, MARKS, OUTCOMES, REFUSALS
from crm.contacts.queries.contacts import LIST as CONTACTS
from crm.contacts.queries.findings import LIST as FINDINGS
from crm.contacts.queries.refusals import LIST as REFUSED
from crm.contacts.queries.takeouts.questions import (
    AT_ONCE,
    CallersForFile,
    ContactsForFile,
    FindingsForFile,
    NearForFile,
    RefusalsForFile,
)
from crm.contacts.schemas.console import NearIn
from crm.contacts.schemas.findings import FindingsIn
from crm.contacts.schemas.listed import ContactsIn
from crm.contacts.schemas.reading import RefusalsIn
from crm.gate.question import Question
from crm.words import N_

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Takeout:
    """A list as a file: its question, its filters, its columns, and a line of words to translate.

    `turned` is the name of its cursor and of the list that cursors are sealed for; None: one page.
    """

    question: type[Question]
    takes: type[Schema]
    columns: tuple[tuple[str, str], ...]
    line: Callable[[Mapping[str, Any], ZoneInfo], Line]
    turned: tuple[str, str] | None = None


def clocked(moment: datetime | None, clock: ZoneInfo) -> str | None:
    """Return an instant on the asker's clock."""
    return moment.astimezone(clock).isoformat(timespec="seconds") if moment else None


def shown(value: Any) -> str | None:
    """Return the text of a presented value."""
    return value.text if value else None


def _refusal(item: Mapping[str, Any], clock: ZoneInfo) -> Line:
    return {
        "kind": REFUSALS[item["kind"]],
        "at": clocked(item["at"], clock),
        "person": shown(item["person"]),
        "channel": CHANNELS[item["channel"]],
        "outcome": OUTCOMES.get(item["outcome"] or "", None),
        "title": item["title"],
        "citation": item["citation"],
        "collector": shown(item["collector"]),
        "next_allowed_at": clocked(item["next_allowed_at"], clock),
    }


_JUDGED = {True: N_("Lawful"), False: N_("Unlawful"), None: N_("Not judged")}
_WAYS = {"outbound": N_("From us"), "inbound": N_("From them")}


def _contact(item: Mapping[str, Any], clock: ZoneInfo) -> Line:
    return {
        "judged": _JUDGED[item["allowed"]],
        "at": clocked(item["at"], clock),
        "person": shown(item["person"]),
        "channel": CHANNELS[item["channel"]],
        "direction": _WAYS[item["direction"]],
        "outcome": OUTCOMES.get(item["outcome"]),
        "mark": MARKS.get(item["mark"] or ""),
        "title": item["title"],
        "citation": item["citation"],
        "collector": shown(item["collector"]),
        "team": item["team"],
    }


def _finding(item: Mapping[str, Any], clock: ZoneInfo) -> Line:
    return {
        "kind": KINDS[item["kind"]],
        "opened": clocked(item["opened_at"], clock),
        "person": N_("erased") if item["erased"] else shown(item["person"]),
        "channel": CHANNELS[item["channel"]],
        "outcome": OUTCOMES.get(item["outcome"]),
        "title": item["title"],
        "citation": item["citation"],
        "owner": shown(item["owner"]),
        "due": item["due_on"].isoformat(),
        "closed": clocked(item["closed_at"], clock),
    }


def _near(item: Mapping[str, Any], clock: ZoneInfo) -> Line:  # noqa: ARG001  days need no clock
    return {
        "person": shown(item["person"]),
        "channel": CHANNELS[item["channel"]],
        "title": item["title"],
        "citation": item["citation"],
        "used": item["used"],
        "limit": item["limit"],
        "contacts": item["contacts"],
    }


def _caller(item: Mapping[str, Any], clock: ZoneInfo) -> Line:
    return {
        "why": AWAY[item["why"]],
        "at": clocked(item["at"], clock),
        "person": shown(item["person"]),
        "by": LOOKED_UP_BY[item["kind"]],
        "collector": shown(item["collector"]),
        "team": item["team"],
    }


def _person(item: Mapping[str, Any], clock: ZoneInfo) -> Line:
    return {
        "person": shown(item["name"]),
        "collector": shown(item["collector"]),
        "team": item["team"],
        "organisation": item["organisation"],
        "language": LANGUAGES.get(item["language"], item["language"]),
        "since": clocked(item["created_at"], clock),
    }


_WHO, _WHEN, _LAW = ("person", N_("Person")), ("at", N_("When")), ("citation", N_("Law"))
_CHANNEL, _OUTCOME, _RULE = (
    ("channel", N_("Contact")),
    ("outcome", N_("Outcome")),
    ("title", N_("Rule")),
)
_COLLECTOR, _TEAM = ("collector", N_("Collector")), ("team", N_("Team"))

TAKEOUTS: dict[str, Takeout] = {
    "refusals": Takeout(
        RefusalsForFile,
        RefusalsIn,
        (
            ("kind", N_("What")),
            _WHEN,
            _WHO,
            _CHANNEL,
            _OUTCOME,
            _RULE,
            _LAW,
            _COLLECTOR,
            ("next_allowed_at", N_("Lawful again")),
        ),
        _refusal,
        ("before", REFUSED),
    ),
    "contacts": Takeout(
        ContactsForFile,
        ContactsIn,
        (
            ("judged", N_("Judged")),
            _WHEN,
            _WHO,
            _CHANNEL,
            ("direction", N_("Direction")),
            _OUTCOME,
            ("mark", N_("Mark")),
            _RULE,
            _LAW,
            _COLLECTOR,
            _TEAM,
        ),
        _contact,
        ("before", CONTACTS),
    ),
    "findings": Takeout(
        FindingsForFile,
        FindingsIn,
        (
            ("kind", N_("What")),
            ("opened", N_("Opened")),
            _WHO,
            _CHANNEL,
            _OUTCOME,
            _RULE,
            _LAW,
            ("owner", N_("Owner")),
            ("due", N_("Due")),
            ("closed", N_("Closed")),
        ),
        _finding,
        ("after", FINDINGS),
    ),
    "near": Takeout(
        NearForFile,
        NearIn,
        (
            _WHO,
            _CHANNEL,
            _RULE,
            _LAW,
            ("used", N_("Used")),
            ("limit", N_("Limit")),
            ("contacts", N_("Contacts in 7 days")),
        ),
        _near,
    ),
    "callers": Takeout(
        CallersForFile,
        CallersAwayIn,
        (("why", N_("Why")), _WHEN, _WHO, ("by", N_("Looked up by")), _COLLECTOR, _TEAM),
        _caller,
        ("before", AWAY_CALLERS),
    ),
    "people": Takeout(
        PeopleForFile,
        PeopleIn,
        (
            _WHO,
            _COLLECTOR,
            _TEAM,
            ("organisation", N_("Organisation")),
            ("language", N_("Language")),
            ("since", N_("Since")),
        ),
        _person,
        ("after", PEOPLE),
    ),
}

__all__ = ["AT_ONCE", "TAKEOUTS", "Line", "Takeout", "clocked", "shown"]
