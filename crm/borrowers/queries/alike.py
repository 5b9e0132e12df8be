"""Who may be one with a person, as his file says it."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from crm.borrowers.models import person, person_match
from crm.borrowers.queries.lines import lines, lines_query
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.gate.permissions import Permission
from crm.gate.reader import Reader


def alike_to(reader: Reader, row: Any) -> list[dict[str, Any]]:
    """Return the others who are counted with the person of a row, those who are he first.

    `merged`: two people agreed that he is one with them; `main`: in that file both are read;
    `match_id`: on which pair it is decided, None where they are alike by way of a third;
    `in_reach`: whoever asks may open the file. Nothing is read of whoever stands alone.
    """
    if row.counted_with is None:
        return []
    group = and_(person.c.counted_with == row.counted_with, person.c.id != row.id, ALIVE)
    found = reader.all(lines_query(person.c.main_id).where(group).order_by(person.c.id))
    named = {line["id"]: line for line in lines(reader, found)}
    pairs, reach = _pairs(reader, row.id), reader.reach(Permission.READ_PEOPLE)
    items = [
        {
            "id": one.id,
            "name": named[one.id]["name"],
            "team": one.team,
            "merged": row.main_id is not None and one.main_id == row.main_id,
            "main": one.main_id == one.id,
            "match_id": pairs.get(one.id),
            "in_reach": reach is not None and reach.covers(relation_of(reader.actor, one)),
        }
        for one in found
    ]
    return sorted(items, key=lambda item: not item["merged"])


def merged_with(reader: Reader, row: Any) -> list[UUID]:
    """Return the ids of all who were decided to be one with the person of a row, his own first."""
    if row.main_id is None:
        return [row.id]
    query = select(person.c.id).where(person.c.main_id == row.main_id, person.c.id != row.id, ALIVE)
    return [row.id, *(one.id for one in reader.all(query.order_by(person.c.id)))]


def _pairs(reader: Reader, person_id: UUID) -> dict[UUID, UUID]:
    its = person_match.c
    query = select(its.id, its.one_id, its.other_id).where(
        or_(its.one_id == person_id, its.other_id == person_id)
    )
    return {
        one.other_id if one.one_id == person_id else one.one_id: one.id for one in reader.all(query)
    }
