"""From a contact point of ours to the contract's opaque `number`."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import contact_point
from crm.borrowers.rules.points import number_of
from crm.gate.errors import Invalid
from crm.gate.work import Work
from crm.words import N_


def with_number(
    work: Work, person_id: UUID, scope: Mapping[str, Any], point_id: UUID | None
) -> dict[str, Any]:
    """Return `scope` with the `number` of that contact point; raise Invalid if it is not his."""
    if point_id is None:
        return dict(scope)
    query = select(contact_point.c.token).where(
        contact_point.c.id == point_id, contact_point.c.person_id == person_id
    )
    found = work.scalar(query)
    if found is None:
        raise Invalid({"contact_point_id": [N_("Choose a contact point of this person.")]})
    return {**scope, "number": number_of(found)}
