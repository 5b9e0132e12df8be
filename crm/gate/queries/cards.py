"""A request as one card: who asks, what exactly would change, why it takes two, and precedent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, func, select

from crm.audit.entry import plain
from crm.gate.action import Action
from crm.gate.approvals import LASTS, RequestState, approval, state_now
from crm.gate.document import from_document
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.queries import names_of
from crm.privacy.fields import Kind, fields_of
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.masks import Context
from crm.privacy.openers import ERASED, Looker, present, reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import FACE, Sealed
from crm.storage.tables import metadata

PRECEDENT = timedelta(days=90)
_UNTOLD = {"id", "version"}

Card = dict[str, Any]


def cards(reader: Reader, rows: Sequence[Row[Any]]) -> list[Card]:
    """Return requests as cards; the more kinds of subject there are, the more statements."""
    staff = {row.requested_by for row in rows} | {row.decided_by for row in rows}
    names = names_of(reader, staff - {None})
    subjects = _subjects(reader, rows)
    people = _people(reader, {who for one in subjects.values() if (who := _whose(one))})
    numbers = _numbers(reader, subjects.values())
    asked = {row.id: _asked(row) for row in rows}
    decided, teams = _decided(reader, rows), _teams(reader, asked.values())
    return [
        _card(reader, row, names)
        | _told(row, asked[row.id], subjects.get(row.subject_id), people)
        | {
            "precedent": decided.get(row.action, _NONE),
            "of_requester": decided.get((row.action, row.requested_by), _NONE),
            "teams": teams,
            "number": numbers.get(_point_of(subjects.get(row.subject_id))),
        }
        for row in rows
    ]


_NONE = {"decided": 0, "approved": 0}


def _card(reader: Reader, row: Row[Any], names: Mapping[UUID, Any]) -> Card:
    """Return what the request itself says."""
    kind = Action.catalogue.get(row.action)
    own = Scope.OWN if row.requested_by == reader.actor.id else Scope(row.subject_relation)
    because = stored(approval, dict(row._mapping))["decided_because"]
    return {
        "id": row.id,
        "action": row.action,
        "needs": kind.needs if kind else None,
        "rule": row.rule,
        "state": state_now(row, reader.now),
        "requested_by": row.requested_by,
        "requester": names.get(row.requested_by),
        "requested_at": row.requested_at,
        "expires_at": row.requested_at + LASTS,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "decided_by": row.decided_by,
        "decider": names.get(row.decided_by) if row.decided_by else None,
        "decided_at": row.decided_at,
        "decided_because": present(because, Looker(reader.actor.role, own)),
        "mine": row.requested_by == reader.actor.id,
    }


def _told(
    row: Row[Any], asked: Card, subject: Mapping[str, Any] | None, people: Mapping[UUID, Any]
) -> Card:
    """Return what would change, from what to what, and what it is about."""
    now = _clear(row.subject_type, subject) if subject is not None else {}
    kind = Action.catalogue.get(row.action)
    tells = kind.tells if kind else ()
    person_id = _whose(subject) if subject is not None else None
    return {
        "contents": {name: plain(value) for name, value in asked.items()},
        "changes": [
            {"name": name, "before": now.get(name), "after": value}
            for name, value in asked.items()
            if name not in _UNTOLD and value not in ((), [], {}) and value != now.get(name)
        ],
        "about": {name: now[name] for name in tells if now.get(name) is not None},
        "person_id": person_id,
        "person": people.get(person_id) if person_id else None,
    }


def _asked(row: Row[Any]) -> Card:
    """Return what was asked for, so that nobody agrees blindly; personal values stay sealed."""
    kind = Action.catalogue.get(row.action)
    if kind is None or kind.document_version != row.action_version:
        return {}
    try:
        text = reopen(stored(approval, dict(row._mapping))["document"])
    except SealKeyMissing:
        return {}
    action: Any = from_document(kind, text)
    values = {field.name: getattr(action, field.name) for field in fields(action)}
    return {
        name: FACE if isinstance(value, Sealed) else value
        for name, value in values.items()
        if value is not None and not isinstance(value, Action)
    }


def _subjects(reader: Reader, rows: Sequence[Row[Any]]) -> dict[UUID, dict[str, Any]]:
    """Return the rows that requests are about, by their ids; one statement a kind."""
    found: dict[UUID, dict[str, Any]] = {}
    for kind in {row.subject_type for row in rows} & set(metadata.tables):
        table = metadata.tables[kind]
        if "id" not in table.c:
            continue
        ids = {row.subject_id for row in rows if row.subject_type == kind}
        for one in reader.all(select(table).where(table.c.id.in_(ids))):
            found[one.id] = {**one._mapping, "": kind}
    return found


def _whose(subject: Mapping[str, Any]) -> UUID | None:
    """Return the person in whose file a subject stands, if it is in one."""
    found = subject["id"] if subject[""] == "person" else subject.get("person_id")
    return found if isinstance(found, UUID) else None


def _clear(kind: str, subject: Mapping[str, Any]) -> Card:
    """Return what a row holds, sealed values by their face alone."""
    known = fields_of(metadata.tables[kind])
    return {
        name: FACE if known[name].sealed and value is not None else value
        for name, value in subject.items()
        if name in known and known[name].kind is not Kind.INDEX
    }


def _people(reader: Reader, ids: set[UUID]) -> dict[UUID, Any]:
    """Return the names of people, as a list may show them to whoever decides."""
    if not ids:
        return {}
    table, reach = metadata.tables["person"], reader.reach(Permission.READ_PEOPLE)
    whose = ("collector_id", "team_id", "agency_id", "erasure_begun_at")
    columns = (table.c[name] for name in ("id", "name", *whose))
    names: dict[UUID, Any] = {}
    for row in reader.all(select(*columns).where(table.c.id.in_(ids))):
        if row.erasure_begun_at is not None:  # from now on, though his key may still be there
            names[row.id] = ERASED
            continue
        relation = reader.actor.relation_to_person(row)
        looker = Looker(reader.actor.role, relation if reach and reach.covers(relation) else None)
        sealed = stored(table, {"id": row.id, "name": row.name})["name"]
        names[row.id] = present(sealed, looker, Context.LIST)
    return names


def _point_of(subject: Mapping[str, Any] | None) -> Any:
    """Return the number or address that a subject is, or comes of."""
    if subject is None:
        return None
    return subject["id"] if subject[""] == "contact_point" else subject.get("contact_point_id")


def _numbers(reader: Reader, subjects: Iterable[Mapping[str, Any]]) -> dict[Any, Any]:
    """Return the numbers and addresses of subjects, as a page shows them to whoever decides."""
    ids = {_point_of(subject) for subject in subjects} - {None}
    if not ids:
        return {}
    table, person = metadata.tables["contact_point"], metadata.tables["person"]
    reach = reader.reach(Permission.READ_PEOPLE)
    whose = (person.c[name] for name in ("collector_id", "team_id", "agency_id"))
    query = select(table, *whose).join(person, person.c.id == table.c.person_id)
    alive = table.c.id.in_(ids), person.c.erasure_begun_at.is_(None)
    numbers = {}
    for row in reader.all(query.where(*alive)):
        relation = reader.actor.relation_to_person(row, row.person_id)
        looker = Looker(reader.actor.role, relation if reach and reach.covers(relation) else None)
        numbers[row.id] = present(stored(table, row._asdict())["value"], looker)
    return numbers


def _teams(reader: Reader, asked: Iterable[Card]) -> dict[UUID, str]:
    """Return the names of teams that requests name."""
    ids = {one["team_id"] for one in asked if one.get("team_id")}
    table = metadata.tables["team"].c
    query = select(table.id, table.name).where(table.id.in_(sorted(ids)))
    return {row.id: row.name for row in reader.all(query)} if ids else {}


def _decided(reader: Reader, rows: Sequence[Row[Any]]) -> dict[Any, dict[str, int]]:
    """Return how such requests were decided lately: by action, and by action and requester."""
    its = approval.c
    agreed = func.sum(case((its.state == RequestState.APPROVED, 1), else_=0))
    query = (
        select(its.action, its.requested_by, func.count().label("n"), agreed.label("agreed"))
        .where(
            its.action.in_({row.action for row in rows}),
            its.state.in_((RequestState.APPROVED, RequestState.DECLINED)),
            its.decided_at > reader.now - PRECEDENT,
        )
        .group_by(its.action, its.requested_by)
    )
    found: dict[Any, dict[str, int]] = {}
    for row in reader.all(query) if rows else ():
        for key in (row.action, (row.action, row.requested_by)):
            sums = found.setdefault(key, dict(_NONE))
            sums["decided"] += row.n
            sums["approved"] += row.agreed
    return found
