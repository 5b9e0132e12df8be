"""The contact record: what came of a contact that was started, and what was said in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.borrowers.models import contact_point
from crm.borrowers.queries.subjects import relation_of
from crm.contacts.actions.reached import check_reached, check_unverified, why_unsaid, with_speaker
from crm.contacts.actions.said import (
    Record,
    Said,
    consequences,
    keep_said,
    with_implied,
)
from crm.contacts.actions.scripted import keep_ticks
from crm.contacts.actions.starting import state_in
from crm.contacts.actions.wishes import callbacks, check_words
from crm.contacts.decisions import unpacked
from crm.contacts.locks import held_permit
from crm.contacts.models import contact, decision
from crm.contacts.outcomes import is_code_of
from crm.contacts.queries.proof import CameIn
from crm.contacts.rules.permits import may_log
from crm.contacts.rules.records import (
    is_breach,
    is_conversation,
    is_exempt,
    is_possible,
)
from crm.contacts.rules.script import Tick
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.loans.models import loan_party
from crm.privacy.sealed import Sealed
from crm.words import N_


@dataclass(frozen=True)
class LogContact(Action, needs=Permission.LOG_CONTACT, recorded_as="contacts.contact.recorded"):
    """Record what came of a started contact, and everything that was said in it.

    `script`: the lines that were said; `script_unsaid`: others that such an outcome needs were
    not. None where nobody was asked, as by a program.
    """

    permit_id: UUID
    outcome: str
    ended_at: datetime | None = None
    discussed_loan_ids: tuple[UUID, ...] | None = None
    note: Sealed | None = None
    emotion: str | None = None
    code: str | None = None
    said: tuple[Said, ...] = ()
    script: tuple[Tick, ...] | None = None
    script_unsaid: bool = False

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Hold all that the permit touches, and read it by the same statement."""
        work.held = held_permit(work, self.permit_id)
        return ()

    def subject(self, work: Work) -> Subject:
        """Find the permit: his own, or else it lies to the actor as its person does.

        Whoever began a contact logs it, even where somebody else has the person by now.
        """
        row = work.held
        if row is None or row.erasure_begun_at is not None:
            raise Missing("permit")
        mine = row.reserved_by == work.actor.id
        relation = Scope.OWN if mine else relation_of(work.actor, row)
        return Subject("permit", self.permit_id, relation, row=row)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """One record a permit, after its start, by its holder."""
        assert subject is not None
        return may_log(state_in(subject.row), work.actor.id)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep the record, and carry what was said into what it changes."""
        assert subject is not None
        row = subject.row
        said = with_implied(self.code, self.said)
        check_outcome(row.channel, self.outcome, self.code, inbound=False, said=said)
        if row.answered:
            check_reached(work, row.channel, self.outcome, self.permit_id)
        loan_ids = counted(work, row.person_id, self.discussed_loan_ids, row.loan_ids)
        contact_id = work.add(contact, **self._values(work, row), loan_ids=loan_ids)
        if self.script is not None:
            keep_ticks(work, contact_id, row, self)
        record = replace(_record(contact_id, row, loan_ids), permit_id=self.permit_id)
        if row.answered:
            check_unverified(work, record, self.code)
        record = with_speaker(work, record, self.code, said)
        judged_anew = bool(row.others_open) and is_conversation(self.outcome)
        return recorded(work, record, said, judged_anew=judged_anew)

    def _values(self, work: Work, row: Row[Any]) -> dict[str, Any]:
        """Return the record but for the loans it counts toward."""
        proposed = row.proposed or {}
        return {
            "person_id": row.person_id,
            "contact_point_id": row.contact_point_id,
            "permit_id": self.permit_id,
            "decision_id": row.start_decision_id,
            "channel": row.channel,
            "direction": "outbound",
            "target": row.target,
            "outcome": self.outcome,
            "code": self.code,
            "purpose": row.purpose,
            "exempt": is_exempt(proposed),
            "agent": proposed.get("agent", "human"),
            "started_at": row.started_at,
            "ended_at": self._ended(work, row),
            "recorded_at": work.now,
            "recorded_by": work.actor.id,
            "reason": self._why_another(),
            "emotion": self.emotion,
            "note": self.note,
        }

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the record made before."""
        return recorded_before(work, result_id, self.said)

    def _ended(self, work: Work, row: Row[Any]) -> datetime | None:
        """Return when it ended: now, where who made it does not say otherwise."""
        return checked_end(row.started_at, self.ended_at, work.now)

    def _why_another(self) -> str | None:
        """Return why somebody else than who made it logs it; None where it is the same."""
        return None


