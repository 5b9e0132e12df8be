"""The house's table of holidays, drafted from a form."""

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
from crm.rulebook.books import HOLIDAYS
from crm.rulebook.calendars import is_country
from crm.rulebook.versions.checking import check
from crm.rulebook.versions.holidays import Told, Wish, written
from crm.words import N_


@dataclass(frozen=True)
class DraftHolidays(
    WritesDraft, Action, needs=Permission.CHANGE_BOOKS, recorded_as="rulebook.holidays.drafted"
):
    """Draft the table of holidays: days added, struck as working days, or taken out again.

    A day is moved by naming the old one a working day and the new one a holiday. `announced`:
    years of the country whose holidays are complete now. `taken_out` names lines by their keys.
    """

    begins: date
    country: str | None = None
    part: str | None = None
    holidays: tuple[Told, ...] = ()
    working: tuple[Told, ...] = ()
    announced: tuple[int, ...] = ()
    taken_out: tuple[str, ...] = ()
    source: str | None = None
    id: UUID | None = None
    version: int | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write the text, check it like any other, and keep it."""
        books = kept_books(work)
        base = check(subject.row.text) if subject else newest_of(books, HOLIDAYS)
        text = written(base, self.begins, self._wish(), self.taken_out)
        try:
            draft = read_draft(SaveDraft(text), books)
        except Invalid as fault:  # the form has no text to show it beside
            raise Invalid({"holidays": fault.fields["text"]}) from None
        return keep(work, subject, draft)

    def _wish(self) -> Wish | None:
        """Return what is told of a country; Invalid where it is none, or a day stands twice."""
        told = [*self.holidays, *self.working]
        if not told and not self.announced:
            if not self.taken_out:
                raise Invalid({"holidays": [N_("Name a day or a year, or take a line out.")]})
            return None
        if self.country is None or not is_country(self.country, None):
            raise Invalid({"country": [N_("Name a country as ISO 3166 has it, such as AU.")]})
        if not is_country(self.country, self.part):
            raise Invalid({"part": [N_("That country has no such part with its own holidays.")]})
        if len({one.on for one in told}) < len(told):
            raise Invalid({"working": [N_("A day stands twice.")]})
        return Wish(
            self.country, self.part, self.holidays, self.working, self.announced, self.source
        )
