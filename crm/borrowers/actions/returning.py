"""People given back to whom they were with before somebody shared them out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.gate.action import Action, Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import widest


@dataclass(frozen=True)
class ReturnPeople(Action, needs=Permission.ASSIGN_PEOPLE, recorded_as="borrowers.people.returned"):
    """Give people back to a collector and team; to nobody, where nobody had them."""

    person_ids: tuple[UUID, ...]
    collector_id: UUID | None = None
    team_id: UUID | None = None
    agency_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold them: nobody else gives them away meanwhile."""
        return set(self.person_ids)

    def subject(self, work: Work) -> Subject:
        """Find all of them; the farthest from the actor decides whether he may."""
        wanted = set(self.person_ids)
        rows = work.all(select(person).where(person.c.id.in_(wanted), ALIVE))
        if not rows or len(rows) != len(wanted):
            raise Missing("person")
        farthest = widest(*(relation_of(work.actor, row) for row in rows))
        return Subject("person", min(wanted), farthest, row=[row.id for row in rows])

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Give each back."""
        assert subject is not None
        before: dict[str, Any] = {
            "collector_id": self.collector_id,
            "team_id": self.team_id,
            "agency_id": self.agency_id,
        }
        ids = sorted(subject.row)
        for person_id in ids:
            work.change(person, person_id, **before)
        return {"id": ids[0], "person_ids": ids}
