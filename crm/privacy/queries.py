"""What can be asked to be seen in clear: one value of one person, still masked."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, func, select

from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.privacy.masks import Context, Mask, level_of
from crm.privacy.models import reveal
from crm.privacy.openers import Looker, present
from crm.privacy.purposes import PURPOSES
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.tables import metadata

OF_PERSON = ("name", "national_id")
A_DAY = timedelta(hours=24)
BUDGET = 30  # values an account may see in clear within a day


class Wanted(NamedTuple):
    """A sealed value that someone asks to see."""

    field: str  # name, national_id or contact_point
    point_id: UUID | None
    value: Sealed
    mask: Mask


def wanted_value(reader: Reader, person_id: UUID, field: str) -> Subject:
    """Return the person as subject with the value of that field as its row.

    `field` is name, national_id or the id of a contact point. Raises Missing where there is no
    such value, and where the person's erasure has begun. The tables are taken from storage's
    list: this module is below the room that declares them.
    """
    people = metadata.tables["person"]
    row: Any = reader.one(
        select(people).where(people.c.id == person_id, people.c.erasure_begun_at.is_(None))
    )
    if row is None:
        raise Missing("person")
    relation = reader.actor.relation_to_person(row)
    if field in OF_PERSON:
        wanted = _wanted(people, dict(row._mapping), field, field, None)
    else:
        wanted = _point(reader, person_id, field)
    return Subject("person", person_id, relation, row.version, wanted)


def may_see(role: str, subject: Subject) -> bool:
    """Tell whether the masking matrix lets this role ask for the value at all."""
    return level_of(subject.row.mask, role, subject.relation, Context.PAGE)[1]


def left_today(reader: Reader) -> int:
    """Return how many values the actor may still see in clear within the running day."""
    query = select(func.count()).where(
        reveal.c.revealed_by == reader.actor.id, reveal.c.revealed_at > reader.now - A_DAY
    )
    used: int = reader.scalar(query)
    return max(BUDGET - used, 0)


@dataclass(frozen=True)
class ToReveal(
    Question,
    needs=Permission.REVEAL_VALUE,
    recorded_as="privacy.reveal.prepared",
    once_in=ONE_LOOK,
):
    """One value that could be shown in clear, and how many may still be today."""

    person_id: UUID
    field: str

    def subject(self, reader: Reader) -> Subject:
        """Find the person and the value."""
        return wanted_value(reader, self.person_id, self.field)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the value masked, and what is left."""
        assert subject is not None
        looker = Looker(reader.actor.role, subject.relation)
        return {
            "person_id": self.person_id,
            "field": self.field,
            "kind": subject.row.field,
            "shown": present(subject.row.value, looker),
            "allowed": may_see(reader.actor.role, subject),
            "left": left_today(reader),
            "purposes": PURPOSES,
        }


def _point(reader: Reader, person_id: UUID, field: str) -> Wanted:
    points = metadata.tables["contact_point"]
    try:
        point_id = UUID(field)
    except ValueError:
        raise Missing("value") from None
    row: Any = reader.one(
        select(points).where(points.c.id == point_id, points.c.person_id == person_id)
    )
    if row is None:
        raise Missing("value")
    return _wanted(points, dict(row._mapping), "value", "contact_point", point_id)


def _wanted(
    table: Table, row: dict[str, Any], column: str, field: str, point_id: UUID | None
) -> Wanted:
    value = stored(table, row)[column]
    if value is None:
        raise Missing("value")
    return Wanted(field, point_id, value, value.field.mask)
