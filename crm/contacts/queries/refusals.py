"""What compliance reads: contacts that were refused, and those that went by without a permit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.contacts.models import contact, decision
from crm.contacts.queries.laws import law_of
from crm.contacts.queries.marks import (
    is_claimed,
    is_newest,
    is_on_ground,
    is_ours,
    is_third_party,
    is_unlawful,
    is_unsaid,
    who_made,
)
from crm.contacts.queries.span import Span, by_whom, during
from crm.contacts.queries.timeline import older_than
from crm.gate.action import Subject
from crm.gate.cursor import sealed
from crm.gate.listing import Listing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.identity.queries.choices import whose
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored
from crm.rulebook.moments import start_of_day
from crm.words import N_

PAGE = 50
LIST = "contacts.refusals"
REFUSED = "refused"  # besides the marks of contacts: what was asked for and not allowed
MARKS = ("late_unlawful", "late_lawful", "outage", "external_file")
WITHOUT_PERMIT = MARKS[:3]
PURPOSE = "purpose"  # the asker's own word for it opened what collection would find shut
GROUND = "ground"  # of these, what a presumption would have shut
THIRD_PARTY = "third_party"
UNLAWFUL = "unlawful"  # every contact whose decision was a refusal, whatever its mark
UNSAID = "unsaid"  # a line of the script was needed and not said
MADE = "made"  # every contact we made: where a figure of the console leads
KINDS = (REFUSED, UNLAWFUL, *MARKS, PURPOSE, GROUND, THIRD_PARTY, UNSAID, MADE)
REFUSALS = Listing(
    "refusals",
    "/refusals",
    N_("Refusals"),
    (
        ("person", N_("Person")),
        ("contact", N_("Contact")),
        ("law", N_("Law")),
        ("collector", N_("Collector")),
    ),
)


@dataclass(frozen=True)
class Filters:
    """Which of them; `since` and `until` (not included) are days of the actor's own zone.

    `weekday` (0: Monday) and `hour` are of its clock; `team` leaves what one team did.
    """

    kind: str | None = None
    rule: str | None = None
    by: UUID | None = None
    since: date | None = None
    until: date | None = None
    team: UUID | None = None
    weekday: int | None = None
    hour: int | None = None


@dataclass(frozen=True)
class Refusals(
    Filters, Question, needs=Permission.READ_FINDINGS, recorded_as="contacts.refusals.listed"
):
    """Refused contacts, and contacts without a permit or judged unlawful, newest first.

    With them stand contacts said to be for another purpose than collection, or on a ground:
    whoever asked said so himself.
    """

    before: list[str] | None = None
    context: ClassVar[Context] = Context.LIST

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page in five statements, with the people and colleagues it names."""
        rows = self._rows(reader)
        shown = [dict(row._mapping) for row in rows[: self.size()]]
        last = shown[-1] if len(rows) > self.size() else None
        people = people_shown(reader, {row["person_id"] for row in shown}, self.context)
        names = names_of(reader, {row["by"] for row in shown})
        items = [
            {**row, "person": people.get(row["person_id"]), "collector": names.get(row["by"])}
            | law_of(row["rule"])
            for row in shown
        ]
        cursor = sealed(LIST, [last["at"].isoformat(), str(last["id"])]) if last else None
        return {
            "items": items,
            "next": cursor,
            "filters": self,
            "kinds": KINDS,
            **whose(reader, self.needs),
        }

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were shown."""
        return {"shown": len(result["items"])}

    def size(self) -> int:
        """Return how many rows a page has."""
        return PAGE

    def _rows(self, reader: Reader) -> Sequence[Any]:
        scope = within(reader, Permission.READ_FINDINGS)
        parts = []
        if self.kind in (None, REFUSED):
            asked = _refusals().where(scope)
            parts.append(self._page(reader, asked, decision.c.at, decision.c.asked_by))
        if self.kind != REFUSED:
            marked = _marked(self.kind).where(scope)
            parts.append(self._page(reader, marked, contact.c.started_at, who_made()))
        found = union_all(*(select(part.subquery()) for part in parts)).subquery()
        return reader.all(
            select(found).order_by(found.c.at.desc(), found.c.id.desc()).limit(self.size() + 1)
        )

    def _page(
        self, reader: Reader, query: Select[Any], at: Column[Any], by: ColumnElement[Any]
    ) -> Select[Any]:
        """Return the newest of one kind under the filters; each kind is limited by itself."""
        row_id, zone = at.table.c.id, ZoneInfo(reader.actor.zone)
        query = query.where(*by_whom(by, self.by, self.team))
        if self.rule:
            query = query.where(decision.c.rule.startswith(self.rule, autoescape=True))
        if self.since:
            query = query.where(at >= start_of_day(self.since, zone))
        if self.until:
            query = query.where(at < start_of_day(self.until, zone))
        if self.weekday is not None or self.hour is not None:
            span = Span.of(reader, self.since, self.until)
            query = query.where(during(at, span.hours(self.weekday, self.hour)))
        if self.before:
            query = query.where(older_than(at, row_id, self.before))
        return query.order_by(at.desc(), row_id.desc()).limit(self.size() + 1)


def _refusals() -> Select[Any]:
    return (
        select(
            decision.c.id,
            decision.c.at.label("at"),
            literal(REFUSED).label("kind"),
            decision.c.asked_for,
            decision.c.person_id,
            decision.c.channel,
            decision.c.rule,
            decision.c.next_allowed_at,
            decision.c.asked_by.label("by"),
            null().label("outcome"),
        )
        .join(person, person.c.id == decision.c.person_id)
        .where(decision.c.allowed.is_(False), decision.c.asked_for != "contact")
    )


def _marked(kind: str | None) -> Select[Any]:
    lawful = PURPOSE if kind is None else kind  # what stands where there is no mark
    return (
        select(
            contact.c.id,
            contact.c.started_at.label("at"),
            func.coalesce(contact.c.mark, lawful).label("kind"),
            literal("contact").label("asked_for"),
            contact.c.person_id,
            contact.c.channel,
            decision.c.rule,
            decision.c.next_allowed_at,
            who_made().label("by"),
            contact.c.outcome,
        )
        .join(person, person.c.id == contact.c.person_id)
        .outerjoin(decision, decision.c.id == contact.c.decision_id)
        .where(_wanted(kind), is_newest())
    )


def _wanted(kind: str | None) -> ColumnElement[bool]:
    if kind is None:  # what a file brought in and was lawful is no refusal
        return or_(contact.c.mark.in_(WITHOUT_PERMIT), is_unlawful(), is_claimed())
    by_kind = {
        PURPOSE: is_claimed,
        GROUND: is_on_ground,
        THIRD_PARTY: is_third_party,
        UNLAWFUL: is_unlawful,
        UNSAID: is_unsaid,
        MADE: is_ours,
    }
    return by_kind[kind]() if kind in by_kind else contact.c.mark == kind


def people_shown(
    reader: Reader,
    ids: set[UUID],
    context: Context = Context.LIST,
    needs: Permission = Permission.READ_FINDINGS,
) -> dict[UUID, Any]:
    """Return people's names as a list, or another context, may show them, by id."""
    looker = Looker(reader.actor.role, reader.reach(needs))
    query = select(person.c.id, person.c.name).where(person.c.id.in_(ids))
    return {
        row.id: present(stored(person, dict(row._mapping))["name"], looker, context)
        for row in reader.all(query)
    }
