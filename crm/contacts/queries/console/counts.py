"""Contacts, requests and findings counted, by colleague and by whether it is now or before."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.borrowers.queries.subjects import ANYBODY
from crm.contacts.models import contact, decision, finding
from crm.contacts.queries.marks import (
    is_claimed,
    is_newest,
    is_on_ground,
    is_ours,
    is_third_party,
    is_unlawful,
    who_made,
)
from crm.contacts.queries.span import Span, by_whom
from crm.contacts.rules.findings import AGES
from crm.contacts.rules.records import Mark
from crm.gate.permissions import Permission
from crm.gate.reader import Reader

NEEDS = Permission.READ_FINDINGS
MARKS = (Mark.LATE_UNLAWFUL, Mark.LATE_LAWFUL, Mark.OUTAGE, Mark.EXTERNAL_FILE)
COUNTED = ("made", "unlawful", *map(str, MARKS), "third_party", "ground", "purpose")


def contacts_counted(
    reader: Reader, span: Span, by: UUID | None, team: UUID | None
) -> list[dict[str, Any]]:
    """Return for each colleague and each of the two spans how many contacts of what kind."""
    made = contact.c
    is_now = made.started_at >= span.begins
    query = (
        select(
            who_made().label("by"),
            _flag(is_now).label("now"),
            _sum(is_ours()).label("made"),
            _sum(is_unlawful()).label("unlawful"),
            *(_sum(made.mark == mark).label(str(mark)) for mark in MARKS),
            _sum(is_third_party()).label("third_party"),
            _sum(is_on_ground()).label("ground"),
            _sum(is_claimed()).label("purpose"),
        )
        .join(person, person.c.id == made.person_id)
        .outerjoin(decision, decision.c.id == made.decision_id)
        .where(
            within(reader, NEEDS),
            is_newest(),
            made.started_at >= span.begins_before,
            made.started_at < span.ends,
            *by_whom(who_made(), by, team),
        )
        .group_by("by", is_now)
    )
    return _rows(reader, query)


def requests_counted(
    reader: Reader, span: Span, by: UUID | None, team: UUID | None
) -> list[dict[str, Any]]:
    """Return for each colleague and each span how many contacts were asked for, and refused."""
    its = decision.c
    is_now = its.at >= span.begins
    query = (
        select(
            its.asked_by.label("by"),
            _flag(is_now).label("now"),
            func.count().label("asked"),
            _sum(its.allowed.is_(False)).label("refused"),
        )
        .join(person, person.c.id == its.person_id)
        .where(
            within(reader, NEEDS),
            its.asked_for != "contact",
            its.at >= span.begins_before,
            its.at < span.ends,
            *by_whom(its.asked_by, by, team),
        )
        .group_by(its.asked_by, is_now)
    )
    return _rows(reader, query)


def findings_counted(reader: Reader, by: UUID | None, team: UUID | None) -> dict[str, Any]:
    """Return how many findings are open: in all, overdue, with nobody, and of which age.

    With `by` or `team`, those that are charged to him, or to it.
    """
    its, now = finding.c, reader.now
    ages = {}
    for age, (youngest, oldest) in AGES.items():
        of_age = its.opened_at <= now - timedelta(days=youngest)
        if oldest is not None:
            of_age = and_(of_age, its.opened_at > now - timedelta(days=oldest))
        ages[str(age)] = of_age
    query = (
        select(
            func.count().label("open"),
            _sum(its.due_on < now.date()).label("overdue"),
            _sum(its.owner_id.is_(None)).label("unowned"),
            *(_sum(condition).label(age) for age, condition in ages.items()),
        )
        .join(person, person.c.id == its.person_id)
        .where(
            within(reader, NEEDS, ANYBODY),
            its.closed_at.is_(None),
            *by_whom(its.charged_to, by, team),
        )
    )
    found = reader.all(query)[0]._asdict()
    counted = {name: found.pop(name) or 0 for name in ("open", "overdue", "unowned")}
    return counted | {"ages": {age: count or 0 for age, count in found.items()}}


def _rows(reader: Reader, query: Any) -> list[dict[str, Any]]:
    return [row._asdict() | {"now": bool(row.now)} for row in reader.all(query)]


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(case((condition, 1), else_=0), Integer)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(_flag(condition))
