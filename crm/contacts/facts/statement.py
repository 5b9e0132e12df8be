"""The one statement that reads all a decision may rest on, for any number of approaches."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    or_,
    select,
    union,
    union_all,
)

from crm.borrowers.models import (
    circumstance,
    consent,
    contact_point,
    person,
    place_evidence,
)
from crm.contacts.models import contact, permit, permit_event
from crm.contacts.outcomes import dropped_codes
from crm.contacts.rules.standing import OWING
from crm.gate.generation import generation
from crm.loans.models import loan, loan_party, portfolio
from crm.storage.prepared import Prepared
from crm.storage.types import CipherText, Id, Json, Moment

# What a row of any kind may carry; a kind leaves the columns it does not need empty.
LAYOUT: dict[str, Any] = {
    "id": Id,
    "person_id": Id,
    "loan_id": Id,
    "team_id": Id,
    "agency_id": Id,
    "word": String,
    "since": String,
    "until": String,
    "more": String,
    "data": Json,
    "at": Moment,
    "begun_at": Moment,
    "made_at": Moment,
    "ends_at": Moment,
    "day": Date,
    "number": Integer,
    "flag": Integer,
    "token": LargeBinary,
    "value": CipherText,
}


def _arm(name: str, **given: ColumnElement[Any]) -> Select[Any]:
    """Return a SELECT of rows called `name` in the common layout."""
    cells = [
        given[column].label(column) if column in given else cast(null(), kind).label(column)
        for column, kind in LAYOUT.items()
    ]
    return select(literal(name, String).label("arm"), *cells)


_asked = select(person.c.id).where(person.c.id.in_(bindparam("people", expanding=True)))
asked = _asked.cte("asked")
_points = select(contact_point.c.id, contact_point.c.token)
points = _points.where(contact_point.c.id.in_(bindparam("points", expanding=True))).cte("points")
_loans = select(loan_party.c.loan_id.label("id"))
loans = _loans.where(loan_party.c.person_id.in_(select(asked.c.id))).distinct().cte("loans")
parties = select(loan_party.c.person_id, loan_party.c.role).where(
    loan_party.c.loan_id.in_(select(loans.c.id))
)
# Whom it is about: those asked for, and whose loans they are.
named = union(
    select(asked.c.id), select(loan.c.borrower_id).where(loan.c.id.in_(select(loans.c.id)))
).cte("named")
# Who may be one with them, and so is counted with them: nobody, for nearly everybody.
_grouped = select(person.c.counted_with).where(
    person.c.id.in_(select(named.c.id)), person.c.counted_with.is_not(None)
)
alike = (
    select(person.c.id, person.c.counted_with, person.c.main_id)
    .where(person.c.counted_with.in_(_grouped), person.c.erasure_begun_at.is_(None))
    .cte("alike")
)
# Whose circumstances, consents and place may count.
owners = union(select(named.c.id), select(alike.c.id)).cte("owners")
# Whose contacts may count: all who stand on the loans or have the number.
kin = union(
    select(asked.c.id),
    select(alike.c.id),
    parties.with_only_columns(loan_party.c.person_id),
    select(contact_point.c.person_id).where(contact_point.c.token.in_(select(points.c.token))),
).cte("kin")
strangers = parties.with_only_columns(loan_party.c.person_id).where(
    loan_party.c.role.not_in(sorted(OWING))
)

SINCE = bindparam("since", type_=Moment)
_started = permit_event.alias("started")
_ended = permit_event.alias("ended")
_newer = contact.alias("newer")
_logged = contact.alias("logged")


def _of_owners(table: Any) -> ColumnElement[bool]:
    return table.c.person_id.in_(select(owners.c.id))  # type: ignore[no-any-return]  # a column


def _contacts(*when: ColumnElement[bool]) -> Select[Any]:
    """Return the newest record of each contact."""
    arm = _arm(
        "contact",
        id=contact.c.id,
        person_id=contact.c.person_id,
        word=contact.c.channel,
        since=contact.c.outcome,
        until=contact.c.agent,
        more=contact_point.c.place,
        data=contact.c.loan_ids,
        at=contact.c.started_at,
        number=case((or_(*(contact.c.code == code for code in dropped_codes())), 1), else_=0),
        flag=cast(contact.c.exempt, Integer),
        token=contact_point.c.token,
    ).outerjoin(contact_point, contact_point.c.id == contact.c.contact_point_id)
    corrected = select(_newer.c.id).where(_newer.c.corrects_id == contact.c.id).exists()
    return arm.where(*when, ~corrected)


def _recent() -> Select[Any]:
    return _contacts(contact.c.person_id.in_(select(kin.c.id)), contact.c.started_at >= SINCE)


def _long_ago() -> Select[Any]:
    """Return what lies further back: of people who do not owe, whom some books never forget."""
    return _contacts(
        contact.c.person_id.in_(strangers),
        contact.c.started_at < SINCE,
        contact.c.started_at >= bindparam("long_since", type_=Moment),
    )


def _permits() -> Select[Any]:
    """Return the permits that may still be open: what lapses is told by the clock."""
    arm = _arm(
        "permit",
        id=permit.c.id,
        person_id=permit.c.person_id,
        word=permit.c.channel,
        more=contact_point.c.place,
        data=permit.c.loan_ids,
        at=permit.c.planned_at,
        begun_at=_started.c.at,
        made_at=permit.c.reserved_at,
        ends_at=permit.c.expires_at,
        flag=cast(case((_started.c.id.is_(None), 0), else_=1), Integer),
        token=contact_point.c.token,
    )
    arm = arm.join(contact_point, contact_point.c.id == permit.c.contact_point_id)
    begun = and_(_started.c.permit_id == permit.c.id, _started.c.kind == "started")
    over = and_(_ended.c.permit_id == permit.c.id, _ended.c.kind.in_(("released", "ended")))
    record = and_(_logged.c.permit_id == permit.c.id, _logged.c.corrects_id.is_(None))
    return arm.outerjoin(_started, begun).where(
        permit.c.person_id.in_(select(kin.c.id)),
        permit.c.reserved_at >= SINCE,
        ~select(_ended.c.id).where(over).exists(),
        ~select(_logged.c.id).where(record).exists(),
    )


_PRESENT = (
    _arm(
        "person",
        id=person.c.id,
        person_id=person.c.collector_id,
        team_id=person.c.team_id,
        agency_id=person.c.agency_id,
        ends_at=person.c.erasure_begun_at,
    ).where(person.c.id.in_(select(asked.c.id))),
    _arm("alike", id=alike.c.id, person_id=alike.c.counted_with, loan_id=alike.c.main_id),
    _arm("generation", number=generation.c.number),
    _arm(
        "point",
        id=contact_point.c.id,
        person_id=contact_point.c.person_id,
        word=contact_point.c.kind,
        since=contact_point.c.place,
        until=contact_point.c.address_type,
        ends_at=contact_point.c.valid_until,
        token=contact_point.c.token,
        value=contact_point.c.value,
    ).where(contact_point.c.id.in_(select(points.c.id))),
    _arm(
        "loan",
        id=loan.c.id,
        person_id=loan.c.borrower_id,
        word=portfolio.c.kind,
        since=portfolio.c.collector_role,
        more=loan.c.status,
        day=loan.c.as_of,
        number=loan.c.days_past_due,
        flag=loan.c.time_barred,
        token=loan.c.account,
    )
    .join(portfolio, portfolio.c.id == loan.c.portfolio_id)
    .where(loan.c.id.in_(select(loans.c.id))),
    _arm(
        "party",
        person_id=loan_party.c.person_id,
        loan_id=loan_party.c.loan_id,
        word=loan_party.c.role,
    ).where(loan_party.c.loan_id.in_(select(loans.c.id))),
    _arm(
        "circumstance",
        id=circumstance.c.id,
        person_id=circumstance.c.person_id,
        word=circumstance.c.kind,
        since=circumstance.c.since,
        until=circumstance.c.until,
        data=circumstance.c.scope,
        ends_at=circumstance.c.lifted_at,
    ).where(_of_owners(circumstance)),
    _arm(
        "consent",
        id=consent.c.id,
        person_id=consent.c.person_id,
        word=consent.c.kind,
        since=consent.c.at,
        until=consent.c.until,
        more=consent.c.revoked_at,
        data=consent.c.scope,
    ).where(_of_owners(consent)),
    _arm(
        "evidence",
        id=place_evidence.c.id,
        person_id=place_evidence.c.person_id,
        word=place_evidence.c.source,
        since=place_evidence.c.country,
        until=place_evidence.c.region,
        more=place_evidence.c.city,
        data=place_evidence.c.zones,
        at=place_evidence.c.observed_at,
        ends_at=place_evidence.c.ended_at,
    ).where(_of_owners(place_evidence)),
    _permits(),
)
_MADE = (_recent(), _long_ago())
# Everything at once, for whoever keeps the facts; or what is so now, and then what was before.
EVERYTHING = Prepared(union_all(*_PRESENT, *_MADE))
PRESENT, MADE = Prepared(union_all(*_PRESENT)), Prepared(union_all(*_MADE))
