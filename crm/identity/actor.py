"""Whoever acts: a person who works here, a named part of the system, or nobody known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from crm.identity.roles import Role
from crm.words import Word

_SYSTEM_NAMES = UUID("6f1c0f7e-3f0e-5d0b-9d5c-0c1f6d3a9b11")


class Scope(Word):
    """How far a permission reaches, narrowest first."""

    OWN = "own"
    TEAM = "team"
    AGENCY = "agency"
    HELD = "held"  # somebody else's, held for one call: see gate.permissions.BY_HOLD
    ALL = "all"

    def covers(self, other: "Scope") -> bool:
        """Tell whether what lies in `other` lies in this scope too."""
        return _WIDTH[other] <= _WIDTH[self]


def widest(*scopes: Scope) -> Scope:
    """Return the scope that covers all of `scopes`."""
    return max(scopes, key=_WIDTH.__getitem__)


_WIDTH = {scope: width for width, scope in enumerate(Scope)}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as known at this moment."""

    id: UUID
    role: Role
    team_id: UUID | None = None
    agency_id: UUID | None = None
    language: str = "en"
    zone: str = "UTC"
    single_keys: bool = True  # letters by themselves are shortcuts on pages
    session_id: bytes | None = None
    signed_in_at: datetime | None = None
    by_token: bool = False
    request_id: str | None = None
    holds: frozenset[UUID] = frozenset()  # whose files he holds now, each for one call

    def relation(
        self, owner_id: UUID | None, team_id: UUID | None, agency_id: UUID | None = None
    ) -> Scope:
        """Return the narrowest scope in which this actor has something owned like that."""
        if owner_id is not None and owner_id == self.id:
            return Scope.OWN
        if team_id is not None and team_id == self.team_id:
            return Scope.TEAM
        if agency_id is not None and agency_id == self.agency_id:
            return Scope.AGENCY
        return Scope.ALL

    def relation_to_person(self, whose: Any, person_id: UUID | None = None) -> Scope:
        """Return the narrowest scope in which this actor has a person who owes.

        `whose` has collector_id, team_id and agency_id, and says whose they are unless
        `person_id` does. Whom nobody has belongs to the teams of those who hand people out: see
        docs/decisions/0013-people-whom-nobody-has.md.
        """
        found = self.relation(whose.collector_id, whose.team_id, whose.agency_id)
        if found is Scope.ALL and self.hands_out and _nobody_has(whose):
            return Scope.TEAM
        if self.holds and found is not Scope.OWN and (person_id or _id_of(whose)) in self.holds:
            return Scope.HELD
        return found

    @property
    def hands_out(self) -> bool:
        """Tell whether he leads a team of the house itself, not of an agency."""
        leads = self.role in _HANDING_OUT and self.team_id is not None
        return leads and self.agency_id is None


_HANDING_OUT = frozenset({Role.TEAM_LEADER, Role.SUPERVISOR})


def _nobody_has(whose: Any) -> bool:
    return whose.collector_id is None and whose.team_id is None and whose.agency_id is None


def _id_of(whose: Any) -> UUID | None:
    """Return whose row it is: what belongs to a person names him, his own row has his id."""
    found: UUID | None = getattr(whose, "person_id", None) or getattr(whose, "id", None)
    return found


def system(name: str) -> Actor:
    """Return the system actor called `name`, always with the same id."""
    return Actor(id=uuid5(_SYSTEM_NAMES, name), role=Role.SYSTEM)


ANONYMOUS = Actor(id=uuid5(_SYSTEM_NAMES, "anonymous"), role=Role.ANONYMOUS)
