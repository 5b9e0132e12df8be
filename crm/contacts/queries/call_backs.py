"""A call back as it will be judged: at its own time, with the consent that asks for it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crm.contacts.facts import Approach, decision_of
from crm.contacts.facts.document import document_of
from crm.contacts.facts.gathered import Gathered, gather
from crm.contacts.facts.in_hand import call_in_hand
from crm.contacts.hearing import relation_in
from crm.contacts.models import contact, decision
from crm.contacts.outcomes import is_of_other
from crm.contacts.queries.proof import CameIn, is_proven_call
from crm.contacts.queries.verifying import speaker_under
from crm.contacts.rules.call_backs import LASTS, OPENING, Asked, consents_of, is_stale
from crm.contacts.rules.records import is_breach
from crm.contacts.rules.standing import OWING
from crm.contacts.rules.verifying import SPOKEN, Speaker
from crm.contacts.rules.when import Unclear, instant_meant
from crm.gate.action import Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.rulebook.vocabulary import Channel, Direction, Outcome
from crm.storage.ids import new_id


def judged(found: Gathered, asked: Asked, permit_id: UUID | None = None) -> dict[str, Any]:
    """Return whether that call will be lawful, why, and what it would be without the consent.

    `instead` is the next lawful time that leans on no consent; None where none is needed, or
    none can be named. `consents` are those to be recorded, in the contract's words.
    """
    facts = _facts(found, asked, permit_id)
    given = consents_of(asked, tuple(facts["time_zones"]), facts["proposed"])
    decision = decision_of(facts | {"consents": [*facts["consents"], *given]})
    bare = decision_of(facts)
    return _told(asked, facts, decision, bare) | {"consents": given}


def _told(
    asked: Asked, facts: Mapping[str, Any], decision: Mapping[str, Any], bare: Mapping[str, Any]
) -> dict[str, Any]:
    later = bare["next_allowed_at"] if decision["allowed"] else decision["next_allowed_at"]
    return {
        "at": asked.at,
        "lawful": decision["allowed"],
        "decision": decision,
        "on_consent": decision["allowed"] and not bare["allowed"],
        "without": bare,
        "in_breach": asked.in_breach,
        "unproven": asked.unproven,
        "zone": next(iter(facts["time_zones"]), None),
        "instead": None if bare["allowed"] or not later else datetime.fromisoformat(later),
    }


def _facts(found: Gathered, asked: Asked, permit_id: UUID | None) -> dict[str, Any]:
    """Return the contract's facts; where the loans are of several relations, of all he owes."""
    approach = Approach(
        asked.person_id,
        asked.contact_point_id,
        "call",
        asked.loan_ids,
        asked.at,
        permit_id=permit_id,
    )
    try:
        return document_of(found, approach)
    except Invalid:
        return document_of(found, replace(approach, loan_ids=None))


