"""The team leader's day: who is there, what stands still and why, and what waits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.borrowers.queries.subjects import ANYBODY
from crm.borrowers.rules.assignment import DESK
from crm.contacts.models import contact, finding
from crm.contacts.queries.console.counts import findings_counted
from crm.contacts.queries.console.near import near_limits
from crm.contacts.queries.hourly import refused_by_hour
from crm.contacts.queries.lists import MOST, NOW, checked, summary
from crm.contacts.queries.marks import is_newest, is_ours, who_made
from crm.contacts.queries.refusals import people_shown
from crm.contacts.queries.unlogged import reserved_by, started_and_unlogged
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.models import account
from crm.identity.queries import colleagues, names_of
from crm.identity.queries.absences import away
from crm.loans.models import loan, loan_party
from crm.rulebook.moments import start_of_day
from crm.worklists.queries.callbacks import callbacks_on

NEEDS = Permission.ASSIGN_PEOPLE
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
AN_HOUR = 30  # contacts an hour, of no matter here: nothing is handed over

Row = dict[str, Any]


@dataclass(frozen=True)
class TeamDay(Question, needs=NEEDS, recorded_as="worklists.team.viewed"):
    """What a team leader looks at first in the morning, within his reach."""

    def read(self, reader: Reader, subject: Subject | None) -> Row:
        """Return the figures as of now, in a number of statements that never grows."""
        today = reader.now.astimezone(ZoneInfo(reader.actor.zone)).date()
        reach = within(reader, NEEDS)
        desk = desk_of(reader)
        cases, found = cases_by_collector(reader), _judged(reader, reach)
        due = callbacks_on(reader, reach, today)
        unlogged = started_and_unlogged(reader, NEEDS)
        figures = {
            "now": Counter(one["collector_id"] for one in found if one["state"] == NOW),
            "done": _done(reader, reach),
            "callbacks": Counter(one["collector_id"] for one in due if not one["made"]),
            "unlogged": Counter(one["reserved_by"] for one in unlogged),
        }
        gone = {one["id"] for one in desk if one["away_until"]}
        return {
            "as_of": reader.now,
            "collectors": [_figures(one, cases, figures) for one in desk],
            "nobodys": cases.get(None, 0),
            "stranded": _stranded(cases, desk),
            "absent": {"now": len(gone), "before": len(away(reader, _desk(reader), 1))},
            "stopped": summary(found, reader.now, AN_HOUR),
            "most": MOST,
            "unlogged": unlogged,
            "reserved": reserved_by(reader, NEEDS, gone) if gone else [],
            "near": _near(reader),
            "callbacks": _callbacks(reader, due, reach),
            "refusals": refused_by_hour(reader, NEEDS),
            "findings": findings_counted(reader, None, None) | _findings_lately(reader),
        }

    def details(self, result: Any) -> Row:
        """Name the people who were shown."""
        shown = (*result["unlogged"], *result["reserved"], *result["callbacks"]["items"])
        return {"people": sorted({str(one["person_id"]) for one in shown})}


def desk_of(reader: Reader) -> list[Row]:
    """Return the colleagues within reach who work with people, and until when who is away."""
    columns = (account.c.id, account.c.role, account.c.language)
    rows = reader.all(select(*columns).where(_desk(reader)).order_by(account.c.created_at))
    names, gone = names_of(reader, {row.id for row in rows}), away(reader, _desk(reader))
    return [
        dict(row._mapping) | {"name": names.get(row.id), "away_until": gone.get(row.id)}
        for row in rows
    ]


def _desk(reader: Reader) -> ColumnElement[bool]:
    good = or_(account.c.valid_until.is_(None), account.c.valid_until > reader.now)
    return and_(colleagues(reader, NEEDS), account.c.active, good, account.c.role.in_(DESK))


def cases_by_collector(reader: Reader) -> dict[UUID | None, int]:
    """Return how many people each colleague has; None has those whom nobody has."""
    counted = select(person.c.collector_id, func.count().label("cases"))
    query = counted.where(within(reader, NEEDS)).group_by(person.c.collector_id)
    rows = reader.all(query)
    return {row.collector_id: row.cases for row in rows}


def _judged(reader: Reader, reach: ColumnElement[bool]) -> list[Row]:
    """Return the team's people judged at once for a call, the longest overdue first."""
    worst = func.max(loan.c.days_past_due)
    query = (
        select(person.c.id, person.c.collector_id)
        .join(loan_party, loan_party.c.person_id == person.c.id)
        .join(loan, loan.c.id == loan_party.c.loan_id)
        .where(reach, person.c.collector_id.is_not(None), loan.c.status == "open")
        .group_by(person.c.id, person.c.collector_id)
        .order_by(worst.desc(), person.c.id)
        .limit(MOST)
    )
    whose = {row.id: row.collector_id for row in reader.all(query)}
    found = checked(reader, list(whose), "call", NEEDS) if whose else []
    return [one | {"collector_id": whose[one["person_id"]]} for one in found]


def _done(reader: Reader, reach: ColumnElement[bool]) -> dict[UUID | None, int]:
    """Return how many contacts each colleague made today, by the reader's clock."""
    zone = ZoneInfo(reader.actor.zone)
    begins = start_of_day(reader.now.astimezone(zone).date(), zone)
    made = contact.c
    query = (
        select(who_made().label("by"), func.count().label("made"))
        .join(person, person.c.id == made.person_id)
        .where(reach, made.started_at >= begins, is_ours(), is_newest())
        .group_by("by")
    )
    return {row.by: row.made for row in reader.all(query)}


def _figures(
    one: Row, cases: Mapping[UUID | None, int], figures: Mapping[str, Mapping[UUID | None, int]]
) -> Row:
    """Return a colleague with his figures."""
    return (
        one
        | {"cases": cases.get(one["id"], 0)}
        | {name: counts.get(one["id"], 0) for name, counts in figures.items()}
    )


def _stranded(cases: Mapping[UUID | None, int], desk: Sequence[Row]) -> int:
    """Return how many people lie with somebody who works here no more, or with no people."""
    there = {one["id"] for one in desk} | {None}
    return sum(count for collector, count in cases.items() if collector not in there)


def _near(reader: Reader) -> Row:
    found = near_limits(reader, None, None)
    return {name: found[name] for name in ("count", "looked_at")}


def _callbacks(reader: Reader, due: Sequence[Row], reach: ColumnElement[bool]) -> Row:
    """Return today's calls back with whom they are to reach and who has him, and yesterday's."""
    today = reader.now.astimezone(ZoneInfo(reader.actor.zone)).date()
    people = people_shown(reader, {one["person_id"] for one in due}) if due else {}
    names = names_of(reader, {one["collector_id"] for one in due if one["collector_id"]})
    items = [
        one | {"person": people.get(one["person_id"]), "collector": names.get(one["collector_id"])}
        for one in due
    ]
    before = callbacks_on(reader, reach, today - DAY)
    return {"items": items, "now": len(due), "before": len(before)}


def _findings_lately(reader: Reader) -> Row:
    """Return how many findings were open a week ago, to say where their number goes."""
    then = reader.now - WEEK
    query = (
        select(func.count())
        .select_from(finding)
        .join(person, person.c.id == finding.c.person_id)
        .where(
            within(reader, Permission.READ_FINDINGS, ANYBODY),
            finding.c.opened_at <= then,
            or_(finding.c.closed_at.is_(None), finding.c.closed_at > then),
        )
    )
    return {"before": reader.scalar(query)}
