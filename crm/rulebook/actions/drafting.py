"""Drafts: written, written anew, put away; they judge nobody."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.rulebook.actions.shelving import THE_SHELF, draft_subject, kept_books, read_draft
from crm.rulebook.actions.writing import WritesDraft, keep
from crm.rulebook.books import HOUSE, Book, Books
from crm.rulebook.models import book_version
from crm.rulebook.versions.checking import check
from crm.rulebook.versions.difference import loosened
from crm.rulebook.versions.kept import DISCARDED, DRAFT
from crm.rulebook.versions.limits import Stricter, Tightening, tightenable, written
from crm.words import N_


@dataclass(frozen=True)
class SaveDraft(
    WritesDraft, Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.version.drafted"
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
        return keep(work, subject, read_draft(self, kept_books(work)))


_NOT_STRICTER = N_("This is not stricter than what holds now: give a stricter figure, or none.")


@dataclass(frozen=True)
class DraftLimits(
    WritesDraft, Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.limits.drafted"
):
    """Draft limits of the house from a form: which are on, and rules of law made stricter.

    `on_purpose`: limits of the house's own may become less strict by this.
    """

    begins: date
    switched_on: tuple[str, ...] = ()
    tightened: tuple[Stricter, ...] = ()
    on_purpose: bool = False
    id: UUID | None = None
    version: int | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write the text, check it like any other, and keep it."""
        books = kept_books(work)
        base = check(subject.row.text) if subject else books.versions(HOUSE)[-1]
        if not set(self.switched_on) <= {rule.id for rule in base.rules}:
            raise Invalid({"switched_on": [N_("Choose a limit of the house from the list.")]})
        text = written(base, books, self.begins, self.switched_on, self._tightened(books))
        granted = loosened(books.versions(HOUSE)[-1], check(text)) if self.on_purpose else ()
        try:
            draft = read_draft(SaveDraft(text, loosens=tuple(granted)), books)
        except Invalid as fault:  # the form has no text to show it beside
            raise Invalid({"limits": fault.fields["text"], **self._beside(base, books)}) from None
        return keep(work, subject, draft)

    def _beside(self, base: Book, books: Books) -> dict[str, list[str]]:
        """Return the same in short, beside the figures that cannot stand by themselves."""
        fields = {
            rule["id"]: {figure["name"]: figure["field"] for figure in rule["figures"]}
            for rule in tightenable(books)
        }
        found: dict[str, list[str]] = {}
        for one in self._tightened(books):
            try:
                read_draft(SaveDraft(written(base, books, self.begins, (), [one])), books)
            except Invalid:
                names = (fields[one.rule][name] for name in one.figures)
                found |= {f"tighten.{name}.{one.rule}": [_NOT_STRICTER] for name in names}
        return found

    def _tightened(self, books: Books) -> list[Tightening]:
        """Return the rules of law that are made stricter; Invalid where one has no such figures."""
        rules = {rule["id"]: rule for rule in tightenable(books)} if self.tightened else {}
        found: dict[str, Tightening] = {}
        for one in self.tightened:
            rule, given = rules.get(one.rule), one.figures
            if rule is None:
                raise Invalid({"tightened": [N_("Choose a rule of law from the list.")]})
            if not given or not given.keys() <= {figure["name"] for figure in rule["figures"]}:
                fault = N_("Give the figures that this rule has, and no others.")
                raise Invalid({"tightened": [fault]})
            if one.rule in found:
                raise Invalid({"tightened": [N_("Name each rule of law once.")]})
            found[one.rule] = Tightening(one.rule, given, one.products_spared)
        return list(found.values())


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
