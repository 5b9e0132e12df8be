"""A stranger's word that was pressed by a slip: taken back by whoever pressed it, at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.mistaken import WithdrawCircumstance
from crm.borrowers.models import circumstance
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.withdrawing import said_with_record, withdrawn
from crm.contacts.callers.models import caller
from crm.contacts.callers.rules import may_take_back
from crm.contacts.callers.strangers import OfNumber, reach_for_this_deed
from crm.contacts.models import contact, said
from crm.contacts.queries.slips import mended
from crm.gate.action import Action, Subject, Then
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work

_NOT_VERIFIED = "UVP"  # what is left of the call: somebody spoke, and nobody knows who


@dataclass(frozen=True)
class TakeBackStranger(
    OfNumber,
    Action,
    needs=Permission.SERVE_CALLER,
    recorded_as="contacts.caller.stranger_taken_back",
):
    """Take back a stranger's word within two minutes: one pressed the wrong button.

    What it made is undone, the records keep it struck out and say that nobody was verified. Later,
    or after too many slips, whoever has the file takes it back.
    """

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """An own slip of just now, and not one of many."""
        assert subject is not None
        return may_take_back(subject.row.stranger, subject.row.stranger_at, work.now, mended(work))

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Undo it with everybody who has the number."""
        assert subject is not None
        row = subject.row
        work.change(caller, self.caller_id, stranger=None, stranger_at=None)
        reach_for_this_deed(work, row.points)
        return Then({"id": self.caller_id}, list(_undone(work, row)))


def _undone(work: Work, row: Any) -> Iterator[Action]:
    whose = list(map(UUID, row.points))
    bound = circumstance.c
    bare = bound.contact_id.is_(None), bound.created_at == row.stranger_at, bound.source == "said"
    for one in work.all(select(bound.id).where(bound.person_id.in_(whose), *bare)):
        yield WithdrawCircumstance(one.id)
    its = contact.c
    made = its.recorded_at == row.stranger_at, its.recorded_by == work.actor.id
    query = select(its.id, its.code).where(
        its.person_id.in_(whose), *made, its.started_at == row.at
    )
    for record in work.all(query.order_by(its.id)):
        for item in work.all(select(said.c.id).where(said.c.contact_id == record.id)):
            yield from withdrawn(work, said_with_record(work, item.id))
        if record.code is not None:
            yield CorrectContact(record.id, code=_NOT_VERIFIED)
