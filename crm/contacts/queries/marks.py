"""What compliance looks for in contacts, as conditions on their rows."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select

from crm.contacts.models import contact, decision, permit, permit_event, script_tick
from crm.contacts.outcomes import SOMEBODY_ELSE
from crm.contacts.rules.standing import OWING
from crm.rulebook.vocabulary import Purpose

_newer = contact.alias("newer")


def is_newest() -> ColumnElement[bool]:
    """Tell whether a record counts: no correction replaces it."""
    return ~select(_newer.c.id).where(_newer.c.corrects_id == contact.c.id).exists()


def is_ours() -> ColumnElement[bool]:
    """Tell whether we made the contact."""
    return contact.c.direction == "outbound"


def who_made() -> ColumnElement[Any]:
    """Return who made a contact: whoever recorded it, save where that was done for a colleague."""
    holder = (
        select(permit.c.reserved_by).where(permit.c.id == contact.c.permit_id).correlate(contact)
    )
    return case((is_for_colleague(), holder.scalar_subquery()), else_=contact.c.recorded_by)


def is_for_colleague() -> ColumnElement[bool]:
    """Tell whether another than who made a contact wrote it down; only then has it a reason."""
    return and_(contact.c.permit_id.is_not(None), contact.c.reason.is_not(None))


def is_unlawful() -> ColumnElement[bool]:
    """Tell whether the decision on a contact was a refusal."""
    return decision.c.allowed.is_(False)


def is_on_ground() -> ColumnElement[bool]:
    """Tell whether a contact was allowed on a ground that rebuts a presumption."""
    on_ground = select(permit.c.id).where(
        permit.c.id == contact.c.permit_id, permit.c.ground.is_not(None)
    )
    return and_(is_ours(), on_ground.exists())


def is_claimed() -> ColumnElement[bool]:
    """Tell whether a contact we made was said to be for another purpose, or on a ground."""
    return or_(and_(is_ours(), contact.c.purpose != Purpose.COLLECTION), is_on_ground())


def is_third_party() -> ColumnElement[bool]:
    """Tell whether we contacted somebody who does not owe, or such a one took the call."""
    taken = select(permit_event.c.id).where(
        permit_event.c.permit_id == contact.c.permit_id, permit_event.c.kind == "other"
    )
    by_other = or_(taken.exists(), contact.c.code.startswith(SOMEBODY_ELSE))
    return and_(is_ours(), or_(contact.c.target.not_in(sorted(OWING)), by_other))


def is_unsaid() -> ColumnElement[bool]:
    """Tell whether a line of the script was needed and, by the collector's own word, not said."""
    open_line = select(script_tick.c.id).where(
        script_tick.c.contact_id == contact.c.id, script_tick.c.said.is_(False)
    )
    return open_line.exists()
