"""What was said in a contact: kept with it, and carried into what it changes about the person."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.circumstances import RecordCircumstance
from crm.borrowers.actions.points import AddContactPoint, EndContactPoint, has_point
from crm.borrowers.models import contact_point
from crm.contacts.models import said as said_table
from crm.contacts.outcomes import codes, is_by_other
from crm.contacts.queries.proof import CameIn
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
    by_code: bool = False  # the code of the record says it, nothing else

    def fault(self, number: int, why: str) -> Invalid:
        """Return what is wrong with it, named where it was said: item `number`, or the code."""
        return Invalid({"code": [why]} if self.by_code else {"said": {str(number): [why]}})


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
    began_at: datetime
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
    told = {item.kind for item in items} | set(standing)
    if implied is None or implied in told or (implied == Kind.CEASE and _ends(code, items)):
        return tuple(items)
    if implied in _MORE_TO_TELL:
        raise Invalid({"code": [_MORE_TO_TELL[Kind(implied)]]})
    return (*items, Said(implied, by_code=True))


def _ends(code: str | None, items: Sequence[Said]) -> bool:
    """Tell whether an opt-out says it: of everything, or of the number that another has alone."""
    whole = {Breadth.EVERYTHING, Breadth.HERE} if is_by_other(code) else {Breadth.EVERYTHING}
    return any(item.kind == Kind.OPT_OUT and item.fields.get("breadth") in whole for item in items)


_MORE_TO_TELL = {
    Kind.PROMISE: N_("This code stands for a promise: say how much, and by when."),
    Kind.CALLBACK: N_("This code stands for a call back: say when."),
    Kind.NEW_NUMBER: N_("This code stands for a new number or address: write it down."),
}


def keep_said(work: Work, record: Record, items: Sequence[Said]) -> list[UUID]:
    """Keep every item with its contact, and return their ids.

    Raise Invalid for what this person cannot have said.
    """
    kept = []
    for number, item in enumerate(items):
        if item.kind in OF_DEBTORS and (record.target not in OWING or record.by_other):
            raise item.fault(number, N_("Only somebody who owes can have said this."))
        if item.kind == Kind.WRONG_NUMBER and record.channel in _POSTAL and not record.permit_id:
            sentence = N_("End the address by hand in the file: it may take a second person.")
            raise item.fault(number, sentence)
        if item.loan_id is not None and str(item.loan_id) not in record.loan_ids:
            sentence = N_("Name a loan that the contact was about.")
            raise Invalid({"said": {str(number): {"loan_id": [sentence]}}})
        fault = fault_of(item.kind, item.fields, record.began_at)
        if fault is not None:
            raise Invalid({"said": {str(number): {fault[0]: [fault[1]]}}})
        said_id = work.add(
            said_table,
            contact_id=record.id,
            person_id=record.person_id,
            loan_id=item.loan_id,
            kind=item.kind,
            document=_document(_narrowed(record, item)),
        )
        kept.append(said_id)
    return kept


def consequences(
    work: Work, record: Record, items: Sequence[Said], said_ids: Sequence[UUID]
) -> Iterator[Action]:
    """Yield what follows for the person, or for the borrower whom it was said of."""
    for item, said_id in zip(items, said_ids, strict=True):
        person_id = record.person_id
        if item.kind in OF_BORROWER and record.target not in OWING:
            person_id = borrower_of(work, record.loan_ids[0])
        loan_id = str(item.loan_id) if item.loan_id else None
        for fact in circumstances_of(item.kind, item.fields, loan_id, record.heard):
            alone = record.by_other or not fact.scope
            if fact.at_point and alone and record.contact_point_id is None:
                raise Invalid({"contact_point_id": [_NO_NUMBER]})
            yield from _recorded(work, record, person_id, fact)
        if item.kind == Kind.WRONG_NUMBER:
            if record.contact_point_id is not None and record.point_is_valid:
                yield EndContactPoint(record.contact_point_id, "wrong_number", record.id)
        elif item.kind == Kind.NEW_NUMBER and not _is_known(work, person_id, item):
            yield _new_number(person_id, item, said_id)


_NO_NUMBER = N_(
    "This holds for one number or address alone: say which. Where it is not known, choose another "
    "code and note it."
)


def _narrowed(record: Record, item: Said) -> Said:
    """Return what another asked for as it binds: everything, by his number."""
    if not record.by_other or item.fields.get("breadth") != Breadth.EVERYTHING:
        return item
    return replace(item, fields={**item.fields, "breadth": Breadth.HERE})


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


def _document(item: Said) -> Sealed:
    """Return an item without its value: that stands with the contact point made of it, masked
    as every other, while what was said is read like a note.
    """
    content = dict(item.fields)
    if item.words is not None:
        content["words"] = reopen(item.words)
    return Sealed.fresh(json.dumps(content, ensure_ascii=False, sort_keys=True))


def _is_known(work: Work, person_id: UUID, item: Said) -> bool:
    assert item.value is not None
    return has_point(work, person_id, item.fields["kind"], item.value)


def _new_number(person_id: UUID, item: Said, said_id: UUID) -> AddContactPoint:
    assert item.value is not None
    return AddContactPoint(
        person_id,
        item.fields["kind"],
        item.value,
        place=item.fields.get("place", "other"),
        country=item.fields.get("country"),
        region=item.fields.get("region"),
        source="said",
        said_id=said_id,
    )


def borrower_of(work: Work, loan_id: str) -> UUID:
    """Return whose loan a contact with somebody else was about."""
    found = work.scalar(select(loan.c.borrower_id).where(loan.c.id == UUID(loan_id)))
    assert isinstance(found, UUID)
    return found
