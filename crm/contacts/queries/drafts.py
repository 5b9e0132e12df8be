"""What somebody was typing into a log form when he left it: his own, about this contact."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from crm.borrowers.queries.clock import clock_of
from crm.contacts.models import draft
from crm.gate.reader import Reader
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.openers import reopen
from crm.privacy.rows import stored

KEPT = timedelta(days=1)
STILL_TO_LOG = ("started", "closed")  # states of a permit


def draft_id(holder: UUID, about: UUID) -> UUID:
    """Return the id of the one draft that somebody has about a permit, or about a person."""
    return uuid5(holder, about.hex)


def at_the_form(reader: Reader, about: UUID, person_id: UUID) -> dict[str, Any]:
    """Return what a log form needs beside its subject: `draft`, and `clock`, the person's zone.

    The draft has `kept_at` and `fields`, lists of texts by the form's own names; None where
    nothing was typed, or the person was erased.
    """
    return {"draft": _draft(reader, about), "clock": clock_of(reader, person_id)}


def _draft(reader: Reader, about: UUID) -> dict[str, Any] | None:
    row = reader.one(select(draft).where(draft.c.id == draft_id(reader.actor.id, about)))
    if row is None or row.kept_at < reader.now - KEPT:
        return None
    try:
        text = reopen(stored(draft, dict(row._mapping))["document"])
    except SealKeyMissing:
        return None
    return {"kept_at": row.kept_at, "fields": json.loads(text)}
