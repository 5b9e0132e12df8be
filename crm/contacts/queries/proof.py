"""Whether who rang was proven: by the answers on the record of his call, or as he was looked up."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

from sqlalchemy import Row, Select, select, union

from crm.audit.models import audit_entry
from crm.contacts.callers.models import caller
from crm.contacts.models import contact, permit
from crm.contacts.outcomes import is_of_other
from crm.contacts.queries.chain import chain_of, first_of
from crm.contacts.queries.verifying import answers_to, loans_owed, proves, speaker_under
from crm.contacts.rules.standing import OWING
from crm.contacts.rules.verifying import LASTS, SPOKEN, Speaker, Tried, has_failed
from crm.gate.reader import Reader
from crm.rulebook.vocabulary import Direction

DAY = timedelta(days=1)
NEAR = timedelta(minutes=5)  # between a look-up and the beginning of the call it is for


class CameIn(NamedTuple):
    """A call that came in: from whom, who took it, and between when it may have begun.

    `first_id` is its first record; None where it is not written down yet.
    """

    person_id: UUID
    taken_by: UUID
    earliest: datetime
    latest: datetime
    first_id: UUID | None = None

    @classmethod
    def at(cls, person_id: UUID, taken_by: UUID, began_at: datetime) -> Self:
        """Return the call that began then, and is about to be written down."""
        return cls(person_id, taken_by, began_at - NEAR, began_at + NEAR)

    @classmethod
    def of(cls, reader: Reader, row: Any, began_at: datetime | None = None) -> Self:
        """Return the call of a record; its answers stand with the first, its start is the newest.

        `began_at` is where a correction is about to move it.
        """
        first, began_at = first_of(reader, row), began_at or row.started_at
        call = cls.at(first.person_id, first.recorded_by, began_at)
        return call._replace(first_id=first.id)

    @classmethod
    def just_now(cls, reader: Reader, person_id: UUID) -> Self:
        """Return the call that the actor takes at the moment, whenever it began."""
        return cls(person_id, reader.actor.id, reader.now - LASTS, reader.now)


def is_proven_call(reader: Reader, call: CameIn) -> bool:
    """Tell whether who took the call made sure of who owes: on its record, or as he looked him up.

    Answers that failed at the one door are not mended at the other.
    """
    doors = _doors(reader, call)
    return not _has_failed(doors) and any(proves(reader, answers) for answers in doors)


def has_failed_call(reader: Reader, call: CameIn) -> bool:
    """Tell whether too many answers failed in the call."""
    return _has_failed(_doors(reader, call))


def calls_of_look(reader: Reader, person_id: UUID, looked_up_at: datetime) -> list[CameIn]:
    """Return the calls that the actor looked a person up for, as they are written down."""
    its = contact.c
    firsts = select(contact).where(
        its.person_id == person_id,
        its.recorded_by == reader.actor.id,
        its.recorded_at > looked_up_at - DAY,
        its.direction == Direction.INBOUND,
        its.channel.in_(SPOKEN),
        its.corrects_id.is_(None),
    )
    newest = [chain_of(reader, first)[-1] for first in reader.all(firsts.order_by(its.id))]
    away = {row.id: abs(row.started_at - looked_up_at) for row in newest}
    nearest = min(away.values(), default=NEAR)
    return [CameIn.of(reader, row) for row in newest if away[row.id] == nearest <= NEAR]


def _doors(reader: Reader, call: CameIn) -> list[list[Tried]]:
    """Return the answers of a call: those on its record, then look-up by look-up, oldest first.

    A look-up is of a call that began about then; so what was proven in one says nothing of another.
    """
    looks = _looks(reader, call.person_id, call.earliest, call.latest)
    ids = [look.id for look in looks if look.asked_by == call.taken_by]
    answers = answers_to(reader, [*ids, call.first_id])
    return [[one for one in answers if one.contact_of == door] for door in (call.first_id, *ids)]


def _has_failed(doors: Sequence[Sequence[Tried]]) -> bool:
    """Tell whether too many answers failed on the record, or when he was asked last before it."""
    on_record, *looks = doors
    asked = sorted((answers for answers in looks if answers), key=lambda told: told[-1].at)
    return has_failed(on_record) or bool(asked and has_failed(asked[-1]))


def _looks(
    reader: Reader, person_id: UUID, earliest: datetime, latest: datetime
) -> Sequence[Row[Any]]:
    its = caller.c
    within = its.person_id == person_id, its.at.between(earliest, latest)
    return reader.all(select(its.id, its.at, its.asked_by).where(*within).order_by(its.at, its.id))


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
    replaced = {row.corrects_id for row in rows}
    others = [row for row in rows if is_of_other(row.code) and row.id not in replaced]
    looks = _looks(reader, person_id, reader.now - DAY - LASTS, reader.now)
    denied = {row.permit_id for row in others if row.permit_id is not None}
    for row in others:
        first = first_of(reader, row)
        mine = (look for look in looks if look.asked_by == first.recorded_by)
        denied |= {look.id for look in mine if abs(look.at - row.started_at) <= LASTS}
        denied.add(first.id)
    return denied


def looked_up_at(reader: Reader, person_id: UUID) -> datetime | None:
    """Return when the actor looked up last who may be calling still: his call began then."""
    its = caller.c
    mine = its.person_id == person_id, its.asked_by == reader.actor.id, its.at > reader.now - LASTS
    query = select(its.at).where(*mine).order_by(its.at.desc()).limit(1)
    found: datetime | None = reader.scalar(query)
    return found
