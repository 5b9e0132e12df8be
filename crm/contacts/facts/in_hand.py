"""The call that comes in just now: it counts before anybody has written it down."""

from datetime import datetime
from uuid import UUID

from crm.contacts.facts.gathered import Gathered, Past
from crm.rulebook.vocabulary import Channel, Outcome
from crm.storage.ids import new_id


def call_in_hand(
    found: Gathered, person_id: UUID, at: datetime, point_id: UUID | None = None
) -> Past:
    """Return it as the talk that it will be, about all that he owes, by that number if known."""
    point = found.points.get(point_id) if point_id is not None else None
    return Past(
        id=new_id(),
        person_id=person_id,
        channel=Channel.CALL,
        outcome=Outcome.INBOUND_CONVERSATION,
        agent=None,
        place=point.place if point else None,
        token=point.token if point else None,
        loan_ids=frozenset(str(tie.loan_id) for tie in found.ties(person_id) if tie.is_open),
        at=at,
    )
