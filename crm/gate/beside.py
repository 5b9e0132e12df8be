"""The way through a list from one of its records to the next, and how far along one is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader

MOST = 1000  # beyond it one is told that there are more


class Ordered(Protocol):
    """A list whose records have an order: its question, under its filters."""

    needs: Permission

    def beside(self, reader: Reader, record: UUID) -> dict[str, Any]:
        """Return what `neighbours` found."""


@dataclass(frozen=True)
class Beside(Question, needs=Permission.MANAGE_SELF):
    """Which records stand before and after one in a list; ids only, nothing of what they say."""

    of: Any  # an Ordered question
    record: UUID

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return them; whoever may not read the list has no way through it."""
        if reader.reach(self.of.needs) is None:
            raise Missing("list")
        found: dict[str, Any] = self.of.beside(reader, self.record)
        return found


def neighbours(
    reader: Reader, query: Select[Any], key: Sequence[Any], record: UUID, *, newest_first: bool
) -> dict[str, Any]:
    """Return previous and next id, place, number of all and of those left, in two statements.

    `query` is the list under its filters, `key` the column it is ordered by and the id of its
    rows. A record that has left the list keeps the place it had: `place` is None then. `left` is
    None where there are too many to count.
    """
    at, its_id = key
    here = reader.one(select(at, its_id).where(its_id == record))
    nowhere = {"previous": None, "next": None, "place": None, "of": 0, "left": 0, "most": MOST}
    if here is None:
        return nowhere
    ids = query.with_only_columns(its_id, maintain_column_froms=True)
    later = or_(at > here[0], and_(at == here[0], its_id > record))
    earlier = or_(at < here[0], and_(at == here[0], its_id < record))
    up, down = (at.asc(), its_id.asc()), (at.desc(), its_id.desc())
    before, after = (later, up), (earlier, down)
    if not newest_first:
        before, after = after, before
    found = reader.one(
        select(
            _first(ids, *before).label("previous"),
            _first(ids, *after).label("next"),
            _count(ids.where(before[0])).label("ahead"),
            _count(ids).label("of"),
            _count(ids.where(its_id == record)).label("here"),
        )
    )
    assert found is not None
    return {
        "previous": found.previous,
        "next": found.next,
        "place": found.ahead + 1 if found.here and found.ahead < MOST else None,
        "of": found.of,
        "left": found.of - found.ahead - found.here if found.of <= MOST else None,
        "most": MOST,
    }


def _first(ids: Select[Any], way: Any, order: Sequence[Any]) -> Any:
    return ids.where(way).order_by(*order).limit(1).scalar_subquery()


def _count(ids: Select[Any]) -> Any:
    return select(func.count()).select_from(ids.limit(MOST + 1).subquery()).scalar_subquery()
