"""People: entered, changed, assigned."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.matching import MATCHING, propose
from crm.borrowers.models import organisation, person
from crm.borrowers.queries.subjects import ALIVE, person_subject, relation_of
from crm.borrowers.rules.assignment import DESK
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.identity.models import account, team
from crm.privacy.sealed import Sealed
from crm.words import N_

AT_MOST = 500  # people in one assignment


@dataclass(frozen=True)
class CreatePerson(Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.person.created"):
    """Enter a person; whoever works only with his own people has him from now on.

    Whoever has the same identity number is counted together with him until somebody decides.
    """

    name: Sealed | None = None
    national_id: Sealed | None = None
    language: str | None = None
    organisation: str | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold what makes people alike."""
        return (MATCHING,) if self.national_id is not None else ()

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make the person, in the actor's own reach."""
        actor, reach = work.actor, work.reach(Permission.EDIT_PEOPLE)
        near = reach is not Scope.ALL
        person_id = work.add(
            person,
            name=self.name,
            national_id=self.national_id,
            language=self.language,
            organisation_id=_organisation(work, self.organisation),
            collector_id=actor.id if reach is Scope.OWN else None,
            team_id=actor.team_id if near else None,
            agency_id=actor.agency_id if near else None,
            created_at=work.now,
            version=1,
        )
        anew = propose(work, [person_id]) if self.national_id is not None else ()
        return {"id": person_id, "person_id": person_id, "people_anew": anew}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": result_id}


@dataclass(frozen=True)
class EditPerson(Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.person.changed"):
    """Change what is known of a person; what is left out stays as it is."""

    person_id: UUID
    version: int
    name: Sealed | None = None
    national_id: Sealed | None = None
    language: str | None = None
    organisation: str | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person, and what makes people alike."""
        return self.person_id, MATCHING

    def subject(self, work: Work) -> Subject:
        """Find the person."""
        return person_subject(work, self.person_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Change it; raises Stale where somebody else did meanwhile."""
        given = {
            "name": self.name,
            "national_id": self.national_id,
            "language": self.language,
            "organisation_id": _organisation(work, self.organisation),
        }
        values = {name: value for name, value in given.items() if value is not None}
        assert subject is not None
        work.change(person, self.person_id, version=self.version, **values)
        known_by = self.national_id is not None or self.name is not None
        token = select(person.c.national_id_token).where(person.c.id == self.person_id)
        others = self.national_id is not None and (
            work.scalar(token) != subject.row.national_id_token
        )
        papers_of = [self.person_id] if others else []
        return {
            "id": self.person_id,
            "person_id": self.person_id,
            "version": self.version + 1,
            "people_anew": propose(work, [self.person_id], papers_of) if known_by else (),
        }

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": result_id, "version": self.version + 1}


@dataclass(frozen=True)
class AssignPeople(Action, needs=Permission.ASSIGN_PEOPLE, recorded_as="borrowers.people.assigned"):
    """Give people to a collector, or to a team that shares them out itself."""

    person_ids: tuple[UUID, ...]
    collector_id: UUID | None = None
    team_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold them: two leaders give a person away one after the other."""
        return set(self.person_ids)

    def subject(self, work: Work) -> Subject:
        """Find all of them; the farthest from the actor decides whether he may."""
        wanted = set(self.person_ids)
        if not 0 < len(wanted) <= AT_MOST:
            raise Invalid({"person_ids": [N_("Choose between 1 and 500 people.")]})
        rows = work.all(select(person).where(person.c.id.in_(wanted), ALIVE))
        if len(rows) != len(wanted):
            raise Missing("person")
        order = list(Scope)
        farthest = max((relation_of(work.actor, row) for row in rows), key=order.index)
        return Subject("person", min(wanted), farthest, row=[row.id for row in rows])

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Assign each; a collector brings his team and agency along."""
        assert subject is not None
        goes_to = self._collector(work) if self.collector_id else self._team(work)
        for person_id in sorted(subject.row):
            work.change(person, person_id, **goes_to)
        ids = sorted(subject.row)
        return {"id": ids[0], "person_id": ids[0], "person_ids": ids}

    def _collector(self, work: Work) -> dict[str, Any]:
        columns = (account.c.id, account.c.team_id, account.c.agency_id)
        query = select(*columns).where(
            account.c.id == self.collector_id, account.c.active, account.c.role.in_(DESK)
        )
        row = work.one(query)
        if row is None or not self._reaches(work, row.team_id, row.agency_id):
            raise Invalid({"collector_id": [N_("Choose a collector of your own area.")]})
        return {"collector_id": row.id, "team_id": row.team_id, "agency_id": row.agency_id}

    def _team(self, work: Work) -> dict[str, Any]:
        row = work.one(select(team.c.id, team.c.agency_id).where(team.c.id == self.team_id))
        if row is None or not self._reaches(work, row.id, row.agency_id):
            raise Invalid({"team_id": [N_("Choose a collector or a team of your own area.")]})
        return {"collector_id": None, "team_id": row.id, "agency_id": row.agency_id}

    @staticmethod
    def _reaches(work: Work, team_id: UUID | None, agency_id: UUID | None) -> bool:
        reach = work.reach(Permission.ASSIGN_PEOPLE)
        return bool(reach.covers(work.actor.relation(None, team_id, agency_id)))

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": result_id, "person_ids": sorted(self.person_ids)}


def _organisation(work: Work, name: str | None) -> UUID | None:
    """Return the organisation of that name, made where it is new."""
    if name is None:
        return None
    found: UUID | None = work.scalar(select(organisation.c.id).where(organisation.c.name == name))
    return found or work.add(organisation, name=name, created_at=work.now)
