"""A call by one key: reserved and started at once; and the word that somebody else took it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.queries.subjects import owner_of, relation_of
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.starting import StartPermit, state_in
from crm.contacts.locks import held_permit, permit_now
from crm.contacts.models import permit, permit_event
from crm.contacts.rules.permits import may_verify
from crm.contacts.rules.standing import OWING
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.words import N_


@dataclass(frozen=True)
class CallNow(RequestPermit, needs=Permission.REQUEST_PERMIT, recorded_as="contacts.call.begun"):
    """Reserve a call and start it in the same breath: judged for each, with an entry for each."""

    channel: str = "call"

    def subject(self, work: Work) -> Subject:
        """Hear the call; nothing else is started the moment it is asked for."""
        if self.channel != "call" or self.at is not None:
            raise Invalid({"channel": [N_("Only a call is started at once.")]})
        return super().subject(work)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Reserve it, and let the start answer: with the number."""
        given = super().run(work, subject)
        return Then(given, [StartPermit(given["id"])], answered_by_last=True)

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Tell a repeated request what its start told, with the number within its minute."""
        work.held = held_permit(work, result_id)
        return StartPermit(result_id).again(work, result_id)


@dataclass(frozen=True)
class SaySomebodyElse(
    Action, needs=Permission.LOG_CONTACT, recorded_as="contacts.call.taken_by_other"
):
    """Note that somebody else took the call: from now on nothing of the debt is on the desk."""

    permit_id: UUID

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Hold the person, as the check of identity does."""
        return owner_of(work, permit, self.permit_id)

    def subject(self, work: Work) -> Subject:
        """Find the call; whoever makes it has it."""
        row = permit_now(work, self.permit_id)
        if row is None or row.erasure_begun_at is not None:
            raise Missing("permit")
        mine = row.reserved_by == work.actor.id
        relation = Scope.OWN if mine else relation_of(work.actor, row)
        return Subject("permit", self.permit_id, relation, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let who makes the contact say so while it lasts, of a call to somebody who owes."""
        assert subject is not None
        row = subject.row
        if row.target not in OWING:
            return refuse("talk.not_debtor", N_("This is not the borrower's own call."))
        return may_verify(state_in(row), work.actor.id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep it once; said again, nothing changes."""
        if _other(work, self.permit_id) is None:
            work.add(
                permit_event,
                permit_id=self.permit_id,
                kind="other",
                at=work.now,
                by=work.actor.id,
            )
        return {"id": self.permit_id}


def _other(work: Work, permit_id: UUID) -> Any:
    query = select(permit_event.c.id).where(
        permit_event.c.permit_id == permit_id, permit_event.c.kind == "other"
    )
    return work.scalar(query)
