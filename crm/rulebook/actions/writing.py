"""What every way to write a draft shares: its lock, what may be written anew, how it is kept."""

from typing import Any
from uuid import UUID

from crm.gate.action import Subject
from crm.gate.errors import Invalid, Stale
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.rulebook.actions.shelving import (
    THE_SHELF,
    Draft,
    draft_subject,
    draft_values,
    kept_books,
    newest_of,
)
from crm.rulebook.models import book_version
from crm.rulebook.versions.kept import DRAFT
from crm.storage.ids import new_id
from crm.words import N_


class WritesDraft:
    """What every way to write a draft has in common; without `id` it begins a new one."""

    id: UUID | None
    version: int | None

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let nobody else change the shelf meanwhile."""
        return (THE_SHELF,)

    def subject(self, work: Work) -> Subject | None:
        """Find the draft that is written anew."""
        return None if self.id is None else draft_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """What was published or put away stays as it is; whoever changes it saw its newest words.

        Raises Stale where somebody else wrote meanwhile.
        """
        if subject is None:
            return ALLOWED
        if subject.row.state != DRAFT:
            return refuse("book.not_a_draft", N_("Only a draft can be changed."))
        if self.version is not None and self.version != subject.row.version:
            raise Stale("book_version")
        return ALLOWED


def keep(work: Work, subject: Subject | None, draft: Draft) -> dict[str, Any]:
    """Keep a draft that was read; Invalid where its day has come or it became another book."""
    book = draft.book
    if book.starts <= work.now:
        raise Invalid({"begins": [N_("It must begin after today, where the book applies.")]})
    if subject is not None and subject.row.book != book.id:
        raise Invalid({"text": [N_("A draft stays a draft of its book: write another one.")]})
    newest = newest_of(kept_books(work), book.id)
    row = draft_values(work, book, draft.text) | {
        "state": DRAFT,
        "origin": "house",
        "loosens": sorted(draft.loosens),
        "based_on": newest.sha256 if newest else None,
    }
    if subject is None:
        row["id"] = new_id()
        work.add_many(book_version, [row])
    else:
        row |= {"id": subject.id, "version": subject.row.version + 1}
        work.change_many(book_version, [row])
    work.note(version=str(row["id"]), book=book.id, edition=book.version, sha256=book.sha256)
    return {"id": row["id"]}
