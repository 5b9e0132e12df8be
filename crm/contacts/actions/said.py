"""What was said in a contact: kept with it, and carried into what it changes about the person."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent
from crm.borrowers.actions.points import AddContactPoint, EndContactPoint
from crm.borrowers.models import contact_point
from crm.contacts.facts import Approach
from crm.contacts.facts.document import KINDS_OF_CHANNEL
from crm.contacts.facts.gathered import gather
from crm.contacts.models import said as said_table
from crm.contacts.outcomes import codes
from crm.contacts.queries.call_backs import judged
from crm.contacts.queries.proof import CameIn
from crm.contacts.rules.call_backs import Asked
from crm.contacts.rules.said import (
    OF_BORROWER,
    OF_DEBTORS,
    Breadth,
    Circumstance,
    Heard,
    Kind,
    circumstances_of,
    fault_of,
)
from crm.contacts.rules.standing import OWING
from crm.contacts.rules.verifying import Speaker
from crm.gate.action import Action
from crm.gate.errors import Invalid
from crm.gate.work import Work
from crm.loans.models import loan
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.rulebook.vocabulary import Channel
from crm.words import N_


@dataclass(frozen=True)
class Said:
    """One thing that was said; `fields` are plain words of its kind (contacts/schemas).

    `value` is a new number, `words` what the person said in his own words.
    """

    kind: str
    loan_id: UUID | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    value: Sealed | None = None
    words: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The contact in which something was said, as far as its consequences ask."""

    id: UUID
    person_id: UUID
    contact_point_id: UUID | None
    point_is_valid: bool
    channel: str
    target: str
    loan_ids: tuple[str, ...]
    permit_id: UUID | None = None
    came_in: CameIn | None = None  # where they called us
    in_breach: bool = False  # we began it, and it was refused
    speaker: Speaker | None = None  # None: nothing that was said asks whose word it is

    @property
    def by_other(self) -> bool:
        """Tell whether it was for one who owes, and another took it."""
        return self.speaker is Speaker.OTHER

    @property
    def unproven(self) -> bool:
        """Tell whether it matters who spoke, and nobody made sure."""
        return self.speaker not in (None, Speaker.VERIFIED)

    @property
    def heard(self) -> Heard:
        """Return what the rules ask of it."""
        return Heard(self.channel, self.target, self.loan_ids, self.by_other)


# Where an address is used: it says where he is, so that nobody ends it by a letter he made up.
_POSTAL = (Channel.LETTER, Channel.VISIT)


def with_implied(
    code: str | None, items: Sequence[Said], standing: Collection[str] = ()
) -> tuple[Said, ...]:
    """Return what was said, and what the code itself says where that is not told already.

    `standing` are the kinds that the contact holds from an earlier record. Raise Invalid where
    the code says something of which more must be told.
    """
    known = codes().get(code or "")
    implied = known.said if known is not None else None
    if implied is None or implied in standing or any(_tells(item, implied) for item in items):
        return tuple(items)
    if implied in _MORE_TO_TELL:
        raise Invalid({"code": [_MORE_TO_TELL[Kind(implied)]]})
    return (*items, Said(implied))


def _tells(item: Said, kind: str) -> bool:
    """Tell whether an item says it, or more: whoever opts out of everything wants it to end."""
    whole = item.kind == Kind.OPT_OUT and item.fields.get("breadth") == Breadth.EVERYTHING
    return item.kind == kind or (kind == Kind.CEASE and whole)


_MORE_TO_TELL = {
    Kind.PROMISE: N_("This code stands for a promise: say how much, and by when."),
    Kind.CALLBACK: N_("This code stands for a call back: say when."),
    Kind.NEW_NUMBER: N_("This code stands for a new number or address: write it down."),
}


def keep_said(work: Work, record: Record, items: Sequence[Said]) -> None:
    """Keep every item with its contact; raise Invalid for what this person cannot have said."""
    for number, item in enumerate(items):
        if item.kind in OF_DEBTORS and (record.target not in OWING or record.by_other):
            sentence = N_("Only somebody who owes can have said this.")
            raise Invalid({"said": {str(number): [sentence]}})
        if item.kind == Kind.WRONG_NUMBER and record.channel in _POSTAL and not record.permit_id:
            sentence = N_("End the address by hand in the file: it may take a second person.")
            raise Invalid({"said": {str(number): [sentence]}})
        if item.loan_id is not None and str(item.loan_id) not in record.loan_ids:
            sentence = N_("Name a loan that the contact was about.")
            raise Invalid({"said": {str(number): {"loan_id": [sentence]}}})
        fault = fault_of(item.kind, item.fields, work.now)
        if fault is not None:
            raise Invalid({"said": {str(number): {fault[0]: [fault[1]]}}})
        work.add(
            said_table,
            contact_id=record.id,
            person_id=record.person_id,
            loan_id=item.loan_id,
            kind=item.kind,
            document=_document(item),
        )


