"""Where a person says he is: his word counts once it is proven, to whom he said it, who he is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.borrowers.actions.place import RecordPlaceEvidence
from crm.borrowers.queries.subjects import person_subject
from crm.contacts.queries.verifying import proved_lately
from crm.gate.action import Action, Subject, Then
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.words import N_


@dataclass(frozen=True)
class StatePlace(Action, needs=Permission.EDIT_PEOPLE, recorded_as="contacts.place.stated"):
    """Write down where a person says he is; it sets area codes aside for a year.

    It opens hours, so it takes two answers that matched in a contact of the actor's with him within
    the day (decision 0031). The fields are those of `RecordPlaceEvidence`.
    """

    person_id: UUID
    country: str
    region: str | None = None
    city: str | None = None
    zone: str | None = None
    stated_at: datetime | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return (self.person_id,)

    def subject(self, work: Work) -> Subject:
        """Find the person."""
        return person_subject(work, self.person_id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody's word count before he has proved who he is."""
        if proved_lately(work, self.person_id):
            return ALLOWED
        why = N_(
            "Make sure who it is first, by two answers that match in a contact of yours. Within a "
            "day of it their word counts."
        )
        return refuse("place.unverified", why)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep it as evidence."""
        evidence = RecordPlaceEvidence(
            self.person_id, self.country, self.region, self.city, self.zone, self.stated_at
        )
        return Then({"person_id": self.person_id}, [evidence], answered_by_last=True)

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": self.person_id}
