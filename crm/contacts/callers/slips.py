"""A stranger's word that was pressed by a slip: taken back by whoever pressed it, at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.mistaken import WithdrawCircumstance
from crm.borrowers.models import circumstance, person
from crm.borrowers.queries.subjects import ALIVE
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.withdrawing import said_with_record, withdrawn
from crm.contacts.callers.models import caller, notice
from crm.contacts.callers.rules import may_take_back
from crm.contacts.callers.strangers import OfNumber, reach_for_this_deed
from crm.contacts.models import contact, said
from crm.contacts.queries.chain import chain_of
from crm.contacts.queries.proof import CameIn, is_proven_call
from crm.contacts.queries.slips import mended
from crm.gate.action import Action, Subject, Then
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work

# What is left of the call: somebody spoke, and nobody knows who, or meanwhile it is known.
_NOT_VERIFIED, _HE_RANG = "UVP", "INC"


@dataclass(frozen=True)
class TakeBackStranger(
    OfNumber,
    Action,
    needs=Permission.SERVE_CALLER,
    recorded_as="contacts.caller.stranger_taken_back",
):
    """Take back a stranger's word within two minutes: one pressed the wrong button.

    What it made and still stands is undone; the records keep it struck out and say that nobody was
    verified. Later, or after too many slips, whoever has the file takes it back.
    """

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """An own slip of just now, and not one of many."""
        assert subject is not None
        return may_take_back(subject.row.stranger, subject.row.stranger_at, work.now, mended(work))

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Undo it with everybody who has the number."""
        assert subject is not None
        row = subject.row
        work.change(caller, self.caller_id, stranger=None, stranger_at=None, bound=None)
        _untell(work, row)
        reach_for_this_deed(work, row.points)
        return Then({"id": self.caller_id}, list(_undone(work, row)))


def _untell(work: Work, row: Any) -> None:
    """Take back what those were told who have the files, where they have not seen it."""
    told = notice.c.kind == "stranger", notice.c.by == work.actor.id, notice.c.seen_at.is_(None)
    for one in work.all(select(notice.c.id).where(*told, notice.c.at == row.stranger_at)):
        work.change(notice, one.id, seen_at=work.now)


def _undone(work: Work, row: Any) -> Iterator[Action]:
    alive = select(person.c.id).where(person.c.id.in_(map(UUID, row.points)), ALIVE)
    whose = [one.id for one in work.all(alive)]
    yield from _unbound(work, row, whose)
    its = contact.c
    made = its.recorded_at == row.stranger_at, its.recorded_by == work.actor.id
    query = select(contact).where(its.person_id.in_(whose), *made, its.started_at == row.at)
    for first in work.all(query.order_by(its.id)):
        for item in work.all(select(said.c.id).where(said.c.contact_id == first.id)):
            found = said_with_record(work, item.id)
            yield from () if found.withdrawn else withdrawn(work, found)
        newest = chain_of(work, first)[-1]
        if newest.code == first.code:
            proven = is_proven_call(work, CameIn.of(work, first))
            yield CorrectContact(newest.id, code=_HE_RANG if proven else _NOT_VERIFIED)


def _unbound(work: Work, row: Any, whose: Sequence[UUID]) -> Iterator[WithdrawCircumstance]:
    """Yield the end of what bound the number of those of whom there is no record."""
    its = circumstance.c
    mine = its.id.in_(map(UUID, row.bound or ())), its.person_id.in_(whose), its.lifted_at.is_(None)
    for one in work.all(select(its.id).where(*mine)):
        yield WithdrawCircumstance(one.id)
