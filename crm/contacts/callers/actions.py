"""A caller looked up, told apart from others, and his file held once he has shown who he is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.borrowers.models import circumstance, person
from crm.borrowers.queries.lines import lines_query
from crm.borrowers.queries.search import by_contact_point
from crm.borrowers.queries.subjects import ALIVE
from crm.borrowers.rules.limits import holds
from crm.borrowers.rules.points import PointKind
from crm.contacts.callers.models import caller, notice
from crm.contacts.callers.queries import caller_subject, is_own
from crm.contacts.callers.rules import (
    HELD_FOR,
    OVER,
    SPAN,
    Found,
    Look,
    desk_of,
    may_ask,
    may_look,
)
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.models import account, hold
from crm.loans.search import on_loan
from crm.privacy.openers import match
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.words import N_


@dataclass(frozen=True)
class LookUpCaller(Action, needs=Permission.SERVE_CALLER, recorded_as="contacts.caller.looked_up"):
    """Ask whom one has on the telephone, by exactly one of these.

    The answer says how many there are and in which team, nothing of who they are.
    """

    phone: Sealed | None = None
    email: Sealed | None = None
    loan_number: Sealed | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Count one's own looks one after the other."""
        return (work.actor.id,)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody try numbers until one fits."""
        return _may_look(work)

    def refused(self, work: Work, subject: Subject | None, verdict: Verdict) -> None:
        """Keep that somebody looked too often, for whoever sees to it."""
        _kept_refused(work, self._one()[0])

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what was found, never what was typed."""
        kind, value = self._one()
        if kind == "loan_number":
            rows = work.all(on_loan(value))
        else:
            rows = by_contact_point(work, PointKind(kind), value)
        points = {row.id: row.point_id for row in rows} if kind != "loan_number" else {}
        return _kept(work, kind, rows, {str(one): str(point) for one, point in points.items()})

    def _one(self) -> tuple[str, Sealed]:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        known = [(name, value) for name, value in given.items() if value is not None]
        if len(known) != 1:
            raise Invalid({"value": [N_("Give the number, the loan number or the e-mail.")]})
        return known[0]


@dataclass(frozen=True)
class NameCaller(Action, needs=Permission.SERVE_CALLER, recorded_as="contacts.caller.named"):
    """Tell those apart who share a number or a loan, by the name that the caller gives."""

    id: UUID
    name: Sealed

    def locks(self, work: Work) -> Iterable[UUID]:
        """Count one's own looks one after the other."""
        return (work.actor.id,)

    def subject(self, work: Work) -> Subject:
        """Find the call; it is one's own."""
        return caller_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """A name is a look like any other: it is not tried until one fits."""
        assert subject is not None
        verdict = may_ask(subject.row.at, work.now)
        return _may_look(work) if verdict else verdict

    def refused(self, work: Work, subject: Subject | None, verdict: Verdict) -> None:
        """Keep that somebody looked too often; that a call is over says nothing of him."""
        assert subject is not None
        if verdict.rule != OVER:
            _kept_refused(work, subject.row.kind)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Look among those who were found, and nowhere else."""
        assert subject is not None
        ids = [UUID(one) for one in subject.row.candidates]
        rows = work.all(lines_query().where(person.c.id.in_(ids), ALIVE))
        field = "person.name"
        named = [
            row
            for row in rows
            if (name := stored(person, {"id": row.id, "name": row.name})["name"]) is not None
            and match(name, self.name, field)
        ]
        return _kept(work, subject.row.kind, named, subject.row.points or {})


@dataclass(frozen=True)
class HoldFile(Action, needs=Permission.SERVE_CALLER, recorded_as="contacts.caller.held"):
    """Hold the file of a caller who has shown who he is, for half an hour, and tell who has him.

    It comes of the answer that proved it, never of an address.
    """

    caller_id: UUID

    def subject(self, work: Work) -> Subject:
        """Find the call."""
        return caller_subject(work, self.caller_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Hold it."""
        assert subject is not None
        person_id: UUID = subject.row.person_id
        expires_at = work.now + HELD_FOR
        hold_id = work.add(
            hold,
            person_id=person_id,
            held_by=work.actor.id,
            caller_id=self.caller_id,
            at=work.now,
            expires_at=expires_at,
        )
        owner = work.scalar(select(person.c.collector_id).where(person.c.id == person_id))
        if owner is not None:
            tell(work, owner, person_id, "served")
        return {"id": hold_id, "expires_at": expires_at}


