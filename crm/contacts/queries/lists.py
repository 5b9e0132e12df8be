"""A list of people checked at once, in its order: who may be contacted now, who not, and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from crm.borrowers.models import contact_point
from crm.contacts.facts.approach import Approach
from crm.contacts.facts.gathered import Gathered, gather
from crm.contacts.facts.glimpse import each_relation
from crm.contacts.hearing import Hearing, hear, relation_in
from crm.contacts.meter.channels import OF_KIND
from crm.contacts.meter.hours import Hours, lawful_hours
from crm.contacts.meter.lines import reasons_of
from crm.contacts.queries.laws import law_of
from crm.contacts.rules.handing import handed_over
from crm.gate.action import Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.rulebook.case import Case
from crm.rulebook.in_force import books_in_force
from crm.rulebook.moments import DAY, start_of_day
from crm.rulebook.reading import read_facts
from crm.storage.ids import new_id
from crm.words import N_

MOST = 2000
NOW, TODAY, NOT_TODAY, NO_WAY, MISSING = "now", "today", "not_today", "no_way", "missing"
STATES = (NOW, TODAY, NOT_TODAY, NO_WAY, MISSING)
USUAL_RATE = 30  # contacts an hour


@dataclass(frozen=True)
class CheckList(Question, needs=Permission.REQUEST_PERMIT, recorded_as="contacts.list.checked"):
    """Check up to 2,000 people by one channel, in their order, reserving nothing.

    Each entry that is lawful counts for those after it, as it would among permits asked for at
    once: two entries for one person share his slots. `an_hour` is how many can be contacted.
    """

    people: tuple[UUID, ...]
    channel: str = "call"
    an_hour: int = USUAL_RATE

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one answer an entry, in their order, and what they come to."""
        found = checked(reader, self.people, self.channel, self.needs)
        return {"items": found} | summary(found, reader.now, self.an_hour)

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were asked about, and how they stand."""
        return {"channel": self.channel, "asked": result["total"], **result["counts"]}


def checked(
    reader: Reader, people: Sequence[UUID], channel: str, needs: Permission
) -> list[dict[str, Any]]:
    """Return for each entry where he stands now: two statements, however many they are.

    A person is asked for by whichever of his numbers or addresses is lawful, else by the one that
    is free soonest.
    """
    if not 0 < len(people) <= MOST:
        raise Invalid({"people": [N_("Send 1 to 2,000 people.")]})
    points = _points(reader, set(people), channel)
    approaches = [
        Approach(person_id, point_id, channel, None, reader.now)
        for person_id in dict.fromkeys(people)
        for point_id in points.get(person_id, (None,))
    ]
    checking = _Checking(reader, gather(reader, approaches), needs)
    for approach in approaches:
        if approach.contact_point_id is not None:
            checking.ways[approach.person_id].append(approach)
    return [checking.entry(person_id) for person_id in people]


def summary(found: Sequence[Mapping[str, Any]], now: datetime, an_hour: int) -> dict[str, Any]:
    """Return how many there are of each state, why those not today, and what the hours allow."""
    states = [one["state"] for one in found]
    closing = [one["closes_at"] for one in found if one["state"] == NOW]
    return {
        "total": len(found),
        "counts": {state: states.count(state) for state in STATES},
        "whys": _whys([one for one in found if one["state"] == NOT_TODAY]),
        "an_hour": an_hour,
        "closings": [one._asdict() for one in handed_over(closing, now, an_hour)],
    }


class _Checking:
    """One list on its way: what was gathered, and what the entries so far would take."""

    def __init__(self, reader: Reader, found: Gathered, needs: Permission) -> None:
        self.ways: dict[UUID, list[Approach]] = defaultdict(list)
        self._reader, self._found = reader, found
        self._reach = reader.reach(needs)
        self._known: dict[Any, Hours] = {}

    def entry(self, person_id: UUID) -> dict[str, Any]:
        """Return where one entry stands; what is lawful counts from here on."""
        if not self._is_his(person_id):
            return _ENTRY | {"person_id": person_id, "state": MISSING}
        heard = [one for approach in self.ways[person_id] for one in self._heard(approach)]
        if not heard:
            return _ENTRY | {"person_id": person_id, "state": NO_WAY}
        chosen = min(heard, key=_soonest)
        if chosen.verdict:
            self._found.keep(chosen.as_pending(new_id(), None))
            return self._lawful(chosen)
        return self._refused(chosen)

    def _is_his(self, person_id: UUID) -> bool:
        try:
            relation = relation_in(self._found, person_id, self._reader.actor)
        except Missing:
            return False
        return self._reach is not None and self._reach.covers(relation)

    def _heard(self, approach: Approach) -> list[Hearing]:
        try:
            return [hear(self._found, one) for one in each_relation(self._found, approach)]
        except (Invalid, Missing):  # he stands on no loan: there is nothing to speak about
            return []

    def _lawful(self, chosen: Hearing) -> dict[str, Any]:
        case = Case(read_facts(chosen.facts))
        hours = lawful_hours(case, books_in_force(), self._known)
        return _told(chosen) | {"state": NOW, "closes_at": hours.closes_at, "zone": hours.zone}

    def _refused(self, chosen: Hearing) -> dict[str, Any]:
        free = _free(chosen)
        zones = chosen.facts["time_zones"]
        zone = ZoneInfo(zones[0] if zones else self._reader.actor.zone)
        tomorrow = start_of_day(self._reader.now.astimezone(zone).date() + DAY, zone)
        state = TODAY if free is not None and free < tomorrow else NOT_TODAY
        refusing = [r for r in reasons_of(chosen.decision) if r["effect"] == "refuse"]
        reason = max(refusing, key=_holds_until)
        return _told(chosen) | {"state": state, "next_allowed_at": free, "reason": reason}


_ENTRY: dict[str, Any] = dict.fromkeys(
    ("person_id", "state", "contact_point_id", "channel", "target", "zone")
) | {"closes_at": None, "next_allowed_at": None, "reason": None}


def _told(chosen: Hearing) -> dict[str, Any]:
    zones = chosen.facts["time_zones"]
    return _ENTRY | {
        "person_id": chosen.approach.person_id,
        "contact_point_id": chosen.approach.contact_point_id,
        "channel": chosen.approach.channel,
        "target": chosen.proposed["target"],
        "zone": zones[0] if zones else None,
    }


def _soonest(one: Hearing) -> tuple[bool, datetime]:
    return not one.verdict, _free(one) or _NEVER


def _holds_until(reason: Mapping[str, Any]) -> datetime:
    """Return until when a reason holds, so that the one is named that keeps somebody longest."""
    until = reason["until"]
    if until is None:
        return _NEVER
    return datetime.fromisoformat(until) if isinstance(until, str) else until


def _free(one: Hearing) -> datetime | None:
    free = one.decision["next_allowed_at"]
    return None if free is None else datetime.fromisoformat(free)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _points(reader: Reader, people: Collection[UUID], channel: str) -> dict[UUID, list[UUID]]:
    """Return the numbers or addresses in use by which each can be reached that way."""
    its = contact_point.c
    kinds = [kind for kind, channels in OF_KIND.items() if channel in channels]
    query = select(its.id, its.person_id).where(
        its.person_id.in_(sorted(people)),
        its.kind.in_(kinds),
        or_(its.valid_until.is_(None), its.valid_until > reader.now),
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in reader.all(query.order_by(its.id)):
        found[row.person_id].append(row.id)
    return found


def _whys(refused: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each rule that refuses, how many it keeps away, and from when on they are free."""
    by_rule: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for one in refused:
        by_rule[one["reason"]["rule"]].append(one)
    found = []
    for rule, ones in by_rule.items():
        ends = sorted(one["next_allowed_at"] for one in ones if one["next_allowed_at"])
        found.append(
            {
                "rule": rule,
                **law_of(rule),
                "people": len(ones),
                "first_free": ends[0] if ends else None,
                "last_free": ends[-1] if ends else None,
                "waiting": len(ones) - len(ends),  # for an event, not for an hour
            }
        )
    return sorted(found, key=lambda why: (-why["people"], why["rule"]))
