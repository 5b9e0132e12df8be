"""What the forms of the desk send: flat fields, each made into what its action takes."""

from typing import Any

from marshmallow import Schema, fields, post_load

from crm.contacts.queries.timeline import LIST as CONTACTS
from crm.contacts.rules.causes import Unlogged
from crm.contacts.rules.verifying import ITEMS
from crm.gate.fields import Cursor, SealedText, Text, Whole, one_of
from crm.rulebook.vocabulary import Channel, Purpose


class FileIn(Schema):
    """Which page of the timeline, and from which list one came."""

    before = Cursor(of=CONTACTS)
    work = Whole()
    show = Text(longest=10)
    bucket = Text(longest=2)


class PermitForm(Schema):
    """A wish to contact somebody by one of his numbers or addresses."""

    contact_point_id = fields.UUID(required=True)
    channel = fields.Str(required=True, validate=one_of(Channel))
    loan_ids = fields.List(fields.UUID())
    purpose = fields.Str(validate=one_of(Purpose))

    @post_load
    def as_asked(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put what only the asker knows under `proposed`, as the contract has it."""
        purpose, loan_ids = values.pop("purpose", None), values.pop("loan_ids", None)
        proposed = {"purpose": purpose} if purpose else None
        return values | {"proposed": proposed, "loan_ids": tuple(loan_ids) if loan_ids else None}


class CloseForm(Schema):
    """Why a started contact is closed by somebody else."""

    reason = fields.Str(required=True, validate=one_of(Unlogged))


class AnswerForm(Schema):
    """What the person speaking was asked, and what he answered; it is compared and forgotten."""

    item = fields.Str(required=True, validate=one_of(ITEMS))
    answer = SealedText(required=True, longest=300)
