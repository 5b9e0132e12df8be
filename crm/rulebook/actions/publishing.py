"""Versions put in force: those of a release, and those that two people agreed to."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.generation import raise_generation
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict, refuse, second_person
from crm.gate.work import Work
from crm.identity.actor import system
from crm.rulebook.actions.shelving import (
    THE_SHELF,
    adopt,
    draft_subject,
    keeps_standing,
    kept_books,
    newest_of,
    read_stored,
    stands_against,
)
from crm.rulebook.models import book_version
from crm.rulebook.versions.kept import DRAFT, KEPT, PUBLISHED, WITHDRAWN, shipped_texts
from crm.storage.database import database
from crm.words import N_


@dataclass(frozen=True)
class AdoptBooks(Action, needs=Permission.KEEP_HOUSE, recorded_as="rulebook.books.adopted"):
    """Take the books of this release: in force at once in a new house, as drafts in any other."""

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let nobody else change the shelf meanwhile."""
        return (THE_SHELF,)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what is new with its text; return how many versions that were."""
        return {"taken": adopt(work)}


def take_release() -> None:
    """Take what this release brings, if anything of it is not kept yet: at init, and at start.

    Until then a house that keeps nothing judges by the books of its release.
    """
    with database().glance() as connection:
        kept = set(connection.execute(select(book_version.c.sha256)).scalars())
    if any(book.sha256 not in kept for book, _ in shipped_texts()):
        perform(AdoptBooks(), system("crm rulebook"))


@dataclass(frozen=True)
class WithdrawVersion(
    Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.version.withdrawn"
):
    """Take back a published version whose day has not come; somebody else agrees to that too.

    It judged nothing yet but the search ahead; decisions that looked at it are replayed with it.
    """

    tells = ("book", "edition", "begins")
    id: UUID

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let nobody else change the shelf meanwhile."""
        return (THE_SHELF,)

    def subject(self, work: Work) -> Subject:
        """Find the version."""
        return draft_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person, once nothing else stands against it."""
        assert subject is not None
        no = keeps_standing(work, subject.row)
        if no is not None:
            return no
        return second_person("book.withdraw", N_("Taking a book back takes a second person."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Take it off the shelf, and have every process look at the shelf again."""
        assert subject is not None
        row = subject.row
        work.change(
            book_version, self.id, version=row.version, state=WITHDRAWN, withdrawn_at=work.now
        )
        work.note(book=row.book, edition=row.edition, begins=str(row.begins))
        raise_generation(work)
        return {"id": self.id}


@dataclass(frozen=True)
class PublishVersion(
    Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.version.published"
):
    """Put a draft in force from its day on: back-tested, and agreed to by somebody else."""

    tells = ("book", "edition", "begins", "loosens")
    id: UUID

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let nobody else change the shelf meanwhile."""
        return (THE_SHELF,)

    def subject(self, work: Work) -> Subject:
        """Find the draft."""
        return draft_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person, once nothing else stands against it."""
        assert subject is not None
        row = subject.row
        if row.state != DRAFT:
            return refuse("book.not_a_draft", N_("Only a draft can be published."))
        if work.agreed_to and work.agreed and work.agreed.approver.id == row.drafted_by:
            return refuse("book.own_draft", N_("Whoever wrote the draft may not agree to it."))
        books = kept_books(work)
        try:
            book = read_stored(row, books).book
        except Invalid as fault:
            why = N_("It can no longer be read: %(fault)s")
            return refuse("book.broken", why, fault="; ".join(fault.fields["text"]))
        no = stands_against(work, row, book, newest_of(books, book.id))
        if no is not None:
            return no
        return second_person("book.publish", N_("A book takes a second person."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Put it in force, and have every process look at the shelf again."""
        assert subject is not None
        if not work.all(KEPT):
            adopt(work)  # the versions that judge beside it, or judged before, are kept too
        work.change(
            book_version,
            self.id,
            version=subject.row.version,
            state=PUBLISHED,
            published_at=work.now,
            approved_by=work.agreed.approver.id if work.agreed else None,
        )
        row = subject.row
        work.note(book=row.book, edition=row.edition, begins=str(row.begins), loosens=row.loosens)
        raise_generation(work)
        return {"id": self.id}
