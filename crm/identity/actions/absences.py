"""Absences: set by whoever goes away or leads him, and ended when he is back."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actions.accounts import account_subject
from crm.identity.models import absence, account
from crm.identity.rules import absence_fault
from crm.words import N_


@dataclass(frozen=True)
class SetAbsence(Action, needs=Permission.SET_ABSENCE, recorded_as="identity.absence.set"):
    """Say that somebody is away from one day to another, both included; oneself if nobody is named.

    The days are those of the account's own zone. Raises Invalid for days that are over, in the
    wrong order, more than a year, or of which some are an absence already.
    """

    begins_on: date
    ends_on: date
    account_id: UUID | None = None

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let one absence of an account follow another, so that no two overlap."""
        return (self._whose(work),)

    def subject(self, work: Work) -> Subject:
        """Find the account; a colleague's lies within his team."""
        found = account_subject(work, self._whose(work))
        if not found.row.active:
            raise Missing("account")
        return found

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it."""
        assert subject is not None
        today = work.now.astimezone(ZoneInfo(subject.row.zone)).date()
        fault = absence_fault(self.begins_on, self.ends_on, today)
        if fault is not None:
            raise Invalid({fault[0]: [fault[1]]})
        its = absence.c
        overlapping = select(its.id).where(
            its.account_id == subject.id,
            its.ended_at.is_(None),
            its.begins_on <= self.ends_on,
            its.ends_on >= self.begins_on,
        )
        if work.all(overlapping.limit(1)):
            raise Invalid({"begins_on": [N_("Some of these days are an absence already.")]})
        absence_id = work.add(
            absence,
            account_id=subject.id,
            begins_on=self.begins_on,
            ends_on=self.ends_on,
            set_by=work.actor.id,
            set_at=work.now,
            version=1,
        )
        return {"id": absence_id}

    def _whose(self, work: Work) -> UUID:
        return self.account_id or work.actor.id


@dataclass(frozen=True)
class EndAbsence(Action, needs=Permission.SET_ABSENCE, recorded_as="identity.absence.ended"):
    """Say that somebody is back, or does not go: from now on the absence no longer holds."""

    id: UUID

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Hold it: it ends once."""
        return (self.id,)

    def subject(self, work: Work) -> Subject:
        """Find it; it lies to the actor as its account does."""
        query = (
            select(absence, account.c.team_id, account.c.agency_id)
            .join(account, account.c.id == absence.c.account_id)
            .where(absence.c.id == self.id)
        )
        row = work.one(query)
        if row is None:
            raise Missing("absence")
        relation = work.actor.relation(row.account_id, row.team_id, row.agency_id)
        return Subject("absence", row.id, relation, row.version, row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """What has ended ends no more."""
        assert subject is not None
        if subject.row.ended_at is not None:
            return refuse("absence.ended", N_("This absence has ended already."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it."""
        assert subject is not None
        work.change(absence, self.id, version=subject.version, ended_at=work.now)
        return {"id": self.id}
