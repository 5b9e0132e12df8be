"""What is done about loans: payments recorded, people put on a loan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.people import AssignPeople
from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.words import N_
from crm.gate.work import Work
from crm.identity.roles import Role
from crm.loans.models import loan, loan_party, payment
from crm.loans.queries import loan_subject, people_of
from crm.loans.rules import Standing, after_payment
from crm.privacy.index import blind, normal
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed

# Who owes may be asked to pay and told of the debt, which the law keeps from others.
OWING = ("co_borrower", "guarantor")
EARLIEST = date(1970, 1, 1)  # no payment that a loan of today knows is older


@dataclass(frozen=True)
class RecordPayment(Action, needs=Permission.RECORD_PAYMENT, recorded_as="loans.payment.recorded"):
    """Write down that money came in for a loan, named by its id or its number.

    `amount` is in minor units of `currency`. The result's `paid_in_full` is true once nothing
    is owed any more: whoever listens judges open permits anew.
    """

    amount: int
    currency: str
    loan_id: UUID | None = None
    loan_number: Sealed | None = None
    paid_on: date | None = None
    source: str = "bank"

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the loan and everyone on it."""
        found = self._loan_id(work)
        query = select(loan_party.c.person_id).where(loan_party.c.loan_id == found)
        return [found, *(row.person_id for row in work.all(query))]

    def subject(self, work: Work) -> Subject:
        """Find the loan."""
        return loan_subject(work, self._loan_id(work))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep the payment, and what is owed since.

        A payment dated up to the day of the balance is in that balance already: it is kept, and
        changes nothing.
        """
        assert subject is not None
        row = work.one(select(loan).where(loan.c.id == subject.id))
        assert row is not None
        paid_on = self._day(work, row)
        payment_id = work.add(
            payment,
            loan_id=row.id,
            amount=self.amount,
            currency=self.currency,
            paid_on=paid_on,
            source=self.source,
            created_at=work.now,
        )
        before = Standing(row.balance, row.overdue, row.days_past_due, row.status)
        counts = paid_on > row.as_of
        after = after_payment(before, self.amount) if counts else before
        if after != before:
            _keep(work, row, after)
        return {
            "id": payment_id,
            "loan_id": row.id,
            "person_id": row.borrower_id,
            "person_ids": people_of(subject.row),
            "balance": after.balance,
            "overdue": after.overdue,
            "currency": row.currency,
            "paid_in_full": after.status == "paid" and before.status != "paid",
        }

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the payment of the first request, and what is owed now."""
        query = (
            select(loan.c.id, loan.c.borrower_id, loan.c.balance, loan.c.overdue, loan.c.currency)
            .join(payment, payment.c.loan_id == loan.c.id)
            .where(payment.c.id == result_id)
        )
        row = work.one(query)
        assert row is not None
        return {
            "id": result_id,
            "loan_id": row.id,
            "person_id": row.borrower_id,
            "balance": row.balance,
            "overdue": row.overdue,
            "currency": row.currency,
            "paid_in_full": False,
        }

    def _loan_id(self, work: Work) -> UUID:
        if self.loan_id is not None:
            return self.loan_id
        if self.loan_number is None:
            raise Invalid({"loan_id": [N_("Name the loan by its id or its number.")]})
        text = normal("loan.number", reopen(self.loan_number))
        query = select(loan.c.id).where(loan.c.number_index == blind("loan.number", 128, text))
        found: UUID | None = work.scalar(query)
        if found is None:
            raise Missing("loan")
        return found

    def _day(self, work: Work, row: Any) -> date:
        """Return the day of the payment; raise Invalid where amount, currency or day is wrong."""
        if self.amount <= 0:
            raise Invalid({"amount": [N_("Give an amount above nothing.")]})
        if self.currency != row.currency:
            raise Invalid({"currency": [N_("The loan is in another currency.")]})
        latest = work.now.date() + timedelta(days=1)  # somewhere it is tomorrow already
        if self.paid_on is not None and self.paid_on > latest:
            raise Invalid({"paid_on": [N_("This lies in the future.")]})
        if self.paid_on is not None and self.paid_on < EARLIEST:
            raise Invalid({"paid_on": [N_("Give a day from 1970 on.")]})
        return self.paid_on or work.now.date()


@dataclass(frozen=True)
class AddParty(Action, needs=Permission.EDIT_LOANS, recorded_as="loans.party.added"):
    """Put a person on a loan: co-borrower, guarantor, contact person, …

    Whoever is to owe it, by the word of a second person. Someone nobody works yet goes to whoever
    works the borrower.
    """

    loan_id: UUID
    person_id: UUID
    role: str

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the loan and the person: who approaches whom as what depends on both."""
        return (self.loan_id, self.person_id)

    def subject(self, work: Work) -> Subject:
        """Find the loan."""
        return loan_subject(work, self.loan_id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """A loan has one borrower, and a person one role on it."""
        assert subject is not None
        if self.role == "borrower":
            return refuse("party.one_borrower", N_("A loan has one borrower: add a co-borrower."))
        if self.person_id in people_of(subject.row):
            return refuse("party.twice", N_("This person stands on the loan already."))
        self._person(work)
        if self.role in OWING and work.actor.role is not Role.SYSTEM:
            why = N_("Saying that somebody owes a loan takes a second person.")
            return second_person("party.owes", why)
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Add the person, and assign him where nobody works him."""
        assert subject is not None
        row = self._person(work)
        party_id = work.add(
            loan_party,
            loan_id=self.loan_id,
            person_id=self.person_id,
            role=self.role,
            created_at=work.now,
        )
        result = {"id": party_id, "loan_id": self.loan_id, "person_id": self.person_id}
        borrower = next(party for party in subject.row if party.role == "borrower")
        if row.collector_id is None and row.team_id is None and borrower.collector_id is not None:
            return Then(result, [AssignPeople((self.person_id,), borrower.collector_id)])
        return result

    def _person(self, work: Work) -> Any:
        """Return whom to put on the loan; raise Missing where the actor has no such person."""
        row = work.one(select(person).where(person.c.id == self.person_id, ALIVE))
        reach = work.reach(Permission.EDIT_LOANS)
        if row is None or not reach.covers(relation_of(work.actor, row)):
            raise Missing("person")
        return row


def _keep(work: Work, row: Any, after: Standing) -> None:
    work.change(
        loan,
        row.id,
        version=row.version,
        balance=after.balance,
        overdue=after.overdue,
        days_past_due=after.days,
        bucket=after.bucket,
        status=after.status,
    )
