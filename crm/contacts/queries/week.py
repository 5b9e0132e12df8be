"""A person's coming week: when each way to reach him is lawful, and why not otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from crm.borrowers.queries import person_subject
from crm.borrowers.queries.file import person_file
from crm.contacts.meter.week import DAYS, week_of
from crm.contacts.meter.words import CHANNELS
from crm.contacts.queries.laws import law_of
from crm.contacts.queries.meter import approached
from crm.contacts.queries.records import FILE_VIEWED
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.rulebook.in_force import books_in_force

MORE_THAN_A_NIGHT = timedelta(hours=50)  # from midnight in UTC to the end of a next night
MOST = 8  # ways at once; more numbers than that are rarely good ones


@dataclass(frozen=True)
class PersonWeek(Question, needs=Permission.READ_PEOPLE, recorded_as=FILE_VIEWED, once_in=ONE_LOOK):
    """When each number and address of a person may be used, from now to the end of the seventh day.

    Judged by the facts as they are now: as if nobody reached him meanwhile.
    """

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return his ways, each with its seven days on the clock of where he is."""
        assert subject is not None
        person = person_file(reader, subject)
        points = [
            {"id": p["id"], "label": p["value"], "kind": p["kind"], "place": p["place"]}
            for p in person["points"]
            if p["active"]
        ]
        books = books_in_force()
        ways: list[dict[str, Any]] = []
        for _, point, facts in approached(reader, {self.id: points}):
            if len(ways) == MOST:
                break
            zone = facts.zones[0] if facts.zones else ZoneInfo(reader.actor.zone)
            days = week_of(facts, books, zone)
            ways.append(
                {
                    "channel": str(facts.proposed.channel),
                    "channel_label": CHANNELS[facts.proposed.channel],
                    "target": str(facts.proposed.target),
                    "contact_point": point,
                    "zone": str(zone),
                    "zones": [str(one) for one in facts.zones],
                    "days": days,
                    "whys": _whys(days),
                }
            )
        return {
            "id": self.id,
            "name": person["name"],
            "ways": sorted(ways, key=lambda way: way["channel"] != "call"),
            "now": reader.now,
            "count": DAYS,
            "most": MOST,
        }


def _whys(days: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return every reason of a week once, by its rule, with the rule's title.

    `lasts`: it holds for a day or longer, or until an event, so that its own sentence says more
    than the title.
    """
    found: dict[str, dict[str, Any]] = {}
    for one in days:
        for part in one["parts"]:
            for reason in part["reasons"]:
                day = datetime.combine(one["day"], time(), UTC)
                until = reason["until"]
                lasts = until is None or until - day > MORE_THAN_A_NIGHT
                known = found.setdefault(reason["rule"], {**reason, **law_of(reason["rule"])})
                known["lasts"] = known.get("lasts", False) or lasts
    return list(found.values())
