"""Drafts: written, written anew, put away; they judge nobody."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Stale
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.rulebook.actions.shelving import (
    THE_SHELF,
    Draft,
    draft_subject,
    draft_values,
    kept_books,
    newest_of,
    read_draft,
)
from crm.rulebook.books import HOUSE, Books
from crm.rulebook.models import book_version
from crm.rulebook.versions.checking import check
from crm.rulebook.versions.difference import loosened
from crm.rulebook.versions.kept import DISCARDED, DRAFT
from crm.rulebook.versions.limits import Tightening, tightenable, written
from crm.storage.ids import new_id
from crm.words import N_


class _WritesDraft:
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
        """What was published or put away stays as it is."""
        return _may_change(subject, self.version)


@dataclass(frozen=True)
class SaveDraft(
    _WritesDraft, Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.version.drafted"
):
    """Write a draft of a book, or write one anew; it judges nobody until it is published.

    `begins` sets the day it comes into force, in the text too. `loosens` names limits of the house
    that are less strict on purpose. `id` and `version` name the draft that is written anew.
    """

    text: str
    begins: date | None = None
    loosens: tuple[str, ...] = ()
    id: UUID | None = None
    version: int | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Check the text and keep it; Invalid names file, line and reason."""
        return _kept(work, subject, read_draft(self, kept_books(work)))


@dataclass(frozen=True)
class DraftLimits(
    _WritesDraft, Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.limits.drafted"
):
    """Draft limits of the house from a form: which are on, and a rule of law made stricter.

    `rule` is a rule of law in force; of its figures those that are given are made so strict.
    `on_purpose`: limits of the house's own may become less strict by this.
    """

    begins: date
    switched_on: tuple[str, ...] = ()
    rule: str | None = None
    limit: int | None = None
    days: int | None = None
    opens: str | None = None
    closes: str | None = None
    products_spared: tuple[str, ...] = ()
    on_purpose: bool = False
    id: UUID | None = None
    version: int | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write the text, check it like any other, and keep it."""
        books = kept_books(work)
        base = check(subject.row.text) if subject else books.versions(HOUSE)[-1]
        text = written(base, books, self.begins, self.switched_on, self._tightened(books))
        granted = loosened(books.versions(HOUSE)[-1], check(text)) if self.on_purpose else ()
        try:
            draft = read_draft(SaveDraft(text, loosens=tuple(granted)), books)
        except Invalid as fault:  # the form has no text to show it beside
            raise Invalid({"limits": fault.fields["text"]}) from None
        return _kept(work, subject, draft)

    def _tightened(self, books: Books) -> list[Tightening]:
        """Return the rule of law that is made stricter; Invalid where it has no such figures."""
        if self.rule is None:
            return []
        rule = next((one for one in tightenable(books) if one["id"] == self.rule), None)
        if rule is None:
            raise Invalid({"rule": [N_("Choose a rule of law from the list.")]})
        told = {"limit": self.limit, "days": self.days, "from": self.opens, "to": self.closes}
        given = {name: value for name, value in told.items() if value is not None}
        names = {name for name, _ in rule["figures"]}
        if not given or not given.keys() <= names:
            raise Invalid({"rule": [N_("Give the figures that this rule has, and no others.")]})
        return [Tightening(self.rule, given, self.products_spared)]


@dataclass(frozen=True)
class DiscardDraft(Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.version.discarded"):
    """Put a draft away; its text stays on record."""

    id: UUID

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let nobody else change the shelf meanwhile."""
        return (THE_SHELF,)

    def subject(self, work: Work) -> Subject:
        """Find the draft."""
        return draft_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """What was published cannot be put away: it has judged."""
        assert subject is not None
        if subject.row.state != DRAFT:
            return refuse("book.not_a_draft", N_("Only a draft can be put away."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Mark it."""
        assert subject is not None
        work.change(book_version, self.id, version=subject.row.version, state=DISCARDED)
        return {"id": self.id}


def _may_change(subject: Subject | None, version: int | None) -> Verdict:
    """Let drafts be changed, by whoever saw their newest words."""
    if subject is None:
        return ALLOWED
    if subject.row.state != DRAFT:
        return refuse("book.not_a_draft", N_("Only a draft can be changed."))
    if version is not None and version != subject.row.version:
        raise Stale("book_version")
    return ALLOWED


def _kept(work: Work, subject: Subject | None, draft: Draft) -> dict[str, Any]:
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
