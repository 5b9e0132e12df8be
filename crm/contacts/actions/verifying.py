"""Who is speaking: an answer compared with what is known, and forgotten at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, select

from crm.borrowers.models import person
from crm.borrowers.queries.subjects import owner_of, relation_of
from crm.contacts.actions.proving import call_backs_proven, call_backs_shut
from crm.contacts.actions.starting import state_in
from crm.contacts.callers.actions import HoldFile
from crm.contacts.callers.models import caller
from crm.contacts.callers.queries import is_own
from crm.contacts.callers.rules import Found, is_proven, may_ask
from crm.contacts.locks import permit_now
from crm.contacts.models import contact, permit
from crm.contacts.queries.chain import chain_of, first_id
from crm.contacts.queries.proof import CameIn, calls_of_look, has_failed_call
from crm.contacts.queries.verifying import VERIFIED, answers_tried, known_of
from crm.contacts.rules.permits import may_verify
from crm.contacts.rules.verifying import (
    ITEMS,
    Speaker,
    Tried,
    has_failed,
    may_ask_caller,
    may_try,
    speaker,
)
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.identity.models import hold
from crm.privacy.openers import match
from crm.privacy.sealed import Sealed
from crm.words import N_

_MADE_BY = {"permit": "reserved_by", "contact": "recorded_by", "caller": "asked_by"}


@dataclass(frozen=True)
class VerifyAnswer(Action, needs=Permission.LOG_CONTACT, recorded_as=VERIFIED):
    """Compare what the person speaking answered with what is known; the answer is never kept.

    It is asked in a contact: under one's own permit that is started and not yet logged, in an
    inbound one that is recorded already, or of a caller whom one has looked up. From the answer on
    that proves who he is his file is held, and what he asked for in the recorded call counts; from
    one that is one too many, no more.
    """

    item: str
    answer: Sealed
    permit_id: UUID | None = None
    inbound_id: UUID | None = None
    caller_id: UUID | None = None

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Hold the person, so that tries at the same moment are counted one after the other."""
        table, contact_id = self._contact()
        return owner_of(work, table, contact_id)

    def subject(self, work: Work) -> Subject:
        """Find whom the contact is with; in his own contact anybody may ask."""
        row = self._person(work)
        if row is None or row.erasure_begun_at is not None:
            raise Missing(self._contact()[0].name)
        kind = self._contact()[0].name
        mine = row.made_by == work.actor.id
        relation = Scope.OWN if mine else relation_of(work.actor, row)
        if self.caller_id is not None and not mine:
            relation = Scope.ALL  # nobody goes on with another's call
        return Subject(kind, row.contact_of, relation, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask in a contact of one's own that lasts, and stop guessing."""
        assert subject is not None
        verdict = self._lasts(work, subject.row)
        if not verdict:
            return verdict
        tried = answers_tried(work, subject.row.id, subject.row.contact_of)
        return may_try(tried, subject.row.contact_of, work.now)

    def _lasts(self, work: Work, row: Any) -> Verdict:
        """Let who makes the contact, or took the call, ask while it lasts."""
        if self.permit_id is not None:
            held = permit_now(work, self.permit_id)
            assert held is not None
            return may_verify(state_in(held), work.actor.id)
        if self.inbound_id is not None:
            return may_ask_caller(row.began_at, row.made_by, work.actor.id, work.now)
        return may_ask(row.made_at, work.now)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Say whether it matches, and record only that."""
        assert subject is not None
        matches = self._matches(work, subject.row)
        work.note(item=self.item, matches=matches)
        result = {"id": subject.id, "matches": matches}
        return Then(result, list(self._follows(work, subject, matches=matches)))

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Answer a repeat as the first time, without another try."""
        return {"id": result_id, "matches": self._matches(work, self._person(work))}

    def _contact(self) -> tuple[Table, UUID]:
        """Return in which contact it is asked; raise Invalid unless there is exactly one."""
        given = ((permit, self.permit_id), (contact, self.inbound_id), (caller, self.caller_id))
        named = [(table, contact_id) for table, contact_id in given if contact_id is not None]
        if len(named) != 1:
            raise Invalid({"permit_id": [N_("Name the permit, the inbound contact or the call.")]})
        return named[0]

    def _answers(
        self, work: Work, subject: Subject, *, matches: bool
    ) -> tuple[list[Tried], list[Tried]]:
        """Return the answers of this contact without this one, and with it."""
        tried = answers_tried(work, subject.row.id, subject.id)
        before = [answer for answer in tried if answer.contact_of == subject.id]
        return before, [*before, Tried(subject.id, self.item, work.now, matches)]

    def _follows(self, work: Work, subject: Subject, *, matches: bool) -> Iterator[Action]:
        """Yield what the answer brings that proves who is calling, or that is one too many."""
        if self.permit_id is not None:
            return
        row = subject.row
        before, now = self._answers(work, subject, matches=matches)
        calls = self._calls(work, subject)
        if has_failed(now):
            self._close(work, subject)
            for call in calls:
                yield from call_backs_shut(work, call)
            return
        was, is_now = (self._proves(row, answers) for answers in (before, now))
        if was or not is_now:
            return
        if self.caller_id is not None and not is_own(work, row):
            yield HoldFile(subject.id)
        for call in calls:
            if not has_failed_call(work, call):
                yield from call_backs_proven(work, call)

    def _proves(self, row: Any, answers: Sequence[Tried]) -> bool:
        if self.caller_id is not None:
            return is_proven(answers, row.looked_up_by)
        return speaker(row.target, answers, None) is Speaker.VERIFIED

    def _calls(self, work: Work, subject: Subject) -> list[CameIn]:
        """Return the calls in which it is asked, as far as they are written down."""
        row = subject.row
        if self.caller_id is not None:
            return calls_of_look(work, row.id, row.made_at)
        record = work.one(select(contact).where(contact.c.id == self.inbound_id))
        return [CameIn.of(work, chain_of(work, record)[-1])]

    def _close(self, work: Work, subject: Subject) -> None:
        """Keep with a caller that this answer was one too many, and let his file go."""
        if self.caller_id is not None:
            work.change(caller, subject.id, failed_at=work.now)
        its = hold.c.person_id == subject.row.id, hold.c.held_by == work.actor.id
        for found in work.all(select(hold.c.id).where(*its, hold.c.expires_at > work.now)):
            work.change(hold, found.id, expires_at=work.now)

    def _matches(self, work: Work, row: Any) -> bool:
        part = ITEMS[self.item]
        known = known_of(work, row.id, self.item)
        return any(match(value, self.answer, field, part) for value, field in known)

    def _person(self, work: Work) -> Row[Any] | None:
        table, contact_id = self._contact()
        if table is contact:  # a call is one, however often its record was corrected
            contact_id = first_id(work, contact_id)
        made_by = table.c[_MADE_BY[table.name]].label("made_by")
        query = select(person, table.c.id.label("contact_of"), made_by)
        query = query.join(table, table.c.person_id == person.c.id).where(table.c.id == contact_id)
        if table is contact:
            query = query.add_columns(contact.c.started_at.label("began_at"), contact.c.target)
            query = query.where(contact.c.direction == "inbound")
        if table is caller:
            of_call = caller.c.at.label("made_at"), caller.c.kind.label("looked_up_by")
            query = query.add_columns(*of_call, caller.c.failed_at)
            query = query.where(caller.c.outcome == Found.ONE)
        return work.one(query)
