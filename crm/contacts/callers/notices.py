"""What one is told that a colleague did about somebody one has."""

from typing import Any

from sqlalchemy import select

from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.contacts.callers.models import notice
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, Presented, present
from crm.privacy.rows import stored

SHOWN = 5  # the rest follows as these are seen


def notices_of(reader: Reader) -> list[dict[str, Any]]:
    """Return what one was told and has not yet said to have seen, newest first."""
    whose = (person.c.name, person.c.collector_id, person.c.team_id, person.c.agency_id)
    query = (
        select(notice, *whose)
        .join(person, person.c.id == notice.c.person_id)
        .where(notice.c.account_id == reader.actor.id, notice.c.seen_at.is_(None), ALIVE)
    )
    rows = reader.all(query.order_by(notice.c.at.desc()).limit(SHOWN))
    names = names_of(reader, {row.by for row in rows})
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "at": row.at,
            "by": names.get(row.by),
            "person_id": row.person_id,
            "person": _name(reader, row),
            "contact_id": row.contact_id,
        }
        for row in rows
    ]


def _name(reader: Reader, row: Any) -> Presented | None:
    looker = Looker(reader.actor.role, relation_of(reader.actor, row))
    kept = stored(person, {"id": row.person_id, "name": row.name})["name"]
    return present(kept, looker, Context.LIST)
