"""Outages: declared, so that what was done on paper meanwhile is not taken for disobedience."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.models import outage
from crm.contacts.rules.outages import LONGEST, LONGEST_AGO, covers_until, is_late
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.generation import raise_generation
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.work import Work
from crm.identity.models import team
from crm.words import N_

ALL_OUTAGES = UUID("7d1c1a52-5a0e-5c2b-9d0f-6b3f6f0c4e01")  # declared one after the other


@dataclass(frozen=True)
class DeclareOutage(
    Action, needs=Permission.DECLARE_OUTAGE, recorded_as="contacts.outage.declared", version=2
):
    """Declare that permits cannot be had, from now or from when it began (a week ago at most).

    `team_id`: for one team alone; None: the whole house. Declared more than a quarter of an hour
    late it takes a second person.
    """

    reason: str
    began_at: datetime | None = None
    ended_at: datetime | None = None
    team_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Let two people declare one after the other."""
        return (ALL_OUTAGES,)

    def subject(self, work: Work) -> Subject:
        """Name what is declared: it is one after the other."""
        return Subject("outage", ALL_OUTAGES)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person where it began a while ago; one that lasts is declared once."""
        began_at = self._began(work)
        self._check_end(work, began_at)
        if self.team_id is not None and not work.all(_team(self.team_id)):
            raise Invalid({"team_id": [N_("There is no such team.")]})
        if self.ended_at is None and self._lasts_already(work):
            return refuse("outage.lasts", N_("One is declared already and lasts."))
        if not is_late(began_at, work.now):
            return ALLOWED
        why = N_(
            "It began a while ago: contacts made meanwhile without a permit would be charged to "
            "nobody, so a second person must agree."
        )
        return second_person("outage.late", why)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it, and let every process know."""
        outage_id = work.add(
            outage,
            began_at=self._began(work),
            ended_at=self.ended_at,
            reason=self.reason,
            team_id=self.team_id,
            declared_by=work.actor.id,
            declared_at=work.now,
            version=1,
        )
        raise_generation(work)
        return {"id": outage_id}

    def _began(self, work: Work) -> datetime:
        began_at = self.began_at or work.now
        if not work.now - LONGEST_AGO <= began_at <= work.now:
            raise Invalid({"began_at": [N_("It began within the last seven days.")]})
        return began_at

    def _check_end(self, work: Work, began_at: datetime) -> None:
        if self.ended_at is None:
            if covers_until(began_at, None) <= work.now:
                sentence = N_("It began more than a day ago: say when it ended.")
                raise Invalid({"ended_at": [sentence]})
            return
        _check_end(began_at, self.ended_at, work.now)

    def _lasts_already(self, work: Work) -> bool:
        query = select(outage.c.id).where(
            outage.c.ended_at.is_(None),
            outage.c.began_at > work.now - LONGEST,
            outage.c.team_id.is_(None)
            if self.team_id is None
            else outage.c.team_id == self.team_id,
        )
        return work.scalar(query.limit(1)) is not None


@dataclass(frozen=True)
class EndOutage(Action, needs=Permission.DECLARE_OUTAGE, recorded_as="contacts.outage.ended"):
    """Say that permits can be had again, now or since `ended_at`."""

    id: UUID
    ended_at: datetime | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Let two people end it one after the other."""
        return (self.id,)

    def subject(self, work: Work) -> Subject:
        """Find the outage."""
        row = work.one(select(outage).where(outage.c.id == self.id))
        if row is None:
            raise Missing("outage")
        return Subject("outage", self.id, version=row.version, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """It ends once."""
        assert subject is not None
        if subject.row.ended_at is not None:
            return refuse("outage.ended", N_("It has ended already."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it: never later than it covers."""
        assert subject is not None
        began_at = subject.row.began_at
        ended_at = self.ended_at or min(work.now, covers_until(began_at, None))
        _check_end(began_at, ended_at, work.now)
        work.change(outage, self.id, version=subject.row.version, ended_at=ended_at)
        raise_generation(work)
        return {"id": self.id}


def _check_end(began_at: datetime, ended_at: datetime, now: datetime) -> None:
    if not began_at <= ended_at <= now:
        raise Invalid({"ended_at": [N_("It ended after it began, and not in the future.")]})
    if ended_at - began_at > LONGEST:
        raise Invalid({"ended_at": [N_("One outage covers a day at most: declare the next one.")]})


def _team(team_id: UUID) -> Any:
    return select(team.c.id).where(team.c.id == team_id)
