"""Which reservations facts of a person can bear on: his own, and those for people beside him.

His own are also those for whoever may be he.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, or_, select

from crm.borrowers.models import person
from crm.contacts.models import permit, permit_event
from crm.contacts.rules.permits import LONGEST
from crm.gate.reader import Reader
from crm.loans.models import loan, loan_party

_alike = person.alias("alike")


def reserved_for(person_id: UUID, now: datetime) -> Select[Any]:
    """Return the reservations, not started and not lapsed, oldest first."""
    group = select(person.c.counted_with).where(person.c.id == person_id).scalar_subquery()
    alike = select(_alike.c.id).where(or_(_alike.c.id == person_id, _alike.c.counted_with == group))
    owed = select(loan.c.id).where(loan.c.borrower_id.in_(alike))
    around = select(loan_party.c.person_id).where(loan_party.c.loan_id.in_(owed))
    event = select(permit_event.c.id).where(permit_event.c.permit_id == permit.c.id)
    return (
        select(permit)
        .where(
            or_(permit.c.person_id.in_(alike), permit.c.person_id.in_(around)),
            permit.c.reserved_at > now - LONGEST,
            permit.c.expires_at > now,
            ~event.exists(),
        )
        .order_by(permit.c.reserved_at, permit.c.id)
    )


def has_reservations(reader: Reader, person_id: UUID) -> bool:
    """Tell whether anything is reserved that a new fact of this person could forbid."""
    first = reserved_for(person_id, reader.now).with_only_columns(permit.c.id).limit(1)
    return reader.scalar(first) is not None
