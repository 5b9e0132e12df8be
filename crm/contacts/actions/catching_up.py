"""Catching up after an outage: what was written on paper meanwhile, many contacts at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import ALIVE, within
from crm.contacts.actions.records import check_outcome
from crm.contacts.actions.said import Said, with_implied
from crm.contacts.actions.unpermitted import LogUnpermitted, judged_and_kept
from crm.contacts.locks import about
from crm.contacts.models import contact, outage
from crm.contacts.queries.outages import is_covered
from crm.contacts.rules.causes import Unasked
from crm.contacts.rules.outages import LONGEST_AGO
from crm.contacts.rules.references import reference_in, reference_of
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid, Missing
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.loans.models import loan
from crm.privacy.index import blind, normal
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.words import N_

MOST = 50
MINUTE = timedelta(minutes=1)  # as exact as a time on paper is


@dataclass(frozen=True)
class Made:
    """One call as it stands on paper; `whom` is the sheet's reference or a loan number.

    `number` is its line on the form, by which a fault in it is named.
    """

    number: int
    whom: Sealed
    started_at: datetime
    outcome: str
    code: str | None = None
    said: tuple[Said, ...] = ()
    note: Sealed | None = None


@dataclass(frozen=True)
class CatchUp(Action, needs=Permission.LOG_UNPERMITTED, recorded_as="contacts.outage.caught_up"):
    """Enter calls that were made by telephone during an outage: all of them, or none.

    Each is judged at its own time, in their order, so that each counts for those after it. One
    that no outage covers is written down in the person's file, with its reason.
    """

    outage_id: UUID
    items: tuple[Made, ...]

    def locks(self, work: Work) -> Filled:
        """Find whom each was with, and hold all of them by one statement."""
        if not 0 < len(self.items) <= MOST:
            raise Invalid({"items": [N_("Enter 1 to 50 contacts.")]})
        found = work.held = _Lookup(work, self.needs).all(self.items)
        return about((one.person_id for one in found), (one.id for one in found))

    def subject(self, work: Work) -> Subject:
        """Find the outage; whose people they are was seen to when they were looked up."""
        row = work.one(select(outage).where(outage.c.id == self.outage_id))
        if row is None:
            raise Missing("outage")
        return Subject("outage", row.id, Scope.OWN, row=row)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep each with its mark and its decision."""
        points = dict(zip((item.number for item in self.items), work.held, strict=True))
        marks: dict[str, int] = {}
        actions: list[Action] = []
        anew = set()
        for item in sorted(self.items, key=lambda item: (item.started_at, item.number)):
            done = self._kept(work, item, points[item.number])
            mark = done.result["mark"]
            marks[mark] = marks.get(mark, 0) + 1
            actions += done.actions
            anew |= {points[item.number].person_id} if done.result["judged_anew"] else set()
        work.page.details.pop("mark", None)
        work.note(contacts=len(self.items), **marks)
        result = {"id": self.outage_id, "contacts": len(self.items), "marks": marks}
        return Then(result | {"people_anew": sorted(anew)}, actions)

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Say that it was done."""
        return {"id": result_id, "contacts": len(self.items), "marks": None}

    def _kept(self, work: Work, item: Made, point: Any) -> Then:
        with _line(item.number):
            if _stands(work, point.id, item.started_at):
                raise Invalid({"started_at": [N_("This call stands in the record already.")]})
            told = LogUnpermitted(
                person_id=point.person_id,
                contact_point_id=point.id,
                channel="call",
                direction="outbound",
                outcome=item.outcome,
                started_at=_within(work, item.started_at),
                reason=Unasked.NO_ACCESS,
                note=item.note,
                code=item.code,
                said=item.said,
            )
            return judged_and_kept(work, told)


def _check_line(work: Work, item: Made) -> None:
    """Raise Invalid where a line cannot be a call that was made."""
    if item.started_at > work.now:
        raise Invalid({"started_at": [N_("It cannot lie in the future.")]})
    if item.started_at < work.now - 2 * LONGEST_AGO:
        raise Invalid({"started_at": [N_("It is too long ago to be entered here.")]})
    if not is_covered(work, _within(work, item.started_at)):
        raise Invalid({"started_at": [_UNCOVERED]})
    said = with_implied(item.code, item.said)
    check_outcome("call", item.outcome, item.code, inbound=False, said=said)


def _within(work: Work, at: datetime) -> datetime:
    """Return the instant that a line means: paper has minutes, and an outage begins within one."""
    begun = work.scalar(
        select(outage.c.began_at)
        .where(outage.c.began_at.between(at, at + MINUTE))
        .order_by(outage.c.began_at)
        .limit(1)
    )
    return at if begun is None else begun


_UNCOVERED = N_(
    "No outage covers this time. Mend it, or write the call down in the person's file, with why "
    "there was no permit."
)


class _line:
    """Says of a fault on which line of the form it stands."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> None:
        """Begin the line."""

    def __exit__(self, kind: Any, fault: Any, trace: Any) -> None:
        """Name the line in what was wrong with it."""
        if isinstance(fault, Invalid):
            raise Invalid({"items": {str(self.number): fault.fields}}) from None


