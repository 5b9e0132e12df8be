"""Outages: declared, so that what was done on paper meanwhile is not taken for disobedience."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.models import outage
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.words import N_

LONGEST_AGO = timedelta(days=1)  # an outage is declared while it lasts, or the day after


@dataclass(frozen=True)
class DeclareOutage(
    Action, needs=Permission.DECLARE_OUTAGE, recorded_as="contacts.outage.declared"
):
    """Declare that permits cannot be had, from now or from when it began (a day ago at most)."""

    reason: str
    began_at: datetime | None = None
    ended_at: datetime | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it."""
        began_at = self.began_at or work.now
        if not work.now - LONGEST_AGO <= began_at <= work.now:
            raise Invalid({"began_at": [N_("It began within the last day.")]})
        if self.ended_at is not None and not began_at < self.ended_at <= work.now:
            raise Invalid({"ended_at": [N_("It ended after it began, and not in the future.")]})
        outage_id = work.add(
            outage,
            began_at=began_at,
            ended_at=self.ended_at,
            reason=self.reason,
            declared_by=work.actor.id,
            declared_at=work.now,
            version=1,
        )
        return {"id": outage_id}


@dataclass(frozen=True)
class EndOutage(Action, needs=Permission.DECLARE_OUTAGE, recorded_as="contacts.outage.ended"):
    """Say that permits can be had again."""

    id: UUID

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
        """End it now."""
        assert subject is not None
        work.change(outage, self.id, version=subject.row.version, ended_at=work.now)
        return {"id": self.id}
