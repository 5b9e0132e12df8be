"""What the forms of the desk send: flat fields, each made into what its action takes."""

import json
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from crm.contacts.pages.logging import UnpermittedForm
from crm.contacts.queries.timeline import KINDS as TIMELINE
from crm.contacts.queries.timeline import LIST as CONTACTS
from crm.contacts.rules.causes import Unlogged
from crm.contacts.rules.verifying import ITEMS
from crm.gate.fields import Cursor, SealedText, Text, Whole, one_of
from crm.privacy.sealed import Sealed
from crm.rulebook.vocabulary import Channel, Ground, Purpose
from crm.words import N_

LONGEST_DRAFT = 20_000  # characters; a note of 4,000 and two texts of 2,000 fit well


class FileIn(Schema):
    """Which page of the timeline, and from which list one came."""

    before = Cursor(of=CONTACTS)
    kind = fields.Str(validate=one_of(TIMELINE))
    work = Whole()
    of = Whole()
    show = Text(longest=10)
    bucket = Text(longest=2)
    mine = fields.Bool()
    sort = Text(longest=10)


class PermitForm(Schema):
    """A wish to contact somebody by one of his numbers or addresses."""

    contact_point_id = fields.UUID(required=True)
    channel = fields.Str(required=True, validate=one_of(Channel))
    loan_ids = fields.List(fields.UUID())
    purpose = fields.Str(validate=one_of(Purpose))
    ground = fields.Str(validate=one_of(Ground))

    @post_load
    def as_asked(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put what only the asker knows under `proposed`, as the contract has it."""
        loan_ids = values.pop("loan_ids", None)
        told = {name: values.pop(name) for name in ("purpose", "ground") if name in values}
        return values | {
            "proposed": told or None,
            "loan_ids": tuple(loan_ids) if loan_ids else None,
        }


class CloseForm(Schema):
    """Why a started contact is closed by somebody else."""

    reason = fields.Str(required=True, validate=one_of(Unlogged))


class AnswerForm(Schema):
    """What the person speaking was asked, and what he answered; it is compared and forgotten."""

    item = fields.Str(required=True, validate=one_of(ITEMS))
    answer = SealedText(required=True, longest=300)


class _Typed(fields.Field[Any]):
    """The fields of a log form as JSON, by name lists of texts; sealed as they came."""

    default_error_messages = {"invalid": N_("This is no draft of a log form.")}  # noqa: RUF012  as marshmallow declares it

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Sealed:
        try:
            found = json.loads(value)
            text = json.dumps(found, ensure_ascii=False)
            text.encode()  # a lone surrogate cannot be kept
        except (TypeError, ValueError, RecursionError):
            raise self.make_error("invalid") from None
        if len(text) > LONGEST_DRAFT or not _is_typed(found):
            raise self.make_error("invalid")
        return Sealed.fresh(text)


def _is_typed(found: Any) -> bool:
    return isinstance(found, dict) and all(
        name in UnpermittedForm._declared_fields
        and isinstance(values, list)
        and all(isinstance(text, str) for text in values)
        for name, values in found.items()
    )


class DraftForm(Schema):
    """What is being typed into a log form."""

    document = _Typed(required=True)


class Discarded(Schema):
    """A form whose draft is thrown away: its fields come along and are not looked at."""

    class Meta:
        """As marshmallow wants it."""

        unknown = EXCLUDE
