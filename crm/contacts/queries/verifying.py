"""Who is speaking: what can be asked, what was answered so far, and whether one more may be."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, union

from crm.audit.entry import Outcome
from crm.audit.models import audit_entry
from crm.borrowers.models import contact_point, person
from crm.contacts.callers.models import caller
from crm.contacts.models import contact, permit, permit_event
from crm.contacts.rules.standing import OWING
from crm.contacts.rules.verifying import (
    ITEMS,
    OF_POINTS,
    SPAN,
    SPOKEN,
    Speaker,
    Tried,
    has_handed_over,
    may_try,
    speaker,
)
from crm.gate.reader import Reader
from crm.loans.models import loan, loan_party, payment
from crm.privacy.alike import Part
from crm.privacy.openers import match
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed

VERIFIED = "contacts.answer.verified"
DAY = timedelta(days=1)
Known = Sequence[tuple[Sealed, str]]  # values, each with the id of its field


def answers_tried(reader: Reader, person_id: UUID, contact_of: UUID) -> list[Tried]:
    """Return the answers of this contact, and those about the person within the hour.

    They are read in the ledger: it has the item and whether it matched, never what was said.
    """
    contacts = union(
        select(permit.c.id).where(permit.c.person_id == person_id),
        select(contact.c.id).where(contact.c.person_id == person_id),
        select(caller.c.id).where(caller.c.person_id == person_id),
    )
    lately = or_(audit_entry.c.at > reader.now - SPAN, audit_entry.c.subject_id == contact_of)
    return _tried(reader, audit_entry.c.subject_id.in_(contacts), lately)


def answers_in(reader: Reader, contact_of: UUID) -> list[Tried]:
    """Return the answers of this contact alone."""
    return _tried(reader, audit_entry.c.subject_id == contact_of)


def answers_to(reader: Reader, contacts: Any, *which: ColumnElement[bool]) -> list[Tried]:
    """Return the answers of any of these contacts, ids or a query of them, oldest first."""
    return _tried(reader, audit_entry.c.subject_id.in_(contacts), *which)


def speaker_under(reader: Reader, permit_id: UUID, *, or_before: bool = False) -> Speaker | None:
    """Return whom one speaks with under a permit, by what was answered and noted until now.

    `or_before`: VERIFIED too where the person was proven and then handed over: whose word it can
    be. None: nobody answers there, or it is not for somebody who owes.
    """
    taken = (permit_event.c.permit_id == permit.c.id) & (permit_event.c.kind == "other")
    query = select(permit.c.target, permit.c.channel, permit_event.c.at.label("other_at"))
    row = reader.one(query.outerjoin(permit_event, taken).where(permit.c.id == permit_id))
    if row is None or row.channel not in SPOKEN or row.target not in OWING:
        return None
    here = answers_in(reader, permit_id)
    if or_before and has_handed_over(row.target, here, row.other_at):
        return Speaker.VERIFIED
    return speaker(row.target, here, row.other_at)


def proves(reader: Reader, answers: Sequence[Tried]) -> bool:
    """Tell whether those of any one call prove who owes.

    What a caller was looked up by came with his call.
    """
    calls = {answer.contact_of for answer in answers}
    looked_up = select(caller.c.id, caller.c.kind).where(caller.c.id.in_(calls))
    by = {row.id: row.kind for row in reader.all(looked_up)} if calls else {}
    proofs = [one for one in answers if not (one.matches and one.item == by.get(one.contact_of))]
    heard = ([one for one in proofs if one.contact_of == call] for call in calls)
    return any(speaker("borrower", one, None) is Speaker.VERIFIED for one in heard)


def _tried(reader: Reader, *which: ColumnElement[bool]) -> list[Tried]:
    query = select(audit_entry.c.subject_id, audit_entry.c.at, audit_entry.c.entry).where(
        audit_entry.c.action == VERIFIED, audit_entry.c.outcome == Outcome.DONE, *which
    )
    tried = []
    for row in reader.all(query.order_by(audit_entry.c.at, audit_entry.c.id)):
        details = json.loads(row.entry)["details"]
        tried.append(Tried(row.subject_id, details["item"], row.at, details["matches"]))
    return tried


def checks_of(
    reader: Reader,
    person_id: UUID,
    contact_of: UUID,
    target: str = "borrower",
    other_at: datetime | None = None,
) -> dict[str, Any]:
    """Return how the check of identity stands in a contact.

    `items` are those still to ask, `told` whether the last answer to each matched, `verdict`
    whether one more may be tried, `speaker` whom one speaks with. Only what is on file is asked
    for: nothing else could match.
    """
    tried = answers_tried(reader, person_id, contact_of)
    here = [answer for answer in tried if answer.contact_of == contact_of]
    told = {answer.item: answer.matches for answer in here}
    again = {answer.item for answer in here if other_at is not None and answer.at <= other_at}
    on_file = _on_file(reader, person_id)
    return {
        "items": [
            item for item in ITEMS if item in on_file and (not told.get(item) or item in again)
        ],
        "told": told,
        "verdict": may_try(tried, contact_of, reader.now),
        "speaker": speaker(target, here, other_at),
        "handed_over": has_handed_over(target, here, other_at),
    }


def known_of(reader: Reader, person_id: UUID, item: str) -> Known:
    """Return what is on file of a person for an item, still sealed; one statement."""
    if item in OF_POINTS:
        points = select(contact_point).where(
            contact_point.c.person_id == person_id,
            contact_point.c.kind == item,
            contact_point.c.valid_until.is_(None),
        )
        rows = [stored(contact_point, row._asdict()) for row in reader.all(points)]
        return [(row["value"], "contact_point.value") for row in rows]
    if item == "loan_number":
        rows = [stored(loan, row._asdict()) for row in reader.all(loans_owed(person_id))]
        return [(row["number"], "loan.number") for row in rows if row["number"] is not None]
    if item == "last_payment":
        owed = loans_owed(person_id).with_only_columns(loan.c.id)
        newest = select(func.max(payment.c.paid_on)).where(payment.c.loan_id.in_(owed))
        paid_on = reader.scalar(newest)
        return [(Sealed.fresh(f"{paid_on:%Y-%m}"), "payment.paid_on")] if paid_on else []
    column = "national_id" if item == "birthday" else item
    row = reader.one(select(person).where(person.c.id == person_id))
    value = stored(person, row._asdict())[column] if row is not None else None
    return [(value, f"person.{column}")] if value is not None else []


def _on_file(reader: Reader, person_id: UUID) -> set[str]:
    """Return the items of which something is known; one statement."""
    points = select(contact_point.c.id).where(
        contact_point.c.person_id == person_id, contact_point.c.valid_until.is_(None)
    )
    owed = loans_owed(person_id).with_only_columns(loan.c.id)
    found: dict[str, Any] = {
        kind: points.where(contact_point.c.kind == kind).exists() for kind in OF_POINTS
    }
    found["loan_number"] = owed.where(loan.c.number.is_not(None)).exists()
    found["last_payment"] = select(payment.c.id).where(payment.c.loan_id.in_(owed)).exists()
    held = [is_held.label(f"has_{item}") for item, is_held in found.items()]
    row = reader.one(select(person, *held).where(person.c.id == person_id))
    assert row is not None
    known = {item for item in found if getattr(row, f"has_{item}")}
    values = stored(person, row._asdict())
    known |= {item for item in ("name", "national_id") if values[item] is not None}
    number = values["national_id"]
    if number is not None and match(number, number, "person.national_id", Part.BIRTHDAY):
        known.add("birthday")  # it stands in the number
    return known


def loans_owed(person_id: UUID) -> Select[Any]:
    """Return the loans that he owes or vouches for."""
    return (
        select(loan)
        .join(loan_party, loan_party.c.loan_id == loan.c.id)
        .where(loan_party.c.person_id == person_id, loan_party.c.role.in_(sorted(OWING)))
    )
