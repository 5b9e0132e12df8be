"""What is asked about loans: those of a person, and one with its people, months and payments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select

from crm.borrowers.models import person
from crm.borrowers.queries.lines import looker_at
from crm.borrowers.queries.subjects import relation_of
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor, Scope
from crm.loans.models import loan, loan_month, loan_party, payment, portfolio
from crm.loans.rules import days_past_due
from crm.loans.words import COLLECTOR_WORDS, KIND_WORDS, ROLE_WORDS
from crm.privacy.keyring import keyring
from crm.privacy.openers import present
from crm.privacy.rows import stored
from crm.storage.prepared import Prepared

MOST_PAYMENTS = 100

_WHO = (
    person.c.id.label("person_id"),
    person.c.collector_id,
    person.c.team_id,
    person.c.agency_id,
)
_PORTFOLIO = (
    portfolio.c.name.label("portfolio"),
    portfolio.c.creditor,
    portfolio.c.kind,
    portfolio.c.collector_role,
)
_LOANS = Prepared(
    select(loan, loan_party.c.role, *_WHO, *_PORTFOLIO)
    .join(loan_party, loan_party.c.loan_id == loan.c.id)
    .join(portfolio, portfolio.c.id == loan.c.portfolio_id)
    .join(person, person.c.id == loan.c.borrower_id)
    .where(loan_party.c.person_id == bindparam("person"))
    .order_by(loan.c.days_past_due.desc(), loan.c.id)
)


def loans_of(reader: Reader, person_id: UUID) -> list[dict[str, Any]]:
    """Return every loan this person stands on, the longest overdue first; one statement.

    `role` is his on that loan; `borrower_id` tells whose the loan is.
    """
    rows = reader.all(_LOANS, {"person": person_id})
    keyring().prefetch(row.borrower_id for row in rows)
    return [_line(reader, row) | {"role": row.role} for row in rows]


@dataclass(frozen=True)
class OneLoan(
    Question, needs=Permission.READ_LOANS, recorded_as="loans.loan.viewed", once_in=ONE_LOOK
):
    """One loan."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the loan; whoever has one of its people has it."""
        return loan_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it with the people on it, its months and its latest payments."""
        assert subject is not None
        query = (
            select(loan, *_WHO, *_PORTFOLIO)
            .join(portfolio, portfolio.c.id == loan.c.portfolio_id)
            .join(person, person.c.id == loan.c.borrower_id)
            .where(loan.c.id == self.id)
        )
        row = reader.one(query)
        assert row is not None
        payments = (
            select(payment)
            .where(payment.c.loan_id == self.id)
            .order_by(payment.c.paid_on.desc(), payment.c.id.desc())
            .limit(MOST_PAYMENTS)
        )
        months = (
            select(loan_month)
            .where(loan_month.c.loan_id == self.id)
            .order_by(loan_month.c.month.desc())
        )
        return _line(reader, row) | {
            "parties": [_party(reader, found) for found in subject.row],
            "months": [found._asdict() for found in reader.all(months)],
            "payments": [found._asdict() for found in reader.all(payments)],
            "words": {"roles": ROLE_WORDS, "kinds": KIND_WORDS, "collectors": COLLECTOR_WORDS},
        }


def loan_subject(reader: Reader, loan_id: UUID) -> Subject:
    """Return a loan as a subject, the people on it as its row; raise Missing.

    Its relation is the nearest of theirs: whoever works a guarantor sees the loan he stands for.
    """
    query = (
        select(person, loan_party.c.role, loan_party.c.id.label("party_id"))
        .join(loan_party, loan_party.c.person_id == person.c.id)
        .where(loan_party.c.loan_id == loan_id)
        .order_by(loan_party.c.created_at, loan_party.c.id)
    )
    rows = reader.all(query)
    if not rows:
        raise Missing("loan")
    return Subject("loan", loan_id, nearest(reader.actor, rows), row=rows)


def nearest(actor: Actor, people: Iterable[Any]) -> Scope:
    """Return the nearest relation that `actor` has to any of these people."""
    order = list(Scope)
    return min((relation_of(actor, row) for row in people), key=order.index)


def people_of(rows: Sequence[Row[Any]]) -> list[UUID]:
    """Return the ids of the people on a loan, from the row of its subject."""
    return [row.id for row in rows]


def _line(reader: Reader, row: Row[Any]) -> dict[str, Any]:
    values = stored(loan, row._asdict())
    values["number"] = present(values["number"], looker_at(reader, row))
    for name in ("number_index", "account", "person_id", "collector_id", "team_id", "agency_id"):
        values.pop(name)
    today = reader.now.date()
    values["days_today"] = (
        days_past_due(row.days_past_due, row.as_of, today) if row.overdue > 0 else 0
    )
    return values


def _party(reader: Reader, row: Row[Any]) -> dict[str, Any]:
    name = stored(person, {"id": row.id, "name": row.name})["name"]
    return {
        "id": row.party_id,
        "person_id": row.id,
        "name": present(name, looker_at(reader, row)),
        "role": row.role,
    }
