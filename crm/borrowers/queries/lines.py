"""One line of a list of people, masked for whoever looks."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from crm.borrowers.models import organisation, person
from crm.borrowers.queries.subjects import relation_of
from crm.gate.permissions import Permission, reaches
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import team
from crm.identity.queries import names_of
from crm.privacy.keyring import keyring
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored_value

COLUMNS = (
    person.c.id,
    person.c.name,
    person.c.language,
    person.c.collector_id,
    person.c.team_id,
    person.c.agency_id,
    person.c.created_at,
    organisation.c.name.label("organisation"),
    team.c.name.label("team"),
)


def lines_query(*more: Any) -> Select[Any]:
    """Return the select of all that a line shows, with `more` columns beside it."""
    return (
        select(*COLUMNS, *more)
        .select_from(person)
        .outerjoin(organisation, organisation.c.id == person.c.organisation_id)
        .outerjoin(team, team.c.id == person.c.team_id)
    )


def lines(
    reader: Reader, rows: Iterable[Row[Any]], context: Context = Context.LIST
) -> list[dict[str, Any]]:
    """Return rows of `lines_query` as a list may show them; one statement for staff names."""
    rows = list(rows)
    keyring().prefetch(row.id for row in rows)
    staff = names_of(reader, {row.collector_id for row in rows if row.collector_id is not None})
    look = _looking(reader)
    return [_line(row, look(row), staff, context) for row in rows]


def _line(
    row: Row[Any], looker: Looker, staff: dict[UUID, Any], context: Context
) -> dict[str, Any]:
    name = stored_value(person, "name", row.name, row.id, row.id)
    return {
        "id": row.id,
        "name": present(name, looker, context),
        "language": row.language,
        "organisation": row.organisation,
        "collector_id": row.collector_id,
        "collector": staff.get(row.collector_id) if row.collector_id else None,
        "team_id": row.team_id,
        "team": row.team,
        "created_at": row.created_at,
    }


def looker_at(reader: Reader, row: Any) -> Looker:
    """Return the reader's actor as one who looks at a person's row, in his scope or not."""
    return _looking(reader)(row)


def _looking(reader: Reader) -> Callable[[Any], Looker]:
    """Return what makes `looker_at` of a row; for lists, which have few kinds of relation."""
    actor = reader.actor
    lookers = {
        relation: Looker(
            actor.role, relation if reaches(actor.role, Permission.READ_PEOPLE, relation) else None
        )
        for relation in Scope
    }
    return lambda row: lookers[relation_of(actor, row)]