class _Lookup:
    """Whom a sheet names: by reference among one's own people, or by loan number."""

    def __init__(self, work: Work, needs: Permission) -> None:
        self._work = work
        self._reached = within(work, needs)
        self._by_reference: dict[str, list[Any]] | None = None

    def all(self, items: Sequence[Made]) -> list[Any]:
        """Return the contact point of each; raise Invalid naming every line with a fault."""
        found, faults = [], dict[str, Any]()
        for item in items:
            wrong = dict[str, Any]()
            try:
                found.append(self._one(reopen(item.whom), item.started_at))
            except Invalid as fault:
                wrong |= dict(fault.fields)
            try:
                _check_line(self._work, item)
            except Invalid as fault:
                wrong |= dict(fault.fields)
            if wrong:
                faults[str(item.number)] = wrong
        if faults:
            raise Invalid({"items": faults})
        return found

    def _one(self, text: str, at: datetime) -> Any:
        reference = reference_in(text)
        if reference is not None and (points := self._referred().get(reference)):
            return _only(points)
        points = list(self._on_loan(text, at))
        if not points:
            sentence = N_("Nobody of yours has this reference or loan number.")
            raise Invalid({"whom": [sentence]})
        return _only(points)

    def _referred(self) -> dict[str, list[Any]]:
        """Return the numbers of one's people by their references, read once."""
        if self._by_reference is None:
            self._by_reference = {}
            for row in self._work.all(self._points()):
                self._by_reference.setdefault(reference_of(row.id), []).append(row)
        return self._by_reference

    def _on_loan(self, text: str, at: datetime) -> Iterator[Any]:
        index = blind("loan.number", 128, normal("loan.number", text))
        its = contact_point.c
        then = and_(its.valid_from <= at, or_(its.valid_until.is_(None), its.valid_until > at))
        query = self._points().join(loan, loan.c.borrower_id == person.c.id)
        yield from self._work.all(query.where(loan.c.number_index == index, then))

    def _points(self) -> Any:
        return (
            select(contact_point.c.id, contact_point.c.person_id)
            .join(person, person.c.id == contact_point.c.person_id)
            .where(contact_point.c.kind == "phone", self._reached, ALIVE)
        )


def _only(points: Sequence[Any]) -> Any:
    if len(points) > 1:
        sentence = N_("There are several numbers: use the reference on the sheet.")
        raise Invalid({"whom": [sentence]})
    return points[0]


def _stands(work: Work, point_id: UUID, at: datetime) -> bool:
    """Tell whether a call to that number at that instant was entered before."""
    its = contact.c
    query = select(its.id).where(
        its.contact_point_id == point_id, its.started_at == at, its.channel == "call"
    )
    return work.scalar(query.limit(1)) is not None
