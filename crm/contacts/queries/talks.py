"""Spoken contacts of one's own under way: with whom, since when, and who was found to speak."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from crm.contacts.models import permit, permit_event
from crm.contacts.queries.permits import OVER, its_record
from crm.contacts.queries.verifying import answers_tried
from crm.contacts.rules.verifying import SPOKEN, Speaker, speaker
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.storage.prepared import Prepared
from crm.storage.types import Id, Moment

# A contact that nobody logged for so long is its leader's to close; it is no talk any more.
LASTS = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Talk:
    """One spoken contact, started and not logged; `other_at`: somebody else took it then."""

    id: UUID
    person_id: UUID
    loan_ids: frozenset[str]
    target: str
    channel: str
    started_at: datetime
    other_at: datetime | None

    def is_about(self, person_id: UUID, loan_ids: Iterable[str]) -> bool:
        """Tell whether it is with this person, or about one of these loans."""
        return self.person_id == person_id or not self.loan_ids.isdisjoint(loan_ids)


def talks_of(reader: Reader) -> list[Talk]:
    """Return what the actor has under way, the oldest first; one statement."""
    since = {"holder": reader.actor.id, "since": reader.now - LASTS}
    return [
        Talk(
            row.id,
            row.person_id,
            frozenset(row.loan_ids),
            row.target,
            row.channel,
            row.started_at,
            row.other_at,
        )
        for row in reader.all(_UNDER_WAY, since)
    ]


def speakers_in(reader: Reader, talks: Iterable[Talk]) -> list[Speaker]:
    """Return whom the actor speaks with in each of them."""
    found = []
    for talk in talks:
        tried = answers_tried(reader, talk.person_id, talk.id)
        here = [answer for answer in tried if answer.contact_of == talk.id]
        found.append(speaker(talk.target, here, talk.other_at))
    return found


@dataclass(frozen=True)
class MyTalks(Question, needs=Permission.REQUEST_PERMIT):
    """What the actor has begun and not logged: times and ids only, nothing personal."""

    def read(self, reader: Reader, subject: Subject | None) -> list[Talk]:
        """Return them, the oldest first."""
        return talks_of(reader)


def _under_way() -> Select[Any]:
    started, other, over = (permit_event.alias(name) for name in ("started", "other", "over"))
    ended = select(over.c.id).where(over.c.permit_id == permit.c.id, over.c.kind.in_(OVER))
    taken = (other.c.permit_id == permit.c.id) & (other.c.kind == "other")
    return (
        select(
            permit.c.id,
            permit.c.person_id,
            permit.c.loan_ids,
            permit.c.target,
            permit.c.channel,
            started.c.at.label("started_at"),
            other.c.at.label("other_at"),
        )
        .join(started, (started.c.permit_id == permit.c.id) & (started.c.kind == "started"))
        .outerjoin(other, taken)
        .where(
            permit.c.reserved_by == bindparam("holder", type_=Id),
            permit.c.reserved_at > bindparam("since", type_=Moment),
            permit.c.channel.in_(SPOKEN),
            ~ended.exists(),
            ~its_record().exists(),
        )
        .order_by(started.c.at)
    )


_UNDER_WAY = Prepared(_under_way())
