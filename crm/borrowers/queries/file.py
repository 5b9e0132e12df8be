"""One person: who he is, how he is reached, where he is, and what stops or shapes contacts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, bindparam, func, select

from crm.borrowers.models import (
    circumstance,
    consent,
    contact_point,
    organisation,
    person,
    place_evidence,
)
from crm.borrowers.queries.alike import alike_to
from crm.borrowers.queries.assignees import assignees
from crm.borrowers.queries.lines import looker_at
from crm.borrowers.queries.subjects import ALIVE, person_subject
from crm.borrowers.rules.evidence import Evidence, place_of
from crm.borrowers.rules.limits import holds, is_ahead
from crm.borrowers.rules.points import number_of
from crm.borrowers.rules.words import WORDS
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.models import agency, team
from crm.identity.queries import names_of
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored
from crm.rulebook.in_force import books_in_force
from crm.storage.prepared import Prepared
from crm.storage.types import Id


@dataclass(frozen=True)
class OnePerson(
    Question,
    needs=Permission.READ_PEOPLE,
    recorded_as="borrowers.person.viewed",
    once_in=ONE_LOOK,
):
    """One person's file, as far as this room knows him."""

    person_id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.person_id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return him, masked for whoever asks."""
        assert subject is not None
        return person_file(reader, subject)


def person_file(reader: Reader, subject: Subject) -> dict[str, Any]:
    """Return what this room knows of a person found as a subject.

    Seven statements at most, and three more where somebody else may be he: those are `alike`.
    `points`, `evidence`, `circumstances` and `consents` are lists, those that count now first; a
    circumstance's or consent's `point_id` names the contact point its `number` stands for.
    """
    row, looker = subject.row, looker_at(reader, subject.row)
    alike = alike_to(reader, row)
    points = _points(reader, row.id, looker, {row.id, *(o["id"] for o in alike if o["merged"])})
    numbers = {number_of(point.pop("token")): point["id"] for point in points}
    return {
        **_header(reader, row, looker),
        "relation": subject.relation,
        "alike": alike,
        "points": points,
        **_places(reader, row.id),
        "circumstances": [
            {
                **found,
                "in_force": holds(found, reader.now),
                "ahead": is_ahead(found, reader.now),
            }
            for found in _limits(reader, circumstance, row.id, numbers)
        ],
        "consents": [
            {
                **found,
                "words": present(found["words"], looker),
                "in_force": holds(found, reader.now, begins="at"),
                "ahead": is_ahead(found, reader.now, begins="at"),
            }
            for found in _limits(reader, consent, row.id, numbers)
        ],
        "assignees": assignees(reader),
        "words": WORDS,
    }


def _name_in(table: Table) -> Any:
    """Return the name of one row of a table, asked for by the table's own name."""
    one = bindparam(table.name, type_=Id)
    return select(table.c.name).where(table.c.id == one).scalar_subquery().label(table.name)


_NAMES = Prepared(select(*(_name_in(table) for table in (organisation, team, agency))))


def _header(reader: Reader, row: Any, looker: Looker) -> dict[str, Any]:
    values = stored(person, dict(row._mapping))
    its = {name: getattr(row, f"{name}_id") for name in ("organisation", "team", "agency")}
    found = reader.one(_NAMES, its)
    staff = names_of(reader, {row.collector_id} if row.collector_id else set())
    return {
        "id": row.id,
        "version": row.version,
        "name": present(values["name"], looker),
        "national_id": present(values["national_id"], looker),
        "language": row.language,
        "organisation": found.organisation if found else None,
        "collector_id": row.collector_id,
        "collector": staff.get(row.collector_id) if row.collector_id else None,
        "team_id": row.team_id,
        "team": found.team if found else None,
        "agency": found.agency if found else None,
        "created_at": row.created_at,
    }


def _points_with_others() -> Select[Any]:
    theirs = contact_point.alias("theirs")
    others = (
        select(func.count(theirs.c.person_id.distinct()))
        .join(person, person.c.id == theirs.c.person_id)
        .where(
            theirs.c.token == contact_point.c.token,
            theirs.c.valid_until.is_(None),
            theirs.c.person_id.not_in(bindparam("own", expanding=True)),
            ALIVE,
        )
        .correlate(contact_point)
        .scalar_subquery()
    )
    return (
        select(contact_point, others.label("others"))
        .where(contact_point.c.person_id == bindparam("person"))
        .order_by(contact_point.c.valid_until.is_not(None), contact_point.c.id)
    )


_POINTS = Prepared(_points_with_others())


def _points(
    reader: Reader, person_id: UUID, looker: Looker, own: set[UUID]
) -> list[dict[str, Any]]:
    """Return his numbers and addresses; `others`: how many people beside `own` have it too."""
    points = []
    for row in reader.all(_POINTS, {"person": person_id, "own": sorted(own)}):
        values = stored(contact_point, dict(row._mapping))
        del values["value_index"], values["created_at"]
        values["value"] = present(values["value"], looker)
        values["active"] = row.valid_until is None or row.valid_until > reader.now
        points.append(values)
    return points


_PLACES = Prepared(select(place_evidence).where(place_evidence.c.person_id == bindparam("person")))


def _places(reader: Reader, person_id: UUID) -> dict[str, Any]:
    """Return the evidence of place, and what follows from it today."""
    rows = reader.all(_PLACES, {"person": person_id})
    pieces = [evidence_of(row) for row in rows]
    placed = place_of(pieces, reader.now, *books_in_force().shelved(reader.now))
    aside = {piece.id for piece in placed.set_aside}
    counts = {piece.id for piece in placed.used}
    listed = [
        {
            "id": row.id,
            "contact_point_id": row.contact_point_id,
            "source": row.source,
            "country": row.country,
            "region": row.region,
            "city": row.city,
            "zones": row.zones or [],
            "observed_at": row.observed_at,
            "ended_at": row.ended_at,
            "counts": row.id in counts,
            "set_aside": row.id in aside,
        }
        for row in sorted(rows, key=lambda row: (row.id not in counts, row.rank, row.id))
    ]
    return {"evidence": listed, "placed": placed}


def evidence_of(row: Any) -> Evidence:
    """Return a row of `place_evidence` as the rules weigh it."""
    return Evidence(
        source=row.source,
        observed_at=row.observed_at,
        country=row.country,
        region=row.region,
        city=row.city,
        zones=tuple(row.zones or ()),
        ended_at=row.ended_at,
        id=row.id,
    )


_LIMITS = {
    table: Prepared(
        select(table).where(table.c.person_id == bindparam("person")).order_by(table.c.id.desc())
    )
    for table in (circumstance, consent)
}


def _limits(
    reader: Reader, table: Table, person_id: UUID, numbers: dict[str, UUID]
) -> list[dict[str, Any]]:
    """Return circumstances or consents, the newest first, with the contact point they name."""
    found = []
    for row in reader.all(_LIMITS[table], {"person": person_id}):
        values = stored(table, dict(row._mapping))
        scope = dict(values.pop("scope") or {})
        values["point_id"] = numbers.get(scope.pop("number", ""))
        values["scope"] = scope
        found.append(values)
    return found
