"""One's work as a file: a list of contacts' own, made known to what takes lists out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from crm.contacts.meter.words import OUTCOMES
from crm.contacts.queries.takeouts import AT_ONCE, TAKEOUTS, Line, Takeout, clocked, shown
from crm.gate.permissions import Permission
from crm.privacy.masks import Context
from crm.words import N_
from crm.worklists.queries import LIST, MyWork
from crm.worklists.schemas import WorkIn

_STATES = {"now": N_("Lawful now"), "later": N_("Later"), "never": N_("Not now")}


@dataclass(frozen=True)
class WorkForFile(MyWork, needs=Permission.READ_WORK, recorded_as="worklists.work.exported"):
    """The list of one's work for a file."""

    context: ClassVar[Context] = Context.EXPORT

    def size(self) -> int:
        """Return how many rows a page has."""
        return AT_ONCE


def _line(item: Mapping[str, Any], clock: ZoneInfo) -> Line:
    line, last = item["line"], item["last"]
    return {
        "state": _STATES[item["state"]],
        "person": shown(item["name"]),
        "next": clocked(line and line["next_allowed_at"], clock),
        "days": item["days_past_due"],
        "bucket": item["bucket"],
        "last": clocked(last and last["started_at"], clock),
        "outcome": last and OUTCOMES.get(last["outcome"]),
        "collector": shown(item["collector"]),
    }


TAKEOUTS["work"] = Takeout(
    WorkForFile,
    WorkIn,
    (
        ("state", N_("May I?")),
        ("person", N_("Person")),
        ("next", N_("Lawful again")),
        ("days", N_("Days past due")),
        ("bucket", N_("Stage")),
        ("last", N_("Last contact")),
        ("outcome", N_("Outcome")),
        ("collector", N_("Collector")),
    ),
    _line,
    ("after", LIST),
)
