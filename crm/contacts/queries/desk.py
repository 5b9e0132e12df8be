"""What the desk shows of one permit: whom it is for, and what is needed to log the contact."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries import person_subject
from crm.borrowers.queries.lines import looker_at
from crm.contacts.callers.queries import call_with
from crm.contacts.meter.hours import lawful_hours
from crm.contacts.meter.lines import Line, line_of
from crm.contacts.models import contact, permit, permit_event
from crm.contacts.queries.drafts import STILL_TO_LOG, at_the_form
from crm.contacts.queries.file import FromWork, file_of
from crm.contacts.queries.meter import approached
from crm.contacts.queries.owed import covered, owed_to
from crm.contacts.queries.permits import permit_rows, point_shown, state_of
from crm.contacts.queries.proof import looked_up_at
from crm.contacts.queries.records import FILE_VIEWED
from crm.contacts.queries.script import lines_of_inbound, talk_of
from crm.contacts.queries.verifying import checks_of, speaker_under
from crm.contacts.rules.script import lines_for
from crm.contacts.rules.standing import OWING
from crm.contacts.rules.verifying import SPOKEN, Speaker
from crm.contacts.script import lines
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of, relation_to
from crm.loans.queries import loans_of
from crm.privacy.openers import Looker, Presented, present
from crm.privacy.rows import stored
from crm.rulebook.case import Case
from crm.rulebook.in_force import books_in_force


@dataclass(frozen=True)
class PermitPage(
    FromWork, Question, needs=Permission.READ_CONTACTS, recorded_as=FILE_VIEWED, once_in=ONE_LOOK
):
    """One permit at the desk: to be started, released or logged, between who and before."""

    id: UUID
    before: list[str] | None = None
    kind: str | None = None

    def subject(self, reader: Reader) -> Subject:
        """Find the permit; what is viewed is the file of its person."""
        row = reader.one(_desk_rows().where(permit.c.id == self.id))
        if row is None:
            raise Missing("permit")
        found = person_subject(reader, row.person_id)
        return replace(found, row=(row, found))

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return where it stands, the file around it, and who was found to speak."""
        assert subject is not None
        row, whose = subject.row
        file = file_of(reader, whose, self.before, self.kind)
        line = _line(reader, row, file)
        return file | {
            "list": self,
            "zone": line["zone"] if line else next(iter(file["person"]["placed"].zones), None),
            "line": line,
            "permit": self._permit(reader, row, file),
            "sought": _sought(reader, row, file),
        }

    def _permit(self, reader: Reader, row: Any, file: Mapping[str, Any]) -> dict[str, Any]:
        state, mine = state_of(row, reader.now), row.reserved_by == reader.actor.id
        points = {point["id"]: point for point in file["person"]["points"]}
        at = points[row.contact_point_id]
        talks = state == "started" and mine and row.channel in SPOKEN
        by_other = row.other_at is not None and (
            speaker_under(reader, row.id, or_before=True) is Speaker.OTHER
        )
        logs = state in STILL_TO_LOG and (mine or self._logs_for(reader, row.reserved_by))
        return {column.name: getattr(row, column.name) for column in permit.c} | {
            "state": state,
            "mine": mine,
            "for_colleague": logs and not mine,
            "started_at": row.started_at,
            "other_at": row.other_at,
            "contact_id": row.contact_id,
            "outcome": row.outcome,
            "holder": names_of(reader, {row.reserved_by}).get(row.reserved_by),
            "contact_point": {"label": at["value"], "kind": at["kind"], "place": at["place"]},
            "loans": [loan for loan in file["loans"] if str(loan["id"]) in row.loan_ids],
            "script": lines_for(lines().values(), talk_of(reader, row, by_other=by_other))
            if logs and mine
            else [],
            "checks": checks_of(reader, row.person_id, row.id, row.target, row.other_at)
            if talks
            else None,
            **(at_the_form(reader, row.id, row.person_id) if logs else {}),
        }

    def _logs_for(self, reader: Reader, colleague: UUID) -> bool:
        """Tell whether the reader may log what this colleague made."""
        reach = reader.reach(Permission.LOG_FOR_COLLEAGUE)
        return reach is not None and reach.covers(relation_to(reader, colleague))


def _sought(reader: Reader, row: Any, file: Mapping[str, Any]) -> Presented | None:
    """Return the name to ask for: his own, or that of the borrower beside whom he stands."""
    owners = [loan["borrower_id"] for loan in file["loans"] if str(loan["id"]) in row.loan_ids]
    if row.target in OWING or not owners:
        name: Presented | None = file["person"]["name"]
        return name
    found = reader.one(select(person).where(person.c.id == owners[0]))
    assert found is not None
    return present(stored(person, found._asdict())["name"], looker_at(reader, found))


def _desk_rows() -> Select[Any]:
    other, record = permit_event.alias("other"), contact.alias("record")
    of_this = (other.c.permit_id == permit.c.id) & (other.c.kind == "other")
    return (
        permit_rows()
        .add_columns(other.c.at.label("other_at"), record.c.outcome)
        .outerjoin(other, of_this)
        .outerjoin(record, (record.c.permit_id == permit.c.id) & record.c.corrects_id.is_(None))
    )


def _line(reader: Reader, row: Any, file: Mapping[str, Any]) -> Line | None:
    """Return the meter of what is reserved or under way, with the end of its lawful hours.

    What is under way is not judged again: only its hours are told.
    """
    if state_of(row, reader.now) not in ("reserved", "started"):
        return None
    for point in file["person"]["points"]:
        if point["id"] == row.contact_point_id:
            shown = {"id": point["id"], "label": point["value"], "place": point["place"]}
            wanted = {row.person_id: [shown | {"kind": point["kind"]}]}
            for _, at, facts in approached(reader, wanted, {point["kind"]: (row.channel,)}):
                books = books_in_force()
                line = line_of(facts, books, at)
                line["closes_at"] = lawful_hours(Case(facts), books).closes_at
                return line
    return None


@dataclass(frozen=True)
class NewContact(Question, needs=Permission.LOG_CONTACT, recorded_as=FILE_VIEWED, once_in=ONE_LOOK):
    """What the form needs for a contact that had no permit: numbers and loans of the person.

    Whoever logs contacts may write down that he was called; what we began without a permit the
    action lets only those write who may.
    """

    id: UUID
    caller: UUID | None = None

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return his name, his numbers and addresses, and his loans."""
        assert subject is not None
        looker = Looker(reader.actor.role, subject.relation)
        query = select(contact_point).where(contact_point.c.person_id == self.id)
        points = reader.all(query.order_by(contact_point.c.id))
        loans = loans_of(reader, self.id)
        owed = owed_to(reader, [self.id], [str(loan["id"]) for loan in loans])
        return {
            "person_id": self.id,
            "person": present(stored(person, subject.row._asdict())["name"], looker),
            "points": [point_shown(row._asdict(), looker) for row in points],
            "loans": loans if owed.verdict else covered(loans),
            "now": looked_up_at(reader, self.id) or reader.now,
            **at_the_form(reader, self.id, self.id),
            "call": call_with(reader, self.caller, self.id),
            "script": lines_of_inbound(reader, self.id),
        }