@dataclass(frozen=True)
class CallBackCheck(
    Question,
    needs=Permission.LOG_CONTACT,
    recorded_as="contacts.decision.asked",
    once_in=ONE_LOOK,
):
    """Say beforehand when a call back is meant, and whether it will be lawful then.

    `permit_id` is the call under way in which it is asked for, `inbound` says that it is one that
    comes in: either counts as a talk. `record_id`: it is to be added to that record. By another
    `channel`, as in a message, nobody speaks. `started_at`: when what came in began, if not just
    now.
    """

    person_id: UUID
    words: str
    zone: str
    contact_point_id: UUID | None = None
    permit_id: UUID | None = None
    record_id: UUID | None = None
    more_calls: bool = False
    inbound: bool = False
    channel: str = Channel.CALL
    started_at: datetime | None = None

    def subject(self, reader: Reader) -> Subject:
        """Gather the facts; the person lies to the actor as always."""
        zone = ZoneInfo(self.zone)
        try:
            at = instant_meant(self.words, reader.now, zone)
        except Unclear as fault:
            raise Invalid({"words": [str(fault)]}) from None
        asked = Asked(self.person_id, self.contact_point_id, at, more_calls=self.more_calls)
        found = gather(reader, [Approach(self.person_id, self.contact_point_id, "call", None, at)])
        relation = relation_in(found, self.person_id, reader.actor)
        return Subject("person", self.person_id, relation, row=(found, asked))

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the time, on that clock, and the answer of the books."""
        assert subject is not None
        found, asked = subject.row
        asked = self._as_recorded(reader, found, asked)
        if self.inbound and self.channel == Channel.CALL:
            found.keep(call_in_hand(found, self.person_id, reader.now, self.contact_point_id))
        _count_as_talk(found, self.permit_id)
        told = judged(found, asked, self.permit_id)
        local = f"{asked.at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"
        return told | {"zone": self.zone, "local": local, "person_id": self.person_id}

    def _as_recorded(self, reader: Reader, found: Gathered, asked: Asked) -> Asked:
        """Return what was asked as the record of the contact will have it."""
        if self.record_id is None:
            under_way = [past for past in found.past if past.id == self.permit_id]
            loans = under_way[0].loan_ids if under_way else ()
            unproven = self._is_unproven(reader, found)
            return replace(asked, loan_ids=_ids(loans), unproven=unproven)
        row = self._record(reader, self.record_id)
        if row is None:
            return asked
        breach = is_breach(row.direction, allowed=row.allowed is not False)
        unproven = self._is_unproven_in(reader, row) or is_stale(
            row.channel, row.started_at, reader.now
        )
        return replace(asked, loan_ids=_ids(row.loan_ids), in_breach=breach, unproven=unproven)

    def _record(self, reader: Reader, record_id: UUID) -> Any:
        """Return the record that it is to be added to; nobody's record is told of another."""
        query = select(contact, decision.c.allowed)
        query = query.outerjoin(decision, decision.c.id == contact.c.decision_id)
        mine = contact.c.id == record_id, contact.c.person_id == self.person_id
        return reader.one(query.where(*mine))

    def _is_unproven(self, reader: Reader, found: Gathered) -> bool:
        """Tell whether it is asked for in a call of which nobody made sure who speaks."""
        if self.inbound:
            if self.channel not in SPOKEN:
                return False
            began_at = self.started_at or reader.now
            call = CameIn.at(self.person_id, reader.actor.id, began_at)
            late = is_stale(self.channel, began_at, reader.now)
            return late or not is_proven_call(reader, call)
        if self.permit_id not in {past.id for past in found.past}:
            return False  # none is under way with this person
        who = speaker_under(reader, self.permit_id, or_before=True)
        return who not in (None, Speaker.VERIFIED)

    def _is_unproven_in(self, reader: Reader, row: Any) -> bool:
        """Tell the same of a contact that was written down."""
        if row.channel not in SPOKEN or row.target not in OWING:
            return False
        if is_of_other(row.code):
            return True
        if row.permit_id is not None:
            who = speaker_under(reader, row.permit_id, or_before=True)
            return who is not Speaker.VERIFIED
        if row.direction != Direction.INBOUND:
            return True
        return not is_proven_call(reader, CameIn.of(reader, row))


def _ids(loan_ids: Iterable[str]) -> tuple[UUID, ...] | None:
    """Return the loans that a wish is about; None: whatever he owes."""
    return tuple(UUID(loan_id) for loan_id in sorted(loan_ids)) or None


def _count_as_talk(found: Gathered, permit_id: UUID | None) -> None:
    """Let the call under way count as what it will be once it is logged."""
    for past in [past for past in found.past if past.id == permit_id]:
        talk = past._replace(id=new_id(), outcome=Outcome.EFFECTIVE_CONVERSATION, ends_at=None)
        found.keep(talk)


def call_backs_ahead(
    reader: Reader, person_id: UUID, consents: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the calls back that a person asked for and whose time is not over, the next first.

    Each is judged by what is known by now. `consents` are his as the file has them; one more
    statement, and none where nothing was asked for.
    """
    asked = sorted(_asked_in(person_id, consents, reader.now), key=lambda one: one.at)
    if not asked:
        return []
    points = [(person_id, one.contact_point_id, "call", None, one.at) for one in asked]
    found = gather(reader, [Approach(*point) for point in points])
    return [_as_it_stands(found, one) for one in asked]


def _as_it_stands(found: Gathered, asked: Asked) -> dict[str, Any]:
    """Return what `judged` does of a call back whose consents are on record."""
    facts = _facts(found, asked, None)
    given = [one for one in facts["consents"] if one["kind"] not in OPENING]
    return _told(asked, facts, decision_of(facts), decision_of(facts | {"consents": given}))


def _asked_in(
    person_id: UUID, consents: Iterable[Mapping[str, Any]], now: datetime
) -> Iterator[Asked]:
    for one in consents:
        if one["kind"] != "time_exception" or one["source"] != "said" or one["revoked_at"]:
            continue
        at, scope = datetime.fromisoformat(one["at"]), one["scope"]
        if at + LASTS > now:
            yield Asked(
                person_id,
                one["point_id"],
                at,
                loan_ids=tuple(UUID(debt) for debt in scope.get("debts", ())) or None,
                in_breach=bool(scope.get("given_in_breach")),
                unproven=scope.get("target") == "other",
            )
