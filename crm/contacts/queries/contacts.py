"""The contact record of everybody whom one has: newest first, by day, way, outcome and mark."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, select

from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.contacts.meter.words import MARKS
from crm.contacts.models import contact, decision
from crm.contacts.queries.laws import law_of
from crm.contacts.queries.marks import is_newest, is_unlawful, who_made
from crm.contacts.queries.refusals import people_shown
from crm.contacts.queries.span import by_whom
from crm.contacts.queries.timeline import older_than
from crm.gate.action import Subject
from crm.gate.beside import neighbours
from crm.gate.cursor import sealed
from crm.gate.listing import Listing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.models import account, team
from crm.identity.queries import names_of
from crm.identity.queries.choices import whose
from crm.privacy.masks import Context
from crm.rulebook.moments import start_of_day
from crm.words import N_

PAGE = 50
LIST = "contacts.contacts"
DIRECTIONS = ("outbound", "inbound")
UNDER_PERMIT = "permit"  # the mark of a record that needs none
MARKED = (UNDER_PERMIT, *MARKS)
CONTACTS = Listing(
    "contacts",
    "/contacts",
    N_("Contact records"),
    (
        ("person", N_("Person")),
        ("outcome", N_("Outcome")),
        ("mark", N_("Mark")),
        ("law", N_("Law")),
        ("collector", N_("Collector")),
        ("team", N_("Team")),
    ),
    record="/contacts/{}",
)


@dataclass(frozen=True)
class ContactFilters:
    """Which records; `since` and `until` (not included) are days of the actor's own zone."""

    since: date | None = None
    until: date | None = None
    channel: str | None = None
    outcome: str | None = None
    direction: str | None = None
    mark: str | None = None
    unlawful: bool | None = None
    by: UUID | None = None
    team: UUID | None = None


@dataclass(frozen=True)
class Contacts(
    ContactFilters, Question, needs=Permission.READ_CONTACTS, recorded_as="contacts.contacts.listed"
):
    """The contact records of the people in the actor's reach that count, newest first."""

    before: list[str] | None = None
    context: ClassVar[Context] = Context.LIST

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page in four statements, with people and colleagues named."""
        query = self._query(reader)
        if self.before:
            query = query.where(older_than(contact.c.started_at, contact.c.id, self.before))
        newest = query.order_by(contact.c.started_at.desc(), contact.c.id.desc())
        rows = reader.all(newest.limit(self.size() + 1))
        shown = [dict(row._mapping) for row in rows[: self.size()]]
        last = shown[-1] if len(rows) > self.size() else None
        people = people_shown(
            reader, {row["person_id"] for row in shown}, self.context, Permission.READ_CONTACTS
        )
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
            "me": reader.actor.id,
            **whose(reader, self.needs),
        }

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were shown."""
        return {"shown": len(result["items"])}

    def size(self) -> int:
        """Return how many rows a page has."""
        return PAGE

    def beside(self, reader: Reader, record: UUID) -> dict[str, Any]:
        """Return the records before and after one."""
        key = (contact.c.started_at, contact.c.id)
        return neighbours(reader, self._query(reader), key, record, newest_first=True)

    def _query(self, reader: Reader) -> Select[Any]:
        made, by = contact.c, who_made()
        source = (
            contact.join(person, person.c.id == made.person_id)
            .outerjoin(decision, decision.c.id == made.decision_id)
            .outerjoin(account, account.c.id == by)
            .outerjoin(team, team.c.id == account.c.team_id)
        )
        return (
            select(
                made.id,
                made.started_at.label("at"),
                made.person_id,
                made.channel,
                made.direction,
                made.outcome,
                made.mark,
                made.permit_id,
                by.label("by"),
                team.c.name.label("team"),
                decision.c.allowed,
                decision.c.rule,
            )
            .select_from(source)
            .where(within(reader, Permission.READ_CONTACTS), is_newest(), *self._wanted(reader))
        )

    def _wanted(self, reader: Reader) -> list[ColumnElement[bool]]:
        made, zone = contact.c, ZoneInfo(reader.actor.zone)
        found = by_whom(who_made(), self.by, self.team)
        for column in ("channel", "outcome", "direction"):
            value = getattr(self, column)
            found += [made[column] == value] if value is not None else []
        if self.mark is not None:
            under = self.mark == UNDER_PERMIT
            found.append(made.mark.is_(None) if under else made.mark == self.mark)
        if self.unlawful is not None:
            found.append(is_unlawful() if self.unlawful else decision.c.allowed.is_(True))
        found += [made.started_at >= start_of_day(self.since, zone)] if self.since else []
        found += [made.started_at < start_of_day(self.until, zone)] if self.until else []
        return found
