"""Handing out people whom no collector has yet, in portions, longest overdue first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select

from crm.borrowers.actions.people import AssignPeople
from crm.borrowers.models import person
from crm.borrowers.queries import within
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.models import account
from crm.identity.queries.absences import away
from crm.loans.models import loan
from crm.words import N_

_ONE_PORTION = uuid5(UUID("6f1c0f7e-3f0e-5d0b-9d5c-0c1f6d3a9b11"), "loans.people")


@dataclass(frozen=True)
class HandOut(Action, needs=Permission.ASSIGN_PEOPLE, recorded_as="loans.people.handed_out"):
    """Give the next people without a collector to one, the longest overdue first."""

    count: int
    collector_id: UUID

    def locks(self, work: Work) -> Iterable[UUID]:
        """One portion at a time: two leaders never give the same person away."""
        return (_ONE_PORTION,)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Nobody is handed people while away."""
        if away(work, account.c.id == self.collector_id):
            why = N_("This colleague is away. Choose one who is there.")
            return refuse("absence.collector", why, about="collector_id")
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Choose them, and have them assigned as if they had been ticked."""
        chosen = self._next(work)
        work.lock(chosen)
        ids = self._next(work, chosen)  # those whom nobody was given meanwhile
        if not ids:
            raise Invalid({"count": [N_("Everybody has a collector: nobody is left to hand out.")]})
        work.note(count=len(ids))
        result = {"id": min(ids), "person_ids": sorted(ids)}
        return Then(result, [AssignPeople(ids, collector_id=self.collector_id)])

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat without the names: the entry has them."""
        return {"id": result_id, "person_ids": []}

    def _next(self, work: Work, among: tuple[UUID, ...] | None = None) -> tuple[UUID, ...]:
        worst = (
            select(loan.c.borrower_id, func.max(loan.c.days_past_due).label("days"))
            .where(loan.c.status == "open")
            .group_by(loan.c.borrower_id)
            .subquery()
        )
        query = (
            select(person.c.id)
            .outerjoin(worst, worst.c.borrower_id == person.c.id)
            .where(within(work, Permission.ASSIGN_PEOPLE), person.c.collector_id.is_(None))
            .order_by(func.coalesce(worst.c.days, -1).desc(), person.c.id)
            .limit(self.count)
        )
        if among is not None:
            query = query.where(person.c.id.in_(among))
        return tuple(row.id for row in work.all(query))
