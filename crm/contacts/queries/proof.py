"""Whether who rang was proven: by the answers on the record of his call, or as he was looked up."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Select, select, union

from crm.audit.models import audit_entry
from crm.contacts.callers.models import caller
from crm.contacts.models import contact, permit
from crm.contacts.outcomes import is_of_other
from crm.contacts.queries.chain import first_of
from crm.contacts.queries.verifying import answers_to, loans_owed, proves, speaker_under
from crm.contacts.rules.standing import OWING
from crm.contacts.rules.verifying import LASTS, Speaker, Tried, has_failed
from crm.gate.reader import Reader
from crm.rulebook.vocabulary import Direction

DAY = timedelta(days=1)


class CameIn(NamedTuple):
    """A call that came in: from whom, who took it, when it began and when it was written down.

    `first_id` is its first record; None where it is not written down yet.
    """

    person_id: UUID
    taken_by: UUID
    began_at: datetime
    written_at: datetime
    first_id: UUID | None = None

    @classmethod
    def of(cls, first: Any) -> Self:
        """Return the call of a first record."""
        return cls(
            first.person_id, first.recorded_by, first.started_at, first.recorded_at, first.id
        )

    @classmethod
    def just_now(cls, reader: Reader, person_id: UUID) -> Self:
        """Return the call that the actor takes at the moment."""
        return cls(person_id, reader.actor.id, reader.now, reader.now)


def is_proven_call(reader: Reader, call: CameIn) -> bool:
    """Tell whether who took the call made sure of who owes: on its record, or as he looked him up.

    Answers that failed at the one door are not mended at the other.
    """
    at_doors = _answers(reader, call)
    failed = any(map(has_failed, at_doors))
    return not failed and any(proves(reader, answers) for answers in at_doors)


def has_failed_call(reader: Reader, call: CameIn) -> bool:
    """Tell whether too many answers failed at any door of the call."""
    return any(map(has_failed, _answers(reader, call)))


def _answers(reader: Reader, call: CameIn) -> list[list[Tried]]:
    """Return the answers of a call, door by door."""
    doors = doors_of(reader, call)
    answers = answers_to(reader, doors)
    return [[one for one in answers if one.contact_of == door] for door in sorted(doors)]


def doors_of(reader: Reader, call: CameIn) -> set[UUID]:
    """Return with what the answers of a call stand: its first record, and its look-ups.

    A look-up is of the first record that was written after it, where that call began within half
    an hour of it: what was proven in one call says nothing of another.
    """
    doors = {call.first_id} if call.first_id is not None else set[UUID]()
    its, latest = caller.c, min(call.written_at, call.began_at + LASTS)
    looks = select(its.id, its.at).where(
        its.person_id == call.person_id,
        its.asked_by == call.taken_by,
        its.at.between(call.began_at - LASTS, latest),
    )
    looked_up = reader.all(looks)
    if not looked_up:
        return doors
    oldest = min(look.at for look in looked_up)
    records = _first_records(call.person_id, call.taken_by, oldest)
    between = reader.all(records.where(contact.c.recorded_at < call.written_at))
    return doors | {
        look.id for look in looked_up if not any(look.at <= one.recorded_at for one in between)
    }


def call_of_look(
    reader: Reader, person_id: UUID, looked_up_at: datetime, asked_by: UUID
) -> CameIn | None:
    """Return the call that a caller was looked up for, once it is written down."""
    first = reader.one(_first_records(person_id, asked_by, looked_up_at).limit(1))
    if first is None or abs(first.started_at - looked_up_at) > LASTS:
        return None
    return CameIn.of(first)


def _first_records(person_id: UUID, by: UUID, since: datetime) -> Select[Any]:
    its = contact.c
    return (
        select(contact)
        .where(
            its.person_id == person_id,
            its.recorded_by == by,
            its.recorded_at >= since,
            its.direction == Direction.INBOUND,
            its.corrects_id.is_(None),
        )
        .order_by(its.recorded_at, its.id)
    )


def proved_lately(reader: Reader, person_id: UUID) -> bool:
    """Tell whether the actor made sure of who owes in any contact with him within the day.

    Not where a record of it says that it was somebody else.
    """
    calls = union(
        select(permit.c.id).where(permit.c.person_id == person_id),
        select(contact.c.id).where(
            contact.c.person_id == person_id, contact.c.target.in_(sorted(OWING))
        ),
        select(caller.c.id).where(caller.c.person_id == person_id, loans_owed(person_id).exists()),
    )
    lately = audit_entry.c.actor_id == reader.actor.id, audit_entry.c.at > reader.now - DAY
    answers = answers_to(reader, calls, *lately)
    denied = _denied(reader, person_id) if answers else set()
    left = [answer for answer in answers if answer.contact_of not in denied]
    permits = {row.id for row in reader.all(_permits_among(left))}
    if proves(reader, [answer for answer in left if answer.contact_of not in permits]):
        return True
    return any(speaker_under(reader, one) is Speaker.VERIFIED for one in permits)


def _permits_among(answers: Iterable[Tried]) -> Select[Any]:
    return select(permit.c.id).where(permit.c.id.in_({answer.contact_of for answer in answers}))


def _denied(reader: Reader, person_id: UUID) -> set[UUID]:
    """Return where the answers stand of contacts that somebody else was found to have had."""
    rows = reader.all(select(contact).where(contact.c.person_id == person_id))
    others = [row for row in rows if is_of_other(row.code)]
    permits = {row.permit_id for row in others if row.permit_id is not None}
    calls = [CameIn.of(first_of(reader, row)) for row in others]
    return permits.union(*(doors_of(reader, call) for call in calls))
