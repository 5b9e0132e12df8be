"""Something recorded as said by a slip of the key: taken back with all that it made."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, or_, select

from crm.borrowers.actions.consents import RevokeConsent
from crm.borrowers.actions.mistaken import ReopenContactPoint, WithdrawCircumstance
from crm.borrowers.actions.points import EndContactPoint
from crm.borrowers.models import circumstance, consent, contact_point, person
from crm.borrowers.queries.subjects import relation_of
from crm.borrowers.rules.points import EndReason
from crm.contacts.locks import about
from crm.contacts.models import contact, said, said_withdrawal
from crm.contacts.queries.slips import mended
from crm.contacts.queries.taken_back import TAKEN_BACK
from crm.contacts.rules.call_backs import OPENING
from crm.contacts.rules.records import is_own_slip, may_mend_alone
from crm.contacts.rules.said import Heard, Kind, made_by
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid, Missing
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.work import Work
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.rulebook.vocabulary import CircumstanceKind
from crm.words import N_


@dataclass(frozen=True)
class WithdrawSaid(Action, needs=Permission.CORRECT_CONTACT, recorded_as="contacts.said.withdrawn"):
    """Take back one thing of a record that was not said; the record keeps it, struck out.

    The circumstances it made are lifted, consents revoked, a number it ended or added is opened
    or ended again. What was opened shuts at once; lifting a stop needs a second person, who is told
    the reason (`rules.causes.NotSaid`), save the author's own slip within two minutes.
    """

    tells = ("kind", "contact_id")
    id: UUID
    contact_id: UUID
    reason: str | None = None

    def locks(self, work: Work) -> Filled:
        """Hold everybody it bears on."""
        row = said_with_record(work, self.id)
        people = [row.person_id, *(one.person_id for one in _circumstances(work, row))]
        return about(people, {row.contact_point_id} - {None})

    def subject(self, work: Work) -> Subject:
        """Find what was said; it lies to the actor as its person does."""
        row = said_with_record(work, self.id)
        if row.contact_id != self.contact_id:
            raise Missing("said")
        return Subject("said", self.id, relation_of(work.actor, row), row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person where a stop is lifted."""
        assert subject is not None
        row = subject.row
        if row.withdrawn:
            return refuse("said.withdrawn", N_("It is taken back already."))
        if row.kind != Kind.WRONG_NUMBER and not _lifted(work, row):
            return ALLOWED
        own = is_own_slip(row.recorded_by, row.recorded_at, work.actor.id, work.now)
        if own and may_mend_alone(mended(work)):
            return ALLOWED
        if self.reason is None:
            sentence = N_("Say why it was not said: a second person decides on it.")
            raise Invalid({"reason": [sentence]})
        why = N_("It lifts what stops contact, so a second person must agree.")
        return second_person("said.stop_lifted", why)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep who took it back and when, and undo what it made."""
        assert subject is not None
        row = subject.row
        undone = withdrawn(work, row)
        if self.reason is not None:
            work.note(reason=self.reason)
        result = {"id": self.id, "contact_id": row.contact_id, "person_id": row.person_id}
        return Then(result, undone)

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        row = said_with_record(work, result_id)
        return {"id": result_id, "contact_id": row.contact_id, "person_id": row.person_id}


_WHOSE = (person.c.collector_id, person.c.team_id, person.c.agency_id)


def said_with_record(work: Work, said_id: UUID) -> Row[Any]:
    """Return an item with its record; raise Missing where there is none, or he was erased."""
    columns = (
        contact.c.contact_point_id,
        contact.c.channel,
        contact.c.target,
        contact.c.loan_ids,
        contact.c.recorded_at,
        contact.c.recorded_by,
    )
    query = (
        select(said, *columns, *_WHOSE, TAKEN_BACK.label("withdrawn"))
        .join(contact, contact.c.id == said.c.contact_id)
        .join(person, person.c.id == said.c.person_id)
        .where(said.c.id == said_id, person.c.erasure_begun_at.is_(None))
    )
    row = work.one(query)
    if row is None:
        raise Missing("said")
    return row


def withdrawn(work: Work, row: Any) -> list[Action]:
    """Keep that it was not said; return what undoes it. `row` is one of `said_with_record`."""
    work.add(
        said_withdrawal,
        said_id=row.id,
        person_id=row.person_id,
        withdrawn_by=work.actor.id,
        withdrawn_at=work.now,
    )
    return list(_undone(work, row))


def _undone(work: Work, row: Any) -> Iterator[Action]:
    """Yield what undoes all that the item made."""
    for one in _lifted(work, row):
        yield WithdrawCircumstance(one.id, row.contact_id)
    if row.kind == Kind.CALLBACK:
        yield from _revoked(work, row)
    elif row.kind == Kind.WRONG_NUMBER:
        yield from _opened(work, row)
    elif row.kind == Kind.NEW_NUMBER:
        yield from _ended(work, row)


def _revoked(work: Work, row: Any) -> Iterator[RevokeConsent]:
    """Yield the consents that the call back asked for made: another time is another wish."""
    its = consent.c
    given = its.contact_id == row.contact_id, its.revoked_at.is_(None), its.kind.in_(OPENING)
    asked = [_fields(other)["at"] for other in _others(work, row) if other.kind == Kind.CALLBACK]
    for one in work.all(select(its.id, its.at).where(*given)):
        if _same(one.at, _fields(row)["at"]) and not any(_same(one.at, at) for at in asked):
            yield RevokeConsent(one.id, row.contact_id)


def _same(one: str, other: str) -> bool:
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)


def _ended(work: Work, row: Any) -> Iterator[EndContactPoint]:
    """Yield the end of the number or address that it added, if that still stands.

    Not where another was told since that was known already: it may be the same.
    """
    if _is_told_again(work, row):
        return
    its = contact_point.c
    added = its.said_id == row.id, its.valid_until.is_(None)
    for one in work.all(select(its.id).where(*added)):
        yield EndContactPoint(one.id, EndReason.OTHER, row.contact_id)


def _opened(work: Work, row: Any) -> Iterator[ReopenContactPoint]:
    """Yield the number that the item ended, unless it was entered anew since.

    That one of its contacts did says the circumstance which that end wrote, at the same moment.
    """
    if _is_said_again(work, row):
        return
    its, twin = contact_point.c, contact_point.alias("twin")
    anew = select(twin.c.id).where(
        twin.c.person_id == its.person_id, twin.c.token == its.token, twin.c.valid_until.is_(None)
    )
    ended = (
        its.id == row.contact_point_id,
        its.valid_until.is_not(None),
        _struck(row).exists(),
        its.ended_because == EndReason.WRONG_NUMBER,
        ~anew.exists(),
    )
    for one in work.all(select(its.id).where(*ended)):
        yield ReopenContactPoint(one.id, row.contact_id)


def _circumstances(work: Work, row: Any) -> Sequence[Row[Any]]:
    """Return what is in force of what was said in the record."""
    its = circumstance.c
    columns = (its.id, its.person_id, its.kind, its.scope)
    contacts = {row.contact_id}
    if row.kind == Kind.WRONG_NUMBER and row.contact_point_id is not None:
        # Who says it once more of the same number adds no other.
        by_it = select(contact.c.id).where(contact.c.contact_point_id == row.contact_point_id)
        contacts |= {one.id for one in work.all(by_it)}
    made = its.contact_id.in_(contacts), its.lifted_at.is_(None)
    return work.all(select(*columns).where(*made))


def _lifted(work: Work, row: Any) -> list[Row[Any]]:
    """Return the circumstances that rest on this item alone; another may have said them too."""
    if row.kind == Kind.WRONG_NUMBER and _is_said_again(work, row):
        return []
    kept = [made for other in _others(work, row) for made in _made(other, row)]
    mine = _made(row, row)
    return [
        one
        for one in _circumstances(work, row)
        if (one.kind, _scope(one)) in mine and (one.kind, _scope(one)) not in kept
    ]


def _is_said_again(work: Work, row: Any) -> bool:
    """Tell whether another record says of the same number that it is wrong, and stands."""
    if row.contact_point_id is None:
        return False
    same = contact.c.contact_point_id == row.contact_point_id, said.c.kind == row.kind
    others = _standing().join(contact, contact.c.id == said.c.contact_id)
    return work.scalar(others.where(*same, said.c.id != row.id).limit(1)) is not None


def _is_told_again(work: Work, row: Any) -> bool:
    """Tell whether a number was told since, by him or whose it is, that was known already."""
    its = contact_point.c
    owners = select(its.person_id).where(its.said_id == row.id)
    added = select(its.id).where(its.said_id == said.c.id).exists()
    who = or_(said.c.person_id == row.person_id, said.c.person_id.in_(owners))
    since = said.c.kind == row.kind, said.c.id > row.id, ~added
    return work.scalar(_standing().where(who, *since).limit(1)) is not None


def _standing() -> Select[Any]:
    """Return what was said, anywhere, and was not taken back."""
    return select(said.c.id).where(~TAKEN_BACK)


def _struck(row: Any) -> Any:
    return (
        select(circumstance.c.id)
        .join(contact, contact.c.id == circumstance.c.contact_id)
        .where(
            contact.c.contact_point_id == row.contact_point_id,
            circumstance.c.kind == CircumstanceKind.WRONG_NUMBER,
            circumstance.c.created_at == contact_point.c.valid_until,
        )
    )


def _others(work: Work, row: Any) -> Sequence[Row[Any]]:
    """Return what else was said in the record, and stands."""
    others = said.c.contact_id == row.contact_id, said.c.id != row.id, ~TAKEN_BACK
    return work.all(select(said).where(*others))


def _made(item: Any, record: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return kind and scope of every circumstance that an item of the record can have made."""
    fields = _fields(item)
    heard = Heard(record.channel, record.target, tuple(record.loan_ids))
    loan_id = str(item.loan_id) if item.loan_id else None
    return [(one.kind, dict(one.scope)) for one in made_by(item.kind, fields, loan_id, heard)]


def _fields(item: Any) -> dict[str, Any]:
    columns = {column.name: getattr(item, column.name) for column in said.c}
    document = stored(said, columns)["document"]
    return json.loads(reopen(document)) if document is not None else {}


def _scope(row: Any) -> dict[str, Any]:
    """Return what a circumstance is bound to, but for the number, which the record names."""
    return {name: value for name, value in (row.scope or {}).items() if name != "number"}
