"""What the desk shows of one permit: whom it is for, and what is needed to log the contact."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries import person_subject
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.contacts.models import permit
from crm.contacts.queries.permits import permit_rows, point_shown, state_of
from crm.contacts.queries.records import FILE_VIEWED
from crm.contacts.queries.verifying import checks_of
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.loans.queries import loans_of
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored

SPOKEN = ("call", "visit", "im")  # where somebody answers at once
WHO_OWES = ("borrower", "co_borrower", "guarantor")


@dataclass(frozen=True)
class PermitPage(
    Question, needs=Permission.READ_CONTACTS, recorded_as=FILE_VIEWED, once_in=ONE_LOOK
):
    """One permit with its person: to be started, released or logged."""

    id: UUID
    before: list[str] | None = None
    work: int | None = None
    show: str | None = None
    bucket: str | None = None

    def subject(self, reader: Reader) -> Subject:
        """Find the permit; what is viewed is the file of its person."""
        query = permit_rows().add_columns(
            person.c.collector_id, person.c.team_id, person.c.agency_id, person.c.name
        )
        query = query.join(person, and_(person.c.id == permit.c.person_id, ALIVE))
        row = reader.one(query.where(permit.c.id == self.id))
        if row is None:
            raise Missing("permit")
        return Subject("person", row.person_id, relation_of(reader.actor, row), row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return where it stands, its line, the loans it is about, and who was found to speak."""
        assert subject is not None
        row, looker = subject.row, Looker(reader.actor.role, subject.relation)
        name = stored(person, {"id": row.person_id, "name": row.name})["name"]
        point = select(contact_point).where(contact_point.c.id == row.contact_point_id)
        loans = loans_of(reader, row.person_id)
        return {column.name: getattr(row, column.name) for column in permit.c} | {
            "list": self,
            "state": state_of(row, reader.now),
            "mine": row.reserved_by == reader.actor.id,
            "started_at": row.started_at,
            "contact_id": row.contact_id,
            "person": present(name, looker),
            "holder": names_of(reader, {row.reserved_by}).get(row.reserved_by),
            "contact_point": point_shown(reader.all(point)[0]._asdict(), looker),
            "loans": [loan for loan in loans if str(loan["id"]) in row.loan_ids],
            "checks": self._checks(reader, row),
        }

    def _checks(self, reader: Reader, row: Any) -> dict[str, Any] | None:
        """Return how the check of identity stands; None where nobody is to be asked."""
        asks = row.channel in SPOKEN and row.target in WHO_OWES
        if not asks or row.reserved_by != reader.actor.id or state_of(row, reader.now) != "started":
            return None
        return checks_of(reader, row.person_id, row.id)


@dataclass(frozen=True)
class NewContact(
    Question, needs=Permission.LOG_UNPERMITTED, recorded_as=FILE_VIEWED, once_in=ONE_LOOK
):
    """What the form needs for a contact that had no permit: numbers and loans of the person."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return his name, his numbers and addresses, and his loans."""
        assert subject is not None
        looker = Looker(reader.actor.role, subject.relation)
        query = select(contact_point).where(contact_point.c.person_id == self.id)
        points = reader.all(query.order_by(contact_point.c.id))
        return {
            "person_id": self.id,
            "person": present(stored(person, subject.row._asdict())["name"], looker),
            "points": [point_shown(row._asdict(), looker) for row in points],
            "loans": loans_of(reader, self.id),
            "now": reader.now,
        }
