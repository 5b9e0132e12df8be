"""The house's default book, drafted from a book of law."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.rulebook.actions.drafting import SaveDraft
from crm.rulebook.actions.shelving import kept_books, newest_of, read_draft
from crm.rulebook.actions.writing import WritesDraft, keep
from crm.rulebook.books import ALWAYS, DEFAULT
from crm.rulebook.versions.default import stand_in
from crm.words import N_


@dataclass(frozen=True)
class DraftDefaultBook(
    WritesDraft, Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.default_book.drafted"
):
    """Draft the book that judges known places which no book covers: the rules of a book of law.

    Its rules can then be written on like those of any draft.
    """

    book: str
    begins: date
    id: UUID | None = None
    version: int | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write its text from the newest version of that book, and keep it."""
        books = kept_books(work)
        source = newest_of(books, self.book)
        if source is None or source.id in {*ALWAYS, DEFAULT}:
            raise Invalid({"book": [N_("Choose a book of law from the list.")]})
        text = stand_in(source, self.begins)
        return keep(work, subject, read_draft(SaveDraft(text), books))
