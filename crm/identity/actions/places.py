"""Teams and agencies: where people work."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actions.accounts import agency_of
from crm.identity.models import agency, team
from crm.words import N_


@dataclass(frozen=True)
class CreateTeam(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.team.created"):
    """Make a team, in the house or at an agency."""

    name: str
    agency_id: UUID | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make it; its name must be free."""
        if work.scalar(select(team.c.id).where(team.c.name == self.name)):
            raise Invalid({"name": [N_("There is a team of this name already.")]})
        agency_of(work, None, self.agency_id)
        return {"id": work.add(team, name=self.name, agency_id=self.agency_id, version=1)}


@dataclass(frozen=True)
class CreateAgency(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.agency.created"):
    """Enter a collection agency that works for this house."""

    name: str

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make it; its name must be free."""
        if work.scalar(select(agency.c.id).where(agency.c.name == self.name)):
            raise Invalid({"name": [N_("There is an agency of this name already.")]})
        return {"id": work.add(agency, name=self.name)}
