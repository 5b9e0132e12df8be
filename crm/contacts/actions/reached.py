"""Who was reached, held against what is already known of the same contact."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.models import contact, said, said_withdrawal
from crm.contacts.queries.verifying import answers_in
from crm.contacts.rules.records import is_conversation, nobody_spoke
from crm.contacts.rules.said import SPOKEN
from crm.contacts.rules.verifying import SPOKEN as ASKED_IN
from crm.gate.errors import Invalid
from crm.gate.work import Work
from crm.words import N_


def check_reached(work: Work, channel: str, outcome: str, permit_id: UUID | None) -> None:
    """Raise Invalid where nobody is said to have been reached, and an answer matched."""
    if permit_id is None or channel not in ASKED_IN or not nobody_spoke(outcome):
        return
    if any(answer.matches for answer in answers_in(work, permit_id)):
        sentence = N_("An answer matched, so somebody was spoken to. Say what came of it.")
        raise Invalid({"outcome": [sentence]})


def check_agreed(work: Work, row: Any, outcome: str) -> None:
    """Raise Invalid where a corrected record, or one before it, holds what only a talk can."""
    if is_conversation(outcome):
        return
    chain = [row.id]
    while row.corrects_id is not None:
        row = work.one(select(contact).where(contact.c.id == row.corrects_id))
        chain.append(row.id)
    taken_back = select(said_withdrawal.c.id).where(said_withdrawal.c.said_id == said.c.id)
    held = said.c.contact_id.in_(chain), said.c.kind.in_(SPOKEN), ~taken_back.exists()
    if work.one(select(said.c.id).where(*held).limit(1)) is not None:
        sentence = N_(
            "A promise or a call back stands in this record. Take it back first, as not said."
        )
        raise Invalid({"outcome": [sentence]})
