"""Who comes next in one's work: named from the order judged last, and judged anew himself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.contacts.queries.meter import approached
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.rulebook.engine import Decision, decide
from crm.rulebook.in_force import books_in_force
from crm.worklists.queries import WAYS, MyWork, Row, ordered, telephone_first, which
from crm.worklists.queries.remembered import BEGUN, orders
from crm.worklists.queries.whose import still_there, values, whose
from crm.worklists.rules import best_line, state_of


@dataclass(frozen=True)
class NextInWork(Question, needs=Permission.READ_WORK):
    """Who stands at a place of the list now: the one after, or before, whom one has open."""

    person: UUID
    work: int
    step: int = 1
    show: str | None = None
    bucket: str | None = None
    mine: bool | None = None
    sort: str | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return id and place of the next person, and of how many; no id at either end.

        Whoever was just contacted may have left his place: then the next one stands there.
        """
        wanted = MyWork(bucket=self.bucket, mine=self.mine, sort=self.sort)
        return self._remembered(reader, wanted) or self._among_all(reader, wanted)

    def _remembered(self, reader: Reader, wanted: MyWork) -> dict[str, Any] | None:
        """Return who comes next in the order judged last, if he is now as he was then.

        Neither an end nor somebody under way is told from memory, and nobody who was not judged
        just now.
        """
        states = orders.recall(which(reader, wanted))
        ids = [one for one, state in states.items() if self.show in (None, state)]
        place = ids.index(self.person) + self.step if self.person in ids else -1
        if not 0 <= place < len(ids) or states[self.person] == BEGUN:
            return None
        now = _states_now(reader, wanted, [self.person, ids[place]])
        if now.get(ids[place]) != states[ids[place]]:
            return None
        has_left = now.get(self.person) != states[self.person]
        work = self.work if self.step > 0 and has_left else self.work + self.step
        work = min(max(work, 0), len(ids) - 1)
        return {"id": ids[place], "work": work, "of": work + len(ids) - place}  # who left is none

    def _among_all(self, reader: Reader, wanted: MyWork) -> dict[str, Any]:
        """Return who comes next when everybody is judged anew."""
        ids = [item["id"] for item in ordered(reader, wanted) if self.show in (None, item["state"])]
        there = ids[self.work] if 0 <= self.work < len(ids) else None
        place = self.work if self.step > 0 and there != self.person else self.work + self.step
        if not 0 <= place < len(ids):
            return {"id": None, "work": None, "of": len(ids)}
        return {"id": ids[place], "work": place, "of": len(ids)}


def _states_now(reader: Reader, wanted: MyWork, people: Sequence[UUID]) -> Mapping[UUID, str]:
    """Return in which state each of a few people is now; whoever left the list has none.

    It is the list's state of him; only what a state does not need is left out, such as the hours
    of his whole day.
    """
    its, given = whose(reader, wanted), values(reader, wanted)
    points: dict[UUID, list[Row]] = {}
    for row in reader.all(still_there(its), {**given, "people": people}):
        theirs = points.setdefault(row.person_id, [])
        if row.id is not None:
            theirs.append({"id": row.id, "kind": row.kind})
    lines: dict[UUID, list[Row]] = {one: [] for one in points}
    books = books_in_force()
    for one, _point, facts in approached(reader, points, WAYS):
        lines[one.person_id].append(_judged(one.channel, decide(facts, books)))
    return {one: state_of(best_line(telephone_first(theirs))) for one, theirs in lines.items()}


def _judged(channel: str, decision: Decision) -> Row:
    """Return of a line what its state follows from."""
    again = decision["next_allowed_at"]
    return {
        "channel": channel,
        "allowed": decision["allowed"],
        "soon": False,
        "next_allowed_at": datetime.fromisoformat(again) if again else None,
    }
