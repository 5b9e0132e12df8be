"""Own slips mended alone: how many somebody had within the day (decision 0022)."""

from typing import Any

from sqlalchemy import select

from crm.contacts.models import contact, said, said_withdrawal
from crm.contacts.outcomes import dropped_codes
from crm.contacts.rules.records import OWN_SLIP, SLIPS_IN, Counted, loosens
from crm.gate.reader import Reader


def mended(reader: Reader) -> int:
    """Return how many own slips the actor mended alone in the day before that loosened something.

    Corrections that gave back a slot, and whatever was taken back as not said.
    """
    return _corrected(reader) + _taken_back(reader)


def _corrected(reader: Reader) -> int:
    old = contact.alias("old")
    query = (
        select(
            contact.c.outcome,
            contact.c.code,
            contact.c.loan_ids,
            contact.c.started_at,
            contact.c.contact_point_id,
            contact.c.recorded_at,
            old.c.outcome.label("old_outcome"),
            old.c.code.label("old_code"),
            old.c.loan_ids.label("old_loan_ids"),
            old.c.started_at.label("old_started_at"),
            old.c.contact_point_id.label("old_number"),
            old.c.recorded_at.label("old_recorded_at"),
        )
        .join(old, old.c.id == contact.c.corrects_id)
        .where(
            contact.c.recorded_by == reader.actor.id,
            old.c.recorded_by == reader.actor.id,
            contact.c.recorded_at > reader.now - SLIPS_IN,
        )
    )
    return sum(
        row.recorded_at - row.old_recorded_at <= OWN_SLIP
        and loosens(
            Counted(
                row.old_outcome,
                frozenset(row.old_loan_ids),
                row.old_started_at,
                row.old_number,
                row.old_code in dropped_codes(),
            ),
            counted_of(row),
        )
        for row in reader.all(query)
    )


def _taken_back(reader: Reader) -> int:
    """Return how often he took back something said in his own records within their two minutes.

    What was taken back at one moment was one slip, with however many people.
    """
    query = (
        select(contact.c.recorded_at, said_withdrawal.c.withdrawn_at)
        .join(said, said.c.id == said_withdrawal.c.said_id)
        .join(contact, contact.c.id == said.c.contact_id)
        .where(
            said_withdrawal.c.withdrawn_by == reader.actor.id,
            said_withdrawal.c.withdrawn_at > reader.now - SLIPS_IN,
            contact.c.recorded_by == reader.actor.id,
        )
    )
    slips = {
        row.withdrawn_at
        for row in reader.all(query)
        if row.withdrawn_at - row.recorded_at <= OWN_SLIP
    }
    return len(slips)


def counted_of(row: Any) -> Counted:
    """Return what of a record the limits count."""
    loans, dropped = frozenset(row.loan_ids), row.code in dropped_codes()
    return Counted(row.outcome, loans, row.started_at, row.contact_point_id, dropped)
