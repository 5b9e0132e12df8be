"""What bounds a circumstance or a consent, checked against the person it is about."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from crm.borrowers.models import contact_point
from crm.borrowers.rules.points import number_of
from crm.gate.errors import Invalid
from crm.gate.work import Work
from crm.storage.tables import metadata
from crm.words import N_


def checked_scope(
    work: Work, person_id: UUID, scope: Mapping[str, Any], point_id: UUID | None
) -> dict[str, Any]:
    """Return `scope` with the `number` of the contact point that stands for it.

    Raises Invalid where the contact point or a loan is not the person's: such a bound would make
    a stop that stops nothing.
    """
    _own_loans(work, person_id, scope.get("debts") or ())
    if point_id is None:
        return dict(scope)
    query = select(contact_point.c.token).where(
        contact_point.c.id == point_id, contact_point.c.person_id == person_id
    )
    found = work.scalar(query)
    if found is None:
        raise Invalid({"contact_point_id": [N_("Choose a contact point of this person.")]})
    return {**scope, "number": number_of(found)}


def _own_loans(work: Work, person_id: UUID, debts: Any) -> None:
    """Loans are a higher room's; who stands on them is read from storage's list of tables."""
    if not debts:
        return
    party = metadata.tables["loan_party"]
    try:
        wanted = {UUID(debt) for debt in debts}
    except (ValueError, TypeError, AttributeError):
        raise Invalid({"debts": [_NOT_HIS]}) from None
    mine = select(func.count()).where(party.c.person_id == person_id, party.c.loan_id.in_(wanted))
    if work.scalar(mine) != len(wanted):
        raise Invalid({"debts": [_NOT_HIS]})


_NOT_HIS = N_("Choose loans on which this person stands.")
