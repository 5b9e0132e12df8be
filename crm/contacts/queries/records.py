"""One contact record with its decision and its entry; one refusal with its law."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from crm.audit.models import audit_entry, audit_leaf
from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.contacts.decisions import unpacked
from crm.contacts.models import contact, decision
from crm.contacts.queries.laws import law_of
from crm.contacts.queries.owed import cover_contact, owed_to
from crm.contacts.queries.permits import WHOSE
from crm.contacts.queries.script import ticks_of
from crm.contacts.queries.timeline import with_words
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored

FILE_VIEWED = "borrowers.person.viewed"


@dataclass(frozen=True)
class OneContact(
    Question, needs=Permission.READ_CONTACTS, recorded_as=FILE_VIEWED, once_in=ONE_LOOK
):
    """One contact record: what was reached and said, its decision, its corrections, its entry."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the record; what is viewed is the file of its person."""
        query = select(contact, *WHOSE, person.c.name).join(
            person, and_(person.c.id == contact.c.person_id, ALIVE)
        )
        row = reader.one(query.where(contact.c.id == self.id))
        if row is None:
            raise Missing("contact")
        return Subject("person", row.person_id, relation_of(reader.actor, row), row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the record as it may be shown: without words while somebody else listens."""
        assert subject is not None
        row, looker = subject.row, Looker(reader.actor.role, subject.relation)
        columns = {column.name: getattr(row, column.name) for column in contact.c}
        newer = select(contact.c.id).where(contact.c.corrects_id == self.id)
        name = stored(person, {"id": row.person_id, "name": row.name})["name"]
        (shown,) = with_words(reader, [columns], looker)
        if not owed_to(reader, [row.person_id], row.loan_ids).verdict:
            shown = cover_contact(shown, words=True)
        return shown | {
            "person": present(name, looker),
            "decision": decision_row(reader, row.decision_id),
            "entry": entry_at(reader, row.recorded_at, row.recorded_by),
            "corrected_by_id": reader.scalar(newer.limit(1)),
            "script": ticks_of(reader, self.id),
        }


@dataclass(frozen=True)
class OneRefusal(Question, needs=Permission.READ_FINDINGS, recorded_as="contacts.refusal.viewed"):
    """One contact that was asked for and refused: by which law, and until when."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the decision; it lies to the actor as its person does."""
        query = select(decision, *WHOSE, person.c.name).join(
            person, and_(person.c.id == decision.c.person_id, ALIVE)
        )
        row = reader.one(query.where(decision.c.id == self.id))
        if row is None:
            raise Missing("decision")
        return Subject("decision", row.id, relation_of(reader.actor, row), row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the refusal, its law and its entry."""
        assert subject is not None
        row, looker = subject.row, Looker(reader.actor.role, subject.relation)
        name = stored(person, {"id": row.person_id, "name": row.name})["name"]
        names = names_of(reader, {row.asked_by})
        return _opened(row) | {
            "person": present(name, looker, Context.LIST),
            "collector": names.get(row.asked_by),
            "entry": entry_at(reader, row.at, row.asked_by),
        }


def decision_row(reader: Reader, decision_id: UUID | None) -> dict[str, Any] | None:
    """Return a decision with its reasons, without its facts; None where none is kept."""
    row = reader.one(select(decision).where(decision.c.id == decision_id))
    return None if row is None else _opened(row)


def entry_at(reader: Reader, at: datetime, actor_id: UUID) -> dict[str, Any] | None:
    """Return id and number of the entry that somebody's act at that instant left in the ledger."""
    query = (
        select(audit_entry.c.id, audit_leaf.c.number)
        .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
        .where(
            audit_entry.c.actor_id == actor_id,
            audit_entry.c.at == at,
            audit_entry.c.action.startswith("contacts."),
        )
        .order_by(audit_entry.c.id)
    )
    row = reader.one(query.limit(1))
    return None if row is None else dict(row._mapping)


def _opened(row: Any) -> dict[str, Any]:
    hidden = {"document", "facts_digest"}
    columns = (column.name for column in decision.c if column.name not in hidden)
    plain = {name: getattr(row, name) for name in columns} | law_of(row.rule)
    try:
        _, judged = unpacked(stored(decision, dict(row._mapping))["document"])
    except SealKeyMissing:  # the person was erased: what was decided remains, not on what
        return plain | {"reasons": None, "rulebooks": []}
    return plain | {"reasons": judged["reasons"], "rulebooks": judged["rulebooks"]}
