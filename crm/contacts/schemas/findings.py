"""Findings: what settles one, and how they are listed."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load

from crm.contacts.queries.findings import LIST, OPEN, STATES
from crm.contacts.rules.findings import Age, Cause, Effect, FindingKind, Remedy, Report
from crm.contacts.schemas.reading import DecisionShownOut
from crm.gate.fields import Cursor, Masked, Moment, SealedText, Whole, one_of
from crm.words import N_


class FindingsIn(Schema):
    """Which findings, and where the next page begins."""

    state = fields.Str(validate=one_of(STATES), load_default=OPEN)
    kind = fields.Str(validate=one_of(FindingKind))
    age = fields.Str(validate=one_of(Age))
    owner = fields.UUID()
    charged_to = fields.UUID()
    unowned = fields.Bool()
    after = Cursor(of=LIST)


class SettleIn(Schema):
    """What settles a finding; what is left out stays as it was."""

    owner_id = fields.UUID()
    due_on = fields.Date()
    cause = fields.Str(validate=one_of(Cause))
    effect = fields.Str(validate=one_of(Effect))
    remedy = fields.Str(validate=one_of(Remedy))
    report = fields.Str(validate=one_of(Report))
    words = SealedText(longest=4000)
    version = Whole(least=1)

    @post_load
    def says_something(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Refuse to write down nothing."""
        if all(value is None for name, value in values.items() if name != "version"):
            raise ValidationError({"cause": [N_("Say what is to be written down.")]})
        return values


class FindingOut(Schema):
    """A finding: the contact record that opened it, whose it is, and what has been answered.

    Of an `erased` person there is no id; the finding is settled all the same.
    """

    id = fields.UUID()
    kind = fields.Str()
    person_id = fields.UUID(allow_none=True)
    erased = fields.Bool()
    contact_id = fields.UUID()
    channel = fields.Str()
    outcome = fields.Str()
    started_at = Moment()
    mark = fields.Str(allow_none=True)
    rule = fields.Str(allow_none=True)
    citation = fields.Str(allow_none=True)
    opened_at = Moment()
    due_on = fields.Date()
    overdue = fields.Bool()
    owner_id = fields.UUID(allow_none=True)
    charged_to = fields.UUID(allow_none=True)
    cause = fields.Str(allow_none=True)
    effect = fields.Str(allow_none=True)
    remedy = fields.Str(allow_none=True)
    report = fields.Str(allow_none=True)
    closed_at = Moment(allow_none=True)
    closed_by = fields.UUID(allow_none=True)
    version = fields.Int()


class FindingsOut(Schema):
    """A page of findings, the oldest first."""

    items = fields.List(fields.Nested(FindingOut))
    next = fields.Str(allow_none=True)


class OneFindingOut(FindingOut):
    """One finding, whole."""

    words = Masked()
    missing = fields.List(fields.Str())
    decision = fields.Nested(DecisionShownOut, allow_none=True)
