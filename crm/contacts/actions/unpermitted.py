"""A contact without a permit: the other side rang or wrote, or it happened all the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.contacts.actions.findings import OpenFinding
from crm.contacts.actions.reached import check_unverified, with_speaker
from crm.contacts.actions.records import check_outcome, checked_end, recorded, recorded_before
from crm.contacts.actions.said import Record, Said, with_implied
from crm.contacts.actions.scripted import keep_said_lines
from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import gather
from crm.contacts.hearing import Hearing, hear, relation_in
from crm.contacts.locks import about
from crm.contacts.models import contact
from crm.contacts.queries.outages import is_covered
from crm.contacts.queries.proof import CameIn
from crm.contacts.queries.reserved import has_reservations
from crm.contacts.rules.findings import is_charged, kind_of
from crm.contacts.rules.records import Mark, is_breach, is_conversation, is_exempt, mark_of
from crm.contacts.rules.script import Tick
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Invalid
from crm.gate.locks import Filled
from crm.gate.permissions import Permission, reaches
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.privacy.sealed import Sealed
from crm.words import N_

INBOUND = "inbound"


@dataclass(frozen=True)
class _Unpermitted:
    """What is told of a contact that had no permit."""

    person_id: UUID
    contact_point_id: UUID | None
    channel: str
    direction: str
    outcome: str
    started_at: datetime
    reason: str | None = None
    ended_at: datetime | None = None
    loan_ids: tuple[UUID, ...] | None = None
    proposed: Mapping[str, Any] | None = None
    note: Sealed | None = None
    emotion: str | None = None
    code: str | None = None
    said: tuple[Said, ...] = ()
    script: tuple[Tick, ...] = ()  # what was said of it; nothing is needed

    def approach(self, now: datetime) -> Approach:
        """Return the contact as it was made; raise Invalid where it lies in the future."""
        if self.started_at > now:
            raise Invalid({"started_at": [N_("It cannot lie in the future.")]})
        return Approach(
            person_id=self.person_id,
            contact_point_id=self.contact_point_id,
            channel=self.channel,
            loan_ids=self.loan_ids,
            at=self.started_at,
            extra={**(self.proposed or {}), "direction": self.direction},
            made=True,
        )


def _locks(action: _Unpermitted) -> Filled:
    points = [action.contact_point_id] if action.contact_point_id is not None else []
    return about([action.person_id], points)


def _subject(work: Work, action: _Unpermitted, needs: Permission) -> Subject:
    approach = action.approach(work.now)
    found = gather(work, [approach])
    relation = relation_in(found, action.person_id, work.actor)
    within = reaches(work.actor.role, needs, relation)
    hearing = hear(found, approach) if within else None
    return Subject("person", action.person_id, relation, row=hearing)


@dataclass(frozen=True)
class LogUnpermitted(
    _Unpermitted,
    Action,
    needs=Permission.LOG_CONTACT,
    recorded_as="contacts.contact.recorded_late",
):
    """Record a contact that had no permit, with the one mark that says why, and its decision."""

    def locks(self, work: Work) -> Filled:
        """Hold person, loans and number."""
        return _locks(self)

    def subject(self, work: Work) -> Subject:
        """Judge the contact as of its start."""
        return _subject(work, self, self.needs)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a reason and a permission of its own, unless the other side began it."""
        assert subject is not None
        if self.direction == INBOUND:
            return ALLOWED
        reach = work.reach(Permission.LOG_UNPERMITTED)
        if reach is None or not reach.covers(subject.relation):
            return refuse("permission.denied", N_("Your role may not do this."))
        if not self.reason:
            raise Invalid({"reason": [N_("Say why there was no permit.")]})
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep it with its mark and its decision."""
        assert subject is not None
        return _marked_and_kept(work, self, subject.row)

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the record made before."""
        return recorded_before(work, result_id, self.said)


@dataclass(frozen=True)
class ImportContact(
    _Unpermitted,
    Action,
    needs=Permission.IMPORT_DATA,
    recorded_as="contacts.contact.imported",
):
    """Take in a contact that somebody else's system recorded."""

    def locks(self, work: Work) -> Filled:
        """Hold person, loans and number."""
        return _locks(self)

    def subject(self, work: Work) -> Subject:
        """Judge the contact as of its start."""
        return _subject(work, self, self.needs)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep it with its mark and its decision."""
        assert subject is not None
        mark = mark_of(inbound=False, imported=True, in_outage=False, lawful=False)
        return _kept(work, self, subject.row, mark)

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the record made before."""
        return recorded_before(work, result_id, self.said)