def recorded_before(work: Work, contact_id: UUID, items: Sequence[Said]) -> dict[str, Any]:
    """Return what a repeated request is told: the record made then, call backs as they now lie."""
    query = (
        select(contact, contact_point.c.valid_until, decision.c.allowed)
        .outerjoin(contact_point, contact_point.c.id == contact.c.contact_point_id)
        .outerjoin(decision, decision.c.id == contact.c.decision_id)
    )
    row = work.one(query.where(contact.c.id == contact_id))
    assert row is not None
    breach = is_breach(row.direction, allowed=row.allowed is not False)
    record = replace(
        _record(contact_id, row, row.loan_ids),
        in_breach=breach,
        permit_id=row.permit_id,
        came_in=CameIn.of(work, row) if row.direction == "inbound" else None,
    )
    record = with_speaker(work, record, row.code, items)
    told = [answer for _, answer in callbacks(work, record, items) if answer is not None]
    result = {"id": contact_id, "callbacks": told, "person_id": record.person_id}
    if row.mark is None or row.corrects_id is not None:
        return result
    kept = work.one(select(decision).where(decision.c.id == row.decision_id))
    assert kept is not None
    _, answer = unpacked(work.stored(decision, kept)["document"])
    return result | {"mark": row.mark, "decision": answer}


def recorded(work: Work, record: Record, items: Sequence[Said], *, judged_anew: bool) -> Then:
    """Keep what was said with a contact just added; return its result with what follows."""
    said_ids = keep_said(work, record, items)
    actions: list[Action] = list(consequences(work, record, items, said_ids))
    told = []
    for action, answer in callbacks(work, record, items):
        actions.append(action)
        told += [answer] if answer is not None else []
    check_words(work, items, told)
    result: dict[str, Any] = {"id": record.id, "callbacks": told, "person_id": record.person_id}
    return Then(result | {"judged_anew": judged_anew}, actions)


def check_outcome(
    channel: str, outcome: str, code: str | None, *, inbound: bool, said: Sequence[Said] = ()
) -> None:
    """Raise Invalid where such a contact cannot have such an outcome, or the code another one.

    Nor is anything promised or asked for by somebody who was not reached.
    """
    if not is_possible(channel, outcome, inbound=inbound):
        raise Invalid({"outcome": [N_("This cannot come of such a contact.")]})
    if code is not None and not is_code_of(code, outcome, inbound=inbound):
        raise Invalid({"code": [N_("This code stands for another outcome.")]})
    for number, item in enumerate(said):
        sentence = why_unsaid(item.kind, outcome, code, inbound=inbound)
        if sentence is not None:
            raise item.fault(number, sentence)


def checked_end(started_at: datetime, ended_at: datetime | None, now: datetime) -> datetime:
    """Return when a contact ended: now, unless said otherwise; never before its start or ahead."""
    if ended_at is None:
        return now
    if not started_at <= ended_at <= now:
        raise Invalid({"ended_at": [N_("It ended after it began, and not in the future.")]})
    return ended_at


def discussed(
    work: Work, person_id: UUID, named: Sequence[UUID] | None, planned: Sequence[str]
) -> list[str]:
    """Return the loans a contact counts toward: those discussed, else those it was planned for."""
    if named is None:
        return list(planned)
    wanted = {str(loan_id) for loan_id in named}
    if not wanted:
        raise Invalid({"discussed_loan_ids": [N_("Name the loans, or leave this out.")]})
    if not wanted <= set(planned):
        mine = select(loan_party.c.loan_id).where(loan_party.c.person_id == person_id)
        if not wanted <= {str(row.loan_id) for row in work.all(mine)}:
            sentence = N_("Name loans on which this person stands.")
            raise Invalid({"discussed_loan_ids": [sentence]})
    return sorted(wanted)


def counted(
    work: Work, person_id: UUID, named: Sequence[UUID] | None, planned: Sequence[str]
) -> list[str]:
    """Return the loans a contact under a permit counts toward: of those it was given for, the
    ones discussed; where others were discussed too, all of them.

    Else calls given for one loan could be counted toward another, whose limits nobody asked.
    """
    told = discussed(work, person_id, named, planned)
    return told if set(told) <= set(planned) else sorted({*planned, *told})


def _record(contact_id: UUID, row: Row[Any] | Mapping[str, Any], loan_ids: list[str]) -> Record:
    found: Any = row
    return Record(
        id=contact_id,
        person_id=found.person_id,
        contact_point_id=found.contact_point_id,
        point_is_valid=found.valid_until is None,
        channel=found.channel,
        target=found.target,
        loan_ids=tuple(loan_ids),
        began_at=found.started_at,
    )


__all__ = [
    "LogContact",
    "check_outcome",
    "checked_end",
    "discussed",
    "recorded",
    "recorded_before",
]
