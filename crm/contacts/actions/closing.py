"""A permit given back before its start, or closed by a team leader as outcome unknown."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.borrowers.queries.subjects import relation_of
from crm.contacts.actions.starting import state_in
from crm.contacts.locks import about_permit, permit_now
from crm.contacts.models import permit_event
from crm.contacts.rules.permits import may_close, may_release
from crm.gate.action import Action, Subject
from crm.gate.errors import Missing
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work


@dataclass(frozen=True)
class ReleasePermit(
    Action, needs=Permission.REQUEST_PERMIT, recorded_as="contacts.permit.released"
):
    """Give a reservation back before it is started; its slot is free again."""

    id: UUID

    def locks(self, work: Work) -> Filled:
        """Hold all that the permit touches."""
        return about_permit(self.id)

    def subject(self, work: Work) -> Subject:
        """Find the permit."""
        return permit_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Refuse what was started, is over or has lapsed."""
        assert subject is not None
        return may_release(state_in(subject.row), work.now)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Release it."""
        work.add(permit_event, permit_id=self.id, kind="released", at=work.now, by=work.actor.id)
        return {"id": self.id}


@dataclass(frozen=True)
class ClosePermit(Action, needs=Permission.CLOSE_PERMIT, recorded_as="contacts.permit.closed"):
    """Close a started contact that nobody logged: its outcome is unknown and it still counts."""

    id: UUID
    reason: str

    def locks(self, work: Work) -> Filled:
        """Hold all that the permit touches."""
        return about_permit(self.id)

    def subject(self, work: Work) -> Subject:
        """Find the permit."""
        return permit_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Refuse what was not started, is logged or closed."""
        assert subject is not None
        return may_close(state_in(subject.row))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Close it."""
        work.add(
            permit_event,
            permit_id=self.id,
            kind="closed",
            at=work.now,
            by=work.actor.id,
            reason=self.reason,
        )
        return {"id": self.id}


def permit_subject(work: Work, permit_id: UUID) -> Subject:
    """Return a permit as a subject; it lies to the actor as its person does."""
    row = permit_now(work, permit_id)
    if row is None or row.erasure_begun_at is not None:
        raise Missing("permit")
    return Subject("permit", permit_id, relation_of(work.actor, row), row=row)
