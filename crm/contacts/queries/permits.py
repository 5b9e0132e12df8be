"""Permits: where one stands, and which of a person's are open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.contacts.models import contact, permit, permit_event
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored
from crm.storage.prepared import Prepared

OVER = ("closed", "ended", "released")
WHOSE = (person.c.collector_id, person.c.team_id, person.c.agency_id)


def permit_rows() -> Select[Any]:
    """Return permits with the instants of what became of them: started, over, logged."""
    event = permit_event
    of_this = [event.c.permit_id == permit.c.id]
    started = select(event.c.at).where(*of_this, event.c.kind == "started")
    over = select(event.c.kind).where(*of_this, event.c.kind.in_(OVER)).limit(1)
    return select(
        permit,
        started.scalar_subquery().label("started_at"),
        over.scalar_subquery().label("over"),
        its_record().scalar_subquery().label("contact_id"),
    )


def its_record() -> Select[Any]:
    """Return the record of a permit, as it was first made: the only one, and by its index."""
    return select(contact.c.id).where(
        contact.c.permit_id == permit.c.id, contact.c.corrects_id.is_(None)
    )


def state_of(row: Any, now: datetime) -> str:
    """Return logged, closed, ended, released, started, lapsed or reserved."""
    if row.contact_id is not None:
        return "logged"
    if row.over is not None:
        return str(row.over)
    if row.started_at is not None:
        return "started"
    return "lapsed" if row.expires_at <= now else "reserved"


def _open() -> Select[Any]:
    event = permit_event
    over = select(event.c.id).where(event.c.permit_id == permit.c.id, event.c.kind.in_(OVER))
    whose = permit.c.person_id.in_(bindparam("people", expanding=True))
    return permit_rows().where(whose, ~over.exists(), ~its_record().exists())


_OPEN = Prepared(_open())


def open_permits(reader: Reader, person_ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the permits that are reserved, or started and not logged, by person."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in reader.all(_OPEN, {"people": list(person_ids)}):
        state = state_of(row, reader.now)
        if state != "lapsed":
            values = dict(row._mapping)
            values |= {"state": state, "mine": row.reserved_by == reader.actor.id}
            found.setdefault(row.person_id, []).append(values)
    return found


@dataclass(frozen=True)
class OnePermit(Question, needs=Permission.READ_CONTACTS):
    """One permit: what was reserved, for whom, and where it stands."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the permit; it lies to the actor as its person does."""
        query = permit_rows().add_columns(*WHOSE)
        query = query.join(person, and_(person.c.id == permit.c.person_id, ALIVE))
        row = reader.one(query.where(permit.c.id == self.id))
        if row is None:
            raise Missing("permit")
        return Subject("permit", row.id, relation_of(reader.actor, row), row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it and where it stands; ids only, nothing personal."""
        assert subject is not None
        row = subject.row
        return {column.name: getattr(row, column.name) for column in permit.c} | {
            "state": state_of(row, reader.now),
            "mine": row.reserved_by == reader.actor.id,
            "started_at": row.started_at,
            "contact_id": row.contact_id,
        }


def point_shown(row: Mapping[str, Any], looker: Looker) -> dict[str, Any]:
    """Return a contact point as the meter shows it."""
    label = present(stored(contact_point, row)["value"], looker)
    return {"id": row["id"], "label": label, "kind": row["kind"], "place": row["place"]}
