"""Finding people by what is sealed: an index narrows, `match` decides."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, bindparam

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.lines import lines, lines_query
from crm.borrowers.queries.subjects import ALIVE, relation_of, within
from crm.borrowers.rules.points import PointKind, spelt
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.privacy.fields import fields_of
from crm.privacy.index import blind, normal
from crm.privacy.openers import match, reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.prepared import Prepared
from crm.words import N_

MOST_BY_NAME = 2000  # a portfolio that can be looked through in memory
MOST_FOUND = 50

Found = Sequence[Row[Any]]


_BY_POINT = Prepared(
    lines_query(contact_point.c.id.label("point_id"), contact_point.c.value.label("sealed"))
    .join(contact_point, contact_point.c.person_id == person.c.id)
    .where(
        contact_point.c.value_index == bindparam("index"),
        contact_point.c.kind == bindparam("asked"),
        contact_point.c.valid_until.is_(None) | (contact_point.c.valid_until > bindparam("now")),
        ALIVE,
    )
)


def by_contact_point(reader: Reader, kind: PointKind, value: Sealed) -> Found:
    """Return whoever has this number or address now; raise Invalid where it cannot be one."""
    text = spelt(kind, reopen(value))
    if text is None:
        raise Invalid({str(kind): [_CANNOT_BE[kind]]})
    wanted, field = Sealed.fresh(text), "contact_point.value"
    index = blind(field, 20, normal(field, text))
    given = {"index": index, "asked": str(kind), "now": reader.now}
    return [
        row
        for row in reader.all(_BY_POINT, given)
        if row.sealed is not None and match(_sealed(row), wanted, field)
    ]


def _sealed(row: Row[Any]) -> Sealed:
    return Sealed.at_rest(row.sealed, fields_of(contact_point)["value"], row.id, row.point_id)


def by_national_id(reader: Reader, value: Sealed) -> Found:
    """Return whoever has this identity number."""
    field = "person.national_id"
    wanted = normal(field, reopen(value))
    query = lines_query(person.c.national_id).where(
        person.c.national_id_index == blind(field, 20, wanted), ALIVE
    )
    return [
        row
        for row in reader.all(query)
        if match(
            stored(person, {"id": row.id, "national_id": row.national_id})["national_id"],
            value,
            field,
        )
    ]


def by_name(reader: Reader, value: Sealed) -> list[dict[str, Any]]:
    """Return the lines of those of one's own people whose name, as one sees it, holds this.

    Raises Invalid where one's own people are too many to be looked through.
    """
    mine = lines_query().where(within(reader, Permission.SEARCH_PEOPLE))
    rows = reader.all(mine.order_by(person.c.id.desc()).limit(MOST_BY_NAME + 1))
    if len(rows) > MOST_BY_NAME:
        raise Invalid({"name": [_TOO_MANY]})
    wanted = _folded(reopen(value))
    seen = lines(reader, rows)
    return [line for line in seen if line["name"] and wanted in _folded(line["name"].text)]


def found(reader: Reader, rows: Iterable[Row[Any]]) -> dict[str, Any]:
    """Part what was found into one's own people and those of others.

    Of others nothing is said but that there is one, and in which team; to whoever has only his
    own people, not even that.
    """
    reach = reader.reach(Permission.SEARCH_PEOPLE)
    own: dict[Any, Row[Any]] = {}
    others: dict[Any, str | None] = {}
    for row in rows:
        if reach is not None and reach.covers(relation_of(reader.actor, row)):
            own[row.id] = row
        elif reach is not None and reach is not Scope.OWN:
            others[row.id] = row.team
    return {
        "items": lines(reader, list(own.values())[:MOST_FOUND]),
        "elsewhere": [{"team": team} for team in others.values()],
    }


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_CANNOT_BE = {
    PointKind.PHONE: N_(
        "Give the whole telephone number with its country code, such as +86 10 6618 5114."
    ),
    PointKind.EMAIL: N_("Give the whole e-mail address."),
}
_TOO_MANY = N_(
    "You look after too many people for a search by name. "
    "Search by telephone, identity number, e-mail or loan number."
)
