"""A person's file as a page: who he is, whether he may be reached now, and what was before."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.borrowers.queries import person_subject
from crm.borrowers.queries.file import person_file
from crm.contacts.queries.meter import meters
from crm.contacts.queries.permits import open_permits
from crm.contacts.queries.records import FILE_VIEWED
from crm.contacts.queries.timeline import timeline
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.loans.queries import loans_of
from crm.privacy.openers import Looker


@dataclass(frozen=True)
class PersonFile(Question, needs=Permission.READ_PEOPLE, recorded_as=FILE_VIEWED, once_in=ONE_LOOK):
    """Everything a desk needs of one person, in a number of statements that never grows.

    `work` is his place in the list one came from, `show` and `bucket` its filters; `before` turns
    the pages of the timeline.
    """

    id: UUID
    before: list[str] | None = None
    work: int | None = None
    show: str | None = None
    bucket: str | None = None

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return him, his loans, his meter, his open permits and his contacts."""
        assert subject is not None
        looker = Looker(reader.actor.role, subject.relation)
        person = person_file(reader, subject)
        points = [
            {"id": p["id"], "label": p["value"], "kind": p["kind"], "place": p["place"]}
            for p in person["points"]
            if p["active"]
        ]
        lines = meters(reader, {self.id: points})[self.id]
        return {
            "person": person,
            "loans": loans_of(reader, self.id),
            "lines": lines,
            "zone": next((line["zone"] for line in lines if line["zone"]), None),
            "permits": open_permits(reader, [self.id]).get(self.id, []),
            "contacts": timeline(reader, self.id, looker, self.before),
            "now": reader.now,
            "list": self,
        }