def consequences(work: Work, record: Record, items: Sequence[Said]) -> Iterator[Action]:
    """Yield what follows for the person, or for the borrower whom it was said of."""
    for item in items:
        person_id = record.person_id
        if item.kind in OF_BORROWER and record.target not in OWING:
            person_id = borrower_of(work, record.loan_ids[0])
        loan_id = str(item.loan_id) if item.loan_id else None
        for fact in circumstances_of(item.kind, item.fields, loan_id, record.heard):
            yield from _recorded(work, record, person_id, fact)
        if item.kind == Kind.WRONG_NUMBER:
            if record.contact_point_id is not None and record.point_is_valid:
                yield EndContactPoint(record.contact_point_id, "wrong_number", record.id)
        elif item.kind == Kind.NEW_NUMBER:
            yield _new_number(person_id, item)


def _recorded(
    work: Work, record: Record, person_id: UUID, fact: Circumstance
) -> Iterator[RecordCircumstance]:
    """Yield the record of a circumstance: one, or one for each number and address at a place."""
    points: list[UUID | None] = [record.contact_point_id if fact.at_point else None]
    if fact.at_place:
        its = contact_point.c
        there = its.person_id == person_id, its.place == fact.at_place, its.valid_until.is_(None)
        points = [row.id for row in work.all(select(its.id).where(*there).order_by(its.id))]
    for point_id in points:
        yield RecordCircumstance(
            person_id,
            fact.kind,
            scope=fact.scope,
            contact_point_id=point_id,
            source="said",
            contact_id=record.id,
        )


def callbacks(work: Work, record: Record, items: Sequence[Said]) -> Iterator[tuple[Action, Any]]:
    """Yield each call back that was asked for: its consent, and whether it will be lawful."""
    for item in items:
        if item.kind != Kind.CALLBACK:
            continue
        by_phone = "phone" in KINDS_OF_CHANNEL[record.channel]
        asked = Asked(
            record.person_id,
            record.contact_point_id if by_phone else None,
            datetime.fromisoformat(item.fields["at"]),
            loan_ids=tuple(UUID(loan_id) for loan_id in record.loan_ids) or None,
            more_calls=bool(item.fields.get("more_calls")),
            in_breach=record.in_breach,
            unproven=record.unproven,
        )
        told = judged(gather(work, [_approach(asked)]), asked)
        for number, one in enumerate(told["consents"]):
            action = RecordConsent(
                record.person_id,
                one["kind"],
                at=one["at"],
                until=one["until"],
                scope={name: one[name] for name in _OF_SCOPE if name in one},
                contact_point_id=asked.contact_point_id,
                words=item.words,
                source="said",
                contact_id=record.id,
            )
            yield action, told if number == 0 else None


def check_words(items: Sequence[Said], answers: Sequence[Mapping[str, Any]]) -> None:
    """Raise Invalid where a call back opens what is shut and nobody wrote down the words for it.

    `answers` are what `callbacks` told of them, in their order.
    """
    asked = [(number, item) for number, item in enumerate(items) if item.kind == Kind.CALLBACK]
    for (number, item), answer in zip(asked, answers, strict=True):
        opens = not answer["without"]["allowed"] or item.fields.get("more_calls")
        counts = not (answer["unproven"] or answer["in_breach"])
        if opens and counts and item.words is None:
            sentence = N_("A call at that time takes their consent: write down their words.")
            raise Invalid({"said": {str(number): {"words": [sentence]}}})


_OF_SCOPE = ("channel", "from", "to", "days", "target", "debts", "given_in_breach")


def _approach(asked: Asked) -> Approach:
    return Approach(asked.person_id, asked.contact_point_id, "call", asked.loan_ids, asked.at)


def _document(item: Said) -> Sealed:
    """Return an item without its value: that stands with the contact point made of it, masked
    as every other, while what was said is read like a note.
    """
    content = dict(item.fields)
    if item.words is not None:
        content["words"] = reopen(item.words)
    return Sealed.fresh(json.dumps(content, ensure_ascii=False, sort_keys=True))


def _new_number(person_id: UUID, item: Said) -> AddContactPoint:
    assert item.value is not None
    return AddContactPoint(
        person_id,
        item.fields["kind"],
        item.value,
        place=item.fields.get("place", "other"),
        country=item.fields.get("country"),
        region=item.fields.get("region"),
        source="said",
    )


def borrower_of(work: Work, loan_id: str) -> UUID:
    """Return whose loan a contact with somebody else was about."""
    found = work.scalar(select(loan.c.borrower_id).where(loan.c.id == UUID(loan_id)))
    assert isinstance(found, UUID)
    return found
