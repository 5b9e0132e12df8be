"""The steps of the worker: people moved, or taken back, some at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.people import AssignPeople
from crm.borrowers.actions.returning import ReturnPeople
from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE
from crm.gate.action import Action, Subject, Then
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.worklists.models import sharing_move
from crm.worklists.queries.team import desk_of
from crm.worklists.rules.sharing import left_because

BATCH = 50
NEEDS = Permission.ASSIGN_PEOPLE
WHOSE = ("collector_id", "team_id", "agency_id")


@dataclass(frozen=True)
class MovePeople(Action, needs=NEEDS, recorded_as="worklists.people.moved"):
    """Give people to whom they were planned for, if they are still where they were then."""

    move_ids: tuple[UUID, ...]

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold every person of the batch: nobody else gives them away meanwhile."""
        return _people_of(work, self.move_ids)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Move them; note of each who stays why."""
        its = sharing_move.c
        moves = _open(work, self.move_ids, its.moved_at.is_(None))
        there = {one["id"] for one in desk_of(work) if not one["away_until"]}
        now = _whose(work, moves)
        goes: dict[UUID, list[UUID]] = {}
        told = []
        for move in moves:
            before = tuple(getattr(move, f"from_{name}") for name in WHOSE)
            why = left_because(
                alive=move.person_id in now,
                unmoved=now.get(move.person_id) == before,
                there=move.to_collector_id in there,
            )
            if why is None:
                goes.setdefault(move.to_collector_id, []).append(move.person_id)
            at = work.now if why is None else None
            told.append({"id": move.id, "moved_at": at, "left_because": why})
        work.change_many(sharing_move, told)
        parts = [AssignPeople(tuple(ids), collector_id=to) for to, ids in goes.items()]
        return _done(work, told, parts, "moved_at")


@dataclass(frozen=True)
class TakeBackPeople(Action, needs=NEEDS, recorded_as="worklists.people.taken_back"):
    """Give people back to whom they were with, if nobody moved them since."""

    move_ids: tuple[UUID, ...]

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold every person of the batch: nobody else gives them away meanwhile."""
        return _people_of(work, self.move_ids)

    def run(self, work: Work, subject: Subject | None) -> Then:
        """Take them back; note of each who stays why."""
        its = sharing_move.c
        moves = _open(work, self.move_ids, its.moved_at.is_not(None) & its.returned_at.is_(None))
        desk = {one["id"] for one in desk_of(work)} | {None}
        now, later = _whose(work, moves), _moved_again(work, moves)
        goes: dict[tuple[Any, ...], list[UUID]] = {}
        told = []
        for move in moves:
            found = now.get(move.person_id)
            with_him = found is not None and found[0] == move.to_collector_id
            why = left_because(
                alive=found is not None,
                unmoved=with_him and move.person_id not in later,
                there=move.from_collector_id in desk,
            )
            if why is None:
                before = tuple(getattr(move, f"from_{name}") for name in WHOSE)
                goes.setdefault(before, []).append(move.person_id)
            at = work.now if why is None else None
            told.append({"id": move.id, "returned_at": at, "left_because": why})
        work.change_many(sharing_move, told)
        parts = [ReturnPeople(tuple(ids), *before) for before, ids in goes.items()]
        return _done(work, told, parts, "returned_at")


def _people_of(work: Work, move_ids: Sequence[UUID]) -> set[UUID]:
    query = select(sharing_move.c.person_id).where(sharing_move.c.id.in_(move_ids))
    return {row.person_id for row in work.all(query)}


def _open(work: Work, move_ids: Sequence[UUID], still: Any) -> Sequence[Any]:
    """Return the moves of the batch that are still to be done: a crash leaves none done twice."""
    its = sharing_move.c
    query = select(sharing_move).where(its.id.in_(move_ids), its.left_because.is_(None), still)
    return work.all(query.order_by(its.id))


def _whose(work: Work, moves: Sequence[Any]) -> dict[UUID, tuple[UUID | None, ...]]:
    """Return collector, team and agency of each of these people now; the erased are not there."""
    query = select(person.c.id, *(person.c[name] for name in WHOSE)).where(
        person.c.id.in_([move.person_id for move in moves]), ALIVE
    )
    return {row.id: tuple(row[1:]) for row in work.all(query)}


def _moved_again(work: Work, moves: Sequence[Any]) -> set[UUID]:
    """Return who of these people was shared out once more since."""
    its, this = sharing_move.c, {move.person_id: move for move in moves}
    query = select(its.id, its.person_id, its.moved_at).where(
        its.person_id.in_(list(this)), its.moved_at.is_not(None)
    )
    return {
        row.person_id
        for row in work.all(query)
        if row.id != this[row.person_id].id and row.moved_at >= this[row.person_id].moved_at
    }


def _done(
    work: Work, told: Sequence[Mapping[str, Any]], parts: Sequence[Action], done: str
) -> Then:
    people = sum(one[done] is not None for one in told)
    work.note(people=people, left=len(told) - people)
    return Then({"id": told[0]["id"] if told else None, "people": people}, parts)
