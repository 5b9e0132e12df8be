"""Where a person says he is: his word counts once it is proven, to whom he said it, who he is."""

from dataclasses import dataclass

from crm.borrowers.actions.place import RecordPlaceEvidence
from crm.contacts.queries.proof import proved_lately
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.words import N_


@dataclass(frozen=True)
class StatePlace(
    RecordPlaceEvidence, needs=Permission.EDIT_PEOPLE, recorded_as="contacts.place.stated"
):
    """Write down where a person says he is; it sets area codes aside for a year.

    It opens hours, so it takes two answers that matched in a contact of the actor's with him within
    the day (decision 0031).
    """

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody's word count before he has proved who he is."""
        if proved_lately(work, self.person_id):
            return ALLOWED
        why = N_(
            "Make sure who it is first, by two answers that match in a contact of yours. Within a "
            "day of it their word counts."
        )
        return refuse("place.unverified", why)
