"""Drafts of contact records: kept every few seconds while one types, and gone once it is saved.

They are bookkeeping: the record itself is made by LogContact or LogUnpermitted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Executable, and_, delete

from crm.borrowers.models import person
from crm.borrowers.queries import person_subject
from crm.borrowers.queries.subjects import ALIVE
from crm.contacts.models import draft, permit
from crm.contacts.queries.drafts import KEPT, STILL_TO_LOG, draft_id
from crm.contacts.queries.permits import permit_rows, state_of
from crm.gate.action import Action, Subject
from crm.gate.errors import Missing
from crm.gate.jotting import Jotting
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.privacy.rows import seal_row
from crm.privacy.sealed import Sealed
from crm.storage.bookkeeping import in_place


@dataclass(frozen=True)
class DraftOfPermit(Jotting, needs=Permission.LOG_CONTACT):
    """Keep what is typed about a contact that one has started and not logged."""

    permit_id: UUID
    document: Sealed

    def subject(self, reader: Reader) -> Subject:
        """Find the permit among one's own; nobody else writes its record."""
        query = permit_rows().join(person, and_(person.c.id == permit.c.person_id, ALIVE))
        row = reader.one(query.where(permit.c.id == self.permit_id))
        mine = row is not None and row.reserved_by == reader.actor.id
        if row is None or not mine or state_of(row, reader.now) not in STILL_TO_LOG:
            raise Missing("permit")
        return Subject("permit", self.permit_id, Scope.OWN, row=row)

    def read(self, reader: Reader, subject: Subject | None) -> Sequence[Executable]:
        """Put it in place of what was typed before."""
        assert subject is not None
        return _kept(reader, self.permit_id, subject.row.person_id, self.document)


@dataclass(frozen=True)
class DraftOfPerson(Jotting, needs=Permission.LOG_CONTACT):
    """Keep what is typed about a contact with somebody that had no permit."""

    person_id: UUID
    document: Sealed

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.person_id)

    def read(self, reader: Reader, subject: Subject | None) -> Sequence[Executable]:
        """Put it in place of what was typed before."""
        return _kept(reader, self.person_id, self.person_id, self.document)


@dataclass(frozen=True)
class ForgetDraft(Jotting, needs=Permission.LOG_CONTACT):
    """Let go of one's own draft about a permit: it was saved, or is not wanted."""

    permit_id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> Sequence[Executable]:
        """Delete it, if there is one."""
        return [delete(draft).where(draft.c.id == draft_id(reader.actor.id, self.permit_id))]


@dataclass(frozen=True)
class ForgetPersonDraft(Jotting, needs=Permission.LOG_CONTACT):
    """Let go of one's own draft about a person: it was saved, or is not wanted."""

    person_id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> Sequence[Executable]:
        """Delete it, if there is one."""
        return [delete(draft).where(draft.c.id == draft_id(reader.actor.id, self.person_id))]


@dataclass(frozen=True)
class SweepDrafts(
    Action,
    needs=Permission.KEEP_HOUSE,
    recorded_as="contacts.drafts.swept",
    every=timedelta(hours=1),
):
    """Let go of drafts that nobody has touched for a day."""

    def run(self, work: Work, subject: Subject | None) -> None:
        """Delete them; the entry says how many."""
        work.note(deleted=work.forget(draft, draft.c.kept_at < work.now - KEPT))


def _kept(reader: Reader, about: UUID, person_id: UUID, document: Sealed) -> list[Executable]:
    row = {
        "id": draft_id(reader.actor.id, about),
        "person_id": person_id,
        "held_by": reader.actor.id,
        "kept_at": reader.now,
        "document": document,
    }
    return [in_place(draft, seal_row(draft, row, person_id))]