@dataclass(frozen=True)
class SeeNotice(Action, needs=Permission.MANAGE_SELF, recorded_as="contacts.notice.seen"):
    """Say that one has seen what one was told."""

    id: UUID

    def locks(self, work: Work) -> Iterable[UUID]:
        """See it once."""
        return (self.id,)

    def subject(self, work: Work) -> Subject:
        """Find it; it is one's own."""
        row = work.one(select(notice).where(notice.c.id == self.id))
        if row is None:
            raise Missing("notice")
        return Subject("notice", self.id, work.actor.relation(row.account_id, None), row=row)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Note when; a second time changes nothing."""
        assert subject is not None
        if subject.row.seen_at is None:
            work.change(notice, self.id, seen_at=work.now)
        return {"id": self.id}


def tell(
    work: Work, account_id: UUID, person_id: UUID, kind: str, contact_id: UUID | None = None
) -> None:
    """Tell a colleague what was done about somebody he has, or in his stead."""
    work.add(
        notice,
        account_id=account_id,
        person_id=person_id,
        contact_id=contact_id,
        kind=kind,
        by=work.actor.id,
        at=work.now,
    )


def _may_look(work: Work) -> Verdict:
    query = select(caller.c.at, caller.c.outcome).where(
        caller.c.asked_by == work.actor.id,
        caller.c.at > work.now - SPAN,
        caller.c.outcome != Found.REFUSED,
    )
    return may_look([Look(row.at, row.outcome) for row in work.all(query)], work.now)


def _kept_refused(work: Work, kind: str) -> None:
    work.add(
        caller,
        asked_by=work.actor.id,
        at=work.now,
        kind=kind,
        outcome=Found.REFUSED,
        candidates=[],
    )


def _kept(
    work: Work, kind: str, rows: Sequence[Row[Any]], points: Mapping[str, str]
) -> dict[str, Any]:
    """Keep what a look gave: whom of one's own firm it found, and whether one may serve him."""
    agency_id = work.actor.agency_id
    found = {row.id: row for row in rows if agency_id in (None, row.agency_id)}
    by = {str(one): points[str(one)] for one in sorted(found) if str(one) in points}
    only = next(iter(found.values())) if len(found) == 1 else None
    outcome = Found.SEVERAL if found else Found.NOBODY
    if only is not None:
        outcome = Found.RESERVED if _desk(work, only) else Found.ONE
    caller_id = work.add(
        caller,
        asked_by=work.actor.id,
        at=work.now,
        kind=kind,
        outcome=outcome,
        candidates=[str(person_id) for person_id in sorted(found)],
        person_id=only.id if only is not None else None,
        contact_point_id=UUID(by[str(only.id)]) if only is not None and by else None,
        points=by or None,
    )
    work.note(kind=kind, outcome=outcome)
    return {"id": caller_id}


def _desk(work: Work, row: Row[Any]) -> str | None:
    """Return the role that alone serves this person; None where the actor may."""
    if is_own(work, row):
        return None
    owner = work.scalar(select(account.c.role).where(account.c.id == row.collector_id))
    query = select(circumstance).where(circumstance.c.person_id == row.id)
    now = [found.kind for found in work.all(query) if holds(found._asdict(), work.now)]
    desk = desk_of(owner, now)
    return desk if desk != work.actor.role else None
