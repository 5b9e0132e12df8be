"""People near a limit: the books count, as for a contact now."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries import within
from crm.contacts.facts.approach import Approach
from crm.contacts.facts.document import document_of
from crm.contacts.facts.gathered import Gathered
from crm.contacts.facts.glimpse import each_relation, glimpse
from crm.contacts.meter.channels import FIRST
from crm.contacts.meter.counts import Count, counts
from crm.contacts.models import contact
from crm.contacts.queries.marks import is_newest, is_ours, who_made
from crm.contacts.queries.refusals import people_shown
from crm.contacts.queries.span import by_whom
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.privacy.masks import Context
from crm.rulebook.case import Case
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reading import read_facts

LATELY = timedelta(days=7)
MOST = 200  # people looked at: those whom we contacted most often lately


def near_limits(
    reader: Reader, by: UUID | None, team: UUID | None, context: Context = Context.LIST
) -> dict[str, Any]:
    """Return the people near a limit, the tightest first, in four statements and the names.

    Of everybody contacted within seven days the 200 contacted most often are looked at.
    """
    often = _often(reader, by, team)
    approaches = _approaches(reader, list(often))
    tight: dict[UUID, tuple[Count, str]] = {}
    found = glimpse(reader, approaches) if approaches else None
    for approach in approaches:
        assert found is not None
        for count in _near(found, approach):
            kept = tight.get(approach.person_id)
            if kept is None or count.left < kept[0].left:
                tight[approach.person_id] = count, approach.channel
    people = people_shown(reader, set(tight), context)
    items = [
        {
            "person_id": person_id,
            "person": people.get(person_id),
            "contacts": often[person_id],
            "channel": channel,
            **count._asdict(),
            "left": count.left,
        }
        for person_id, (count, channel) in tight.items()
    ]
    items.sort(key=lambda item: (item["left"], -item["contacts"], str(item["person_id"])))
    return {"count": len(items), "looked_at": len(often), "most": MOST, "items": items}


def _often(reader: Reader, by: UUID | None, team: UUID | None) -> Mapping[UUID, int]:
    """Return how often each was contacted lately, the most often first."""
    often = func.count()
    query = (
        select(contact.c.person_id, often.label("often"))
        .join(person, person.c.id == contact.c.person_id)
        .where(
            within(reader, Permission.READ_FINDINGS),
            is_ours(),
            is_newest(),
            contact.c.started_at > reader.now - LATELY,
            *by_whom(who_made(), by, team),
        )
        .group_by(contact.c.person_id)
        .order_by(often.desc(), contact.c.person_id)
        .limit(MOST)
    )
    return {row.person_id: row.often for row in reader.all(query)}


def _approaches(reader: Reader, people: Sequence[UUID]) -> list[Approach]:
    """Return a contact by each number or address of each, as if it were made now."""
    its = contact_point.c
    query = select(its.id, its.person_id, its.kind).where(
        its.person_id.in_(people),
        or_(its.valid_until.is_(None), its.valid_until > reader.now),
    )
    return [
        Approach(row.person_id, row.id, FIRST[row.kind], None, reader.now)
        for row in reader.all(query.order_by(its.id))
        if row.kind in FIRST
    ]


def _near(found: Gathered, approach: Approach) -> list[Count]:
    """Return the limits of which at most one slot is left, and of which some is used."""
    near = []
    try:
        for one in each_relation(found, approach):
            case = Case(read_facts(document_of(found, one), digest=""))
            near += [c for c in counts(case, books_in_force()) if c.used and c.left <= 1]
    except (Invalid, Missing):  # he stands on no loan: nothing is asked of him
        return []
    return near
