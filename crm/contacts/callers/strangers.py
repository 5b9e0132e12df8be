"""Somebody calls by a borrower's number and is not the borrower: what he says binds the number."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import circumstance, contact_point, person
from crm.borrowers.queries.subjects import ALIVE
from crm.borrowers.rules.points import number_of
from crm.contacts.actions.said import Said
from crm.contacts.actions.unpermitted import LogUnpermitted, judged_and_kept
from crm.contacts.callers.actions import tell
from crm.contacts.callers.models import caller
from crm.contacts.callers.queries import caller_subject, heard_in, proven_in
from crm.contacts.callers.rules import Stranger, may_hear
from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import gather
from crm.contacts.facts.glimpse import each_relation
from crm.contacts.locks import about
from crm.contacts.outcomes import outcome_of
from crm.contacts.rules.said import Breadth, Kind
from crm.gate.action import Action, Subject, Then
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.rulebook.vocabulary import CircumstanceKind

_CODES = {Stranger.WRONG_NUMBER: "WN", Stranger.STOP: "3P-S"}
_SAID = {
    Stranger.WRONG_NUMBER: Said(Kind.WRONG_NUMBER),
    Stranger.STOP: Said(Kind.OPT_OUT, fields={"breadth": Breadth.HERE}),
}
_CAME_IN = {"direction": "inbound"}


@dataclass(frozen=True)
class OfNumber:
    """What is done by the number of one's own call, with everybody who has it."""

    caller_id: UUID

    def locks(self, work: Work) -> Filled:
        """Hold everybody who has the number."""
        points = work.scalar(select(caller.c.points).where(caller.c.id == self.caller_id)) or {}
        return about(map(UUID, points), map(UUID, points.values()))

    def subject(self, work: Work) -> Subject:
        """Find the call; it is one's own."""
        return caller_subject(work, self.caller_id)


@dataclass(frozen=True)
class HearStranger(
    OfNumber,
    Action,
    needs=Permission.SERVE_CALLER,
    recorded_as="contacts.caller.stranger_heard",
):
    """Write down what a caller said who is not the borrower; it binds the number at once.

    It is kept as a call that came in, with everybody who has the number, and whoever has them is
    told. Whose number it was is told to nobody, the actor among them.
    """

    word: str

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Hear him once, while he calls, and only by a number that was found."""
        assert subject is not None
        row = subject.row
        proven = row.person_id is not None and proven_in(work, row)
        heard = heard_in(work, row)
        return may_hear(row.at, work.now, points=row.points, proven=proven, heard=heard)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Keep a record with each of them; of whom nothing is owed, what binds alone."""
        assert subject is not None
        row, word, actions, kept = subject.row, Stranger(self.word), list[Action](), 0
        bound = []
        for person_id, point_id in _alive(work, row.points):
            told = _record(work, row, person_id, point_id, word)
            contact_id = None
            if told is None:
                bound.append(str(_bind(work, person_id, point_id, word)))
            else:
                done = judged_and_kept(work, told)
                actions += done.actions
                contact_id, kept = done.result["id"], kept + 1
            _tell_owner(work, person_id, contact_id)
        pressed: dict[str, Any] = {"stranger": self.word, "stranger_at": work.now}
        work.change(caller, self.caller_id, **pressed, bound=bound or None)
        work.note(word=self.word, records=kept)
        reach_for_this_deed(work, row.points)
        anew = sorted(map(UUID, row.points)) if bound else []
        return Then({"id": self.caller_id, "people_anew": anew}, actions)


def reach_for_this_deed(work: Work, people: Iterable[str]) -> None:
    """Let what a stranger said reach into files that are not the actor's, for this one deed."""
    work.actor = replace(work.actor, holds=work.actor.holds | set(map(UUID, people)))


def _alive(work: Work, points: Mapping[str, str]) -> Iterator[tuple[UUID, UUID]]:
    """Yield people and numbers, but for whoever was erased since he was looked up."""
    there = select(person.c.id).where(person.c.id.in_(map(UUID, points)), ALIVE)
    for found in work.all(there.order_by(person.c.id)):
        yield found.id, UUID(points[str(found.id)])


def _record(
    work: Work, row: Any, person_id: UUID, point_id: UUID, word: Stranger
) -> LogUnpermitted | None:
    """Return the contact that came in, about all loans or one; None where he stands on none."""
    channel = "email" if row.kind == "email" else "call"
    theirs = Approach(person_id, point_id, channel, None, row.at, _CAME_IN, made=True)
    one = next(each_relation(gather(work, [theirs]), theirs), None)
    if one is None:
        return None
    return LogUnpermitted(
        person_id=person_id,
        contact_point_id=point_id,
        channel=channel,
        direction="inbound",
        outcome=outcome_of(_CODES[word], channel, inbound=True),
        started_at=row.at,
        loan_ids=one.loan_ids,
        code=_CODES[word],
        said=(_SAID[word],),
    )


def _bind(work: Work, person_id: UUID, point_id: UUID, word: Stranger) -> UUID:
    """Write down what binds the number of one with whom there is no contact to record."""
    wrong = word is Stranger.WRONG_NUMBER
    token = work.scalar(select(contact_point.c.token).where(contact_point.c.id == point_id))
    return work.add(
        circumstance,
        person_id=person_id,
        kind=CircumstanceKind.WRONG_NUMBER if wrong else CircumstanceKind.MEDIUM_REFUSED,
        since=work.now.isoformat(),
        scope={"number": number_of(token)},
        source="said",
        created_at=work.now,
        version=1,
    )


def _tell_owner(work: Work, person_id: UUID, contact_id: UUID | None) -> None:
    owner = work.scalar(select(person.c.collector_id).where(person.c.id == person_id))
    if owner not in (None, work.actor.id):
        tell(work, owner, person_id, "stranger", contact_id)
