"""What an action about a person must hold: all that a limit could count over, in one statement."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union,
)

from crm.audit.models import audit_entry
from crm.borrowers.models import contact_point, person
from crm.contacts.models import contact, permit, permit_event
from crm.contacts.queries.verifying import VERIFIED
from crm.contacts.rules.permits import LONGEST
from crm.gate.locks import Filled, locking
from crm.gate.work import Work
from crm.loans.models import loan, loan_party
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.storage.prepared import Prepared
from crm.storage.types import Id, Moment

PERMIT = bindparam("permit", type_=Id)
SINCE = bindparam("since", type_=Moment)


def about(people: Iterable[UUID], points: Iterable[UUID] = ()) -> Filled:
    """Return what must be held: the people, their loans, whose loans they are, the numbers.

    Whoever may be one and the same share an id to hold beside their own.
    """
    return Filled(_ABOUT, {"people": sorted(set(people)), "points": sorted(set(points))})


def held_permit(work: Work, permit_id: UUID) -> Row[Any] | None:
    """Hold all that a permit touches, and read on the way what no longer changes about it.

    One statement. What it reads of events may be older than the locks: a start is judged again
    by facts read after them, and a second record of one permit fails on its unique index.
    """
    statement = _HELD if work.connection.dialect.name == "postgresql" else _READ
    return _first(work, statement, permit_id)


def _first(work: Work, statement: Prepared, permit_id: UUID) -> Row[Any] | None:
    rows = work.all(statement, {"permit": permit_id, "since": work.now - LONGEST})
    return rows[0] if rows else None


def value_of(row: Row[Any]) -> Sealed:
    """Return the number or address of a permit's contact, still sealed."""
    place = {"id": row.contact_point_id, "person_id": row.person_id, "value": row.value}
    value: Sealed = stored(contact_point, place)["value"]
    return value


def permit_now(work: Work, permit_id: UUID) -> Row[Any] | None:
    """Read a permit and what became of it, as it is under locks already held."""
    return _first(work, _READ, permit_id)


def about_permit(permit_id: UUID) -> Filled:
    """Return what an action about a permit must hold."""
    return Filled(_ABOUT_PERMIT, {"permit": permit_id})


def _everything(people: ColumnElement[bool], points: ColumnElement[bool]) -> Select[Any]:
    chosen = select(person.c.id).where(people)
    loans = select(loan_party.c.loan_id).where(loan_party.c.person_id.in_(chosen))
    ids = union(
        select(cast(person.c.id, String).label("id")).where(people),
        select(cast(loan_party.c.loan_id, String)).where(loan_party.c.person_id.in_(chosen)),
        select(cast(loan.c.borrower_id, String)).where(loan.c.id.in_(loans)),
        _shared(person.c.id.in_(chosen)),
        _shared(person.c.id.in_(select(loan.c.borrower_id).where(loan.c.id.in_(loans)))),
        select(func.encode(contact_point.c.token, literal("hex", String))).where(
            points, contact_point.c.token.is_not(None)
        ),
    ).subquery("ids")
    return select(ids.c.id)


def _shared(people: ColumnElement[bool]) -> Select[Any]:
    """Return the ids of the groups in which these people are counted."""
    group = person.c.counted_with
    return select(cast(group, String)).where(people, group.is_not(None))


_started = permit_event.alias("started")
_over = permit_event.alias("over")
_other = permit.alias("other")
_event = permit_event.alias("event")
_alike = person.alias("alike")


def _others_open() -> ColumnElement[Any]:
    """Tell whether he, or who may be he, has another reservation that was not started."""
    events = select(_event.c.id).where(_event.c.permit_id == _other.c.id)
    alike = select(_alike.c.id).where(_alike.c.counted_with == person.c.counted_with)
    found = select(_other.c.id).where(
        or_(_other.c.person_id == permit.c.person_id, _other.c.person_id.in_(alike)),
        _other.c.id != permit.c.id,
        _other.c.reserved_at > SINCE,
        _other.c.expires_at > func.coalesce(_started.c.at, permit.c.reserved_at),
        ~events.exists(),
    )
    return found.exists()


def _read() -> Select[Any]:
    over = select(_over.c.kind).where(
        _over.c.permit_id == permit.c.id, _over.c.kind.in_(("released", "ended", "closed"))
    )
    record = select(contact.c.id).where(
        contact.c.permit_id == permit.c.id, contact.c.corrects_id.is_(None)
    )
    answered = select(audit_entry.c.id).where(
        audit_entry.c.subject_id == permit.c.id, audit_entry.c.action == VERIFIED
    )
    taken = select(_event.c.id).where(_event.c.permit_id == permit.c.id, _event.c.kind == "other")
    return (
        select(
            *permit.c,
            person.c.collector_id,
            person.c.team_id,
            person.c.agency_id,
            person.c.erasure_begun_at,
            contact_point.c.value,
            contact_point.c.valid_until,
            _started.c.at.label("started_at"),
            _started.c.decision_id.label("start_decision_id"),
            over.limit(1).scalar_subquery().label("over"),
            record.limit(1).scalar_subquery().label("contact_id"),
            _others_open().label("others_open"),
            or_(answered.exists(), taken.exists()).label("answered"),
        )
        .join(person, person.c.id == permit.c.person_id)
        .join(contact_point, contact_point.c.id == permit.c.contact_point_id)
        .outerjoin(_started, (_started.c.permit_id == permit.c.id) & (_started.c.kind == "started"))
        .where(permit.c.id == PERMIT)
    )


def _of_permit() -> Select[Any]:
    """Return what a permit touches."""
    chosen = permit.c.id == PERMIT
    return _everything(
        person.c.id.in_(select(permit.c.person_id).where(chosen)),
        contact_point.c.id.in_(select(permit.c.contact_point_id).where(chosen)),
    )


_READ = Prepared(_read())
# The same read with the locks taken beside it.
_HELD = Prepared(
    _read().add_columns(locking(_of_permit()).scalar_subquery().label("locks")),
)
_ABOUT_PERMIT = Prepared(locking(_of_permit()))
_ABOUT = Prepared(
    locking(
        _everything(
            person.c.id.in_(bindparam("people", expanding=True, type_=Id)),
            contact_point.c.id.in_(bindparam("points", expanding=True, type_=Id)),
        )
    )
)
