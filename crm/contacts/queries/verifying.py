"""Who is speaking: what can be asked, what was answered so far, and whether one more may be."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, union

from crm.audit.entry import Outcome
from crm.audit.models import audit_entry
from crm.borrowers.models import contact_point, person
from crm.contacts.models import contact, permit
from crm.contacts.rules.verifying import OF_PERSON, OF_POINTS, SPAN, Tried, may_try
from crm.gate.reader import Reader

VERIFIED = "contacts.answer.verified"


def answers_tried(reader: Reader, person_id: UUID, contact_of: UUID) -> list[Tried]:
    """Return the answers of this contact, and those about the person within the hour.

    They are read in the ledger: it has the item and whether it matched, never what was said.
    """
    contacts = union(
        select(permit.c.id).where(permit.c.person_id == person_id),
        select(contact.c.id).where(contact.c.person_id == person_id),
    )
    query = select(audit_entry.c.subject_id, audit_entry.c.at, audit_entry.c.entry).where(
        audit_entry.c.action == VERIFIED,
        audit_entry.c.outcome == Outcome.DONE,
        audit_entry.c.subject_id.in_(contacts),
        or_(audit_entry.c.at > reader.now - SPAN, audit_entry.c.subject_id == contact_of),
    )
    tried = []
    for row in reader.all(query.order_by(audit_entry.c.at, audit_entry.c.id)):
        details = json.loads(row.entry)["details"]
        tried.append(Tried(row.subject_id, details["item"], row.at, details["matches"]))
    return tried


def checks_of(reader: Reader, person_id: UUID, contact_of: UUID) -> dict[str, Any]:
    """Return how the check of identity stands in a contact: `items` still to ask, what was `told`.

    `told` has, for each item asked, whether its last answer matched; `verdict` whether one more
    answer may be tried. Only what is on file is asked for: nothing else could match.
    """
    tried = answers_tried(reader, person_id, contact_of)
    told = {answer.item: answer.matches for answer in tried if answer.contact_of == contact_of}
    return {
        "items": [item for item in _on_file(reader, person_id) if not told.get(item)],
        "told": told,
        "verdict": may_try(tried, contact_of, reader.now),
    }


def _on_file(reader: Reader, person_id: UUID) -> list[str]:
    columns = [person.c[item].is_not(None) for item in OF_PERSON]
    row = reader.one(select(*columns).where(person.c.id == person_id))
    assert row is not None
    kinds = reader.all(
        select(contact_point.c.kind)
        .where(contact_point.c.person_id == person_id, contact_point.c.valid_until.is_(None))
        .distinct()
    )
    found = {found.kind for found in kinds}
    known = [item for item, is_known in zip(OF_PERSON, row, strict=True) if is_known]
    return [*known, *(item for item in OF_POINTS if item in found)]
