"""Deciding whether two people are one: each decision that gives anything back takes two people."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.matching import MATCHING, propose, regroup
from crm.borrowers.models import person, person_match
from crm.borrowers.queries.matches import match_subject
from crm.borrowers.rules.matching import MatchState
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.work import Work
from crm.words import N_


def both(work: Work, match_id: UUID) -> Iterable[UUID]:
    """Return what a decision on a match must hold: its two, whoever is counted with them."""
    its = person_match.c
    pair = work.one(select(its.one_id, its.other_id).where(its.id == match_id))
    if pair is None:
        return ()
    group = select(person.c.counted_with).where(person.c.id.in_(pair))
    rows = work.all(select(person.c.id).where(person.c.counted_with.in_(group)))
    return {MATCHING, *pair, *(row.id for row in rows)}


@dataclass(frozen=True)
class TellApart(Action, needs=Permission.MATCH_PEOPLE, recorded_as="borrowers.match.told_apart"):
    """Decide that two are two people: each has his own limits again, so a second person agrees."""

    tells = ("basis",)
    id: UUID
    reason: str

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold both, and whoever is counted with them."""
        return both(work, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the match."""
        return match_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person; what is decided is undone first."""
        why = N_("Counting two people apart gives back contacts: it takes two people.")
        return _if_undecided(subject, second_person("match.apart", why))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Count them apart, unless either may be a third who is still undecided."""
        assert subject is not None
        people = _decide(work, subject, MatchState.APART, self.reason)
        regroup(work, people)
        return _told(subject, propose(work, people) or people)

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id}


@dataclass(frozen=True)
class MergePeople(Action, needs=Permission.MATCH_PEOPLE, recorded_as="borrowers.match.merged"):
    """Decide that two are one person; nothing is rewritten, so that it can be undone.

    `main_id` is in whose file both are read; left out: who was entered first. From then on what
    one of them allowed is allowed by both, so a second person agrees.
    """

    tells = ("basis",)
    id: UUID
    reason: str
    main_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold both, and whoever is counted with them."""
        return both(work, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the match."""
        return match_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person; what is decided is undone first."""
        assert subject is not None
        if self.main_id not in {None, subject.row.one_id, subject.row.other_id}:
            raise Invalid({"main_id": [N_("Choose one of the two.")]})
        why = N_("Making two files one takes a second person.")
        return _if_undecided(subject, second_person("match.merge", why))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Link them."""
        assert subject is not None
        people = _decide(work, subject, MatchState.MERGED, self.reason)
        return _told(subject, regroup(work, people, self.main_id))

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id}


@dataclass(frozen=True)
class ReopenMatch(Action, needs=Permission.MATCH_PEOPLE, recorded_as="borrowers.match.reopened"):
    """Undo a decision: both are counted together again until somebody decides anew.

    Undoing a merge parts two files, so a second person agrees; undoing that they are two only
    makes limits stricter and binds at once.
    """

    tells = ("basis", "state")
    id: UUID
    reason: str

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold both, and whoever is counted with them."""
        return both(work, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the match."""
        return match_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person where two files are parted."""
        assert subject is not None
        if subject.row.state == MatchState.PROPOSED:
            return refuse("match.undecided", N_("Nothing is decided about these two yet."))
        if subject.row.state == MatchState.MERGED:
            return second_person("match.reopen", N_("Parting two files takes a second person."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Count them together, as before it was decided."""
        assert subject is not None
        people = _decide(work, subject, MatchState.PROPOSED, self.reason)
        return _told(subject, regroup(work, people))

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id}


def _if_undecided(subject: Subject | None, verdict: Verdict) -> Verdict:
    """Return the verdict where nothing is decided yet; what is decided is undone first."""
    assert subject is not None
    if subject.row.state == MatchState.PROPOSED:
        return verdict
    return refuse("match.decided", N_("This is decided already. Undo that first."))


def _decide(work: Work, subject: Subject, state: MatchState, reason: str) -> tuple[UUID, UUID]:
    row = subject.row
    work.change(
        person_match,
        row.id,
        version=row.version,
        state=state,
        reason=reason,
        decided_at=work.now,
        decided_by=work.actor.id if work.agreed is None else work.agreed.requester.id,
    )
    return row.one_id, row.other_id


def _told(subject: Subject, anew: Iterable[UUID]) -> dict[str, Any]:
    return {"id": subject.id, "people_anew": tuple(anew)}