def judged_and_kept(work: Work, told: LogUnpermitted) -> Then:
    """Judge a contact as of its start and keep it, for one of many on a list."""
    approach = told.approach(work.now)
    return _marked_and_kept(work, told, hear(gather(work, [approach]), approach))


def _marked_and_kept(work: Work, told: LogUnpermitted, hearing: Hearing) -> Then:
    mark = mark_of(
        inbound=told.direction == INBOUND,
        imported=False,
        in_outage=told.direction != INBOUND and is_covered(work, told.started_at),
        lawful=bool(hearing.verdict),
    )
    return _kept(work, told, hearing, mark)


def _kept(work: Work, told: _Unpermitted, hearing: Hearing, mark: Mark) -> Then:
    """Keep a contact, and carry what was said in it into what it changes."""
    inbound = told.direction == INBOUND
    # What another system's record brings with it, a file of contacts writes itself.
    said = told.said if mark is Mark.EXTERNAL_FILE else with_implied(told.code, told.said)
    check_outcome(told.channel, told.outcome, told.code, inbound=inbound, said=said)
    row = contact_row(work, told, hearing)
    contact_id = work.add(contact, mark=mark, decision_id=hearing.keep(work, "contact"), **row)
    record = Record(
        id=contact_id,
        person_id=told.person_id,
        contact_point_id=told.contact_point_id,
        point_is_valid=hearing.point is not None and hearing.point.valid_until is None,
        channel=told.channel,
        target=row["target"],
        loan_ids=tuple(row["loan_ids"]),
        began_at=told.started_at,
        came_in=_call(work, told) if inbound else None,
        in_breach=is_breach(told.direction, allowed=bool(hearing.verdict)),
    )
    check_unverified(work, record, told.code)
    record = with_speaker(work, record, told.code, said)
    if told.script:
        keep_said_lines(work, contact_id, hearing, told.code, told.script)
    work.note(mark=str(mark))
    counts = is_conversation(told.outcome) or not inbound
    anew = counts and has_reservations(work, told.person_id)
    done = recorded(work, record, said, judged_anew=anew)
    actions = [*_finding(work, hearing, mark, contact_id), *done.actions]
    return Then(done.result | {"mark": str(mark), "decision": hearing.decision}, actions)


def _call(work: Work, told: _Unpermitted) -> CameIn:
    return CameIn.at(told.person_id, work.actor.id, told.started_at)


def _finding(work: Work, hearing: Hearing, mark: Mark, contact_id: UUID) -> Iterator[OpenFinding]:
    """Yield the finding that such a record opens, if it opens one."""
    verdict = hearing.verdict
    kind = kind_of(mark, lawful=bool(verdict))
    if kind is not None:
        yield OpenFinding(
            person_id=hearing.approach.person_id,
            contact_id=contact_id,
            kind=kind,
            mark=str(mark),
            rule=verdict.rule or None,
            charged_to=work.actor.id if is_charged(mark) else None,
        )


def contact_row(work: Work, told: _Unpermitted, hearing: Hearing) -> dict[str, Any]:
    """Return the record of a contact that had no permit, but for its id, mark and decision."""
    proposed = hearing.proposed
    return {
        "person_id": told.person_id,
        "contact_point_id": told.contact_point_id,
        "channel": told.channel,
        "direction": told.direction,
        "target": proposed["target"],
        "outcome": told.outcome,
        "code": told.code,
        "purpose": proposed.get("purpose", "collection"),
        "reason": told.reason,
        "exempt": is_exempt(proposed),
        "agent": proposed.get("agent", "human"),
        "loan_ids": hearing.loan_ids,
        "started_at": told.started_at,
        "ended_at": told.ended_at and checked_end(told.started_at, told.ended_at, work.now),
        "recorded_at": work.now,
        "recorded_by": work.actor.id,
        "emotion": told.emotion,
        "note": told.note,
    }
