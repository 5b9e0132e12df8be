"""Permits: what is asked for, and what is answered."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from crm.contacts.actions.batch import AT_MOST, Wanted
from crm.contacts.rules.causes import Unlogged
from crm.gate.fields import Moment, one_of
from crm.rulebook.vocabulary import Account, Agent, Channel, Format, Ground, Purpose, Whereabouts
from crm.words import N_

MOST_LOANS = 50
_SOME_LOANS = validate.Length(1, MOST_LOANS, error=N_("Name 1 to 50 loans, or leave this out."))


class ProposedIn(Schema):
    """What of a contact only the asker can know, in the contract's words."""

    purpose = fields.Str(validate=one_of(Purpose))
    ground = fields.Str(validate=one_of(Ground))
    in_reply_to_at = Moment()
    in_reply_to_channel = fields.Str(validate=one_of(Channel))
    agent = fields.Str(validate=one_of(Agent))
    discloses_debt = fields.Bool(truthy={True}, falsy={False})
    identity_verified = fields.Bool(truthy={True}, falsy={False})
    opt_out_notice = fields.Bool(truthy={True}, falsy={False})
    announced = fields.Bool(truthy={True}, falsy={False})
    format = fields.Str(validate=one_of(Format))
    account = fields.Str(validate=one_of(Account))
    borrower_at = fields.Str(validate=one_of(Whereabouts))

    @post_load
    def as_contract(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Write instants as the contract does."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in values.items()
        }


class CallIn(Schema):
    """A call to be reserved and started at once."""

    person_id = fields.UUID(required=True)
    contact_point_id = fields.UUID(required=True)
    loan_ids = fields.List(fields.UUID(), validate=_SOME_LOANS)
    proposed = fields.Nested(ProposedIn)

    @post_load
    def as_asked(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give lists as actions keep them."""
        if "loan_ids" in values:
            values["loan_ids"] = tuple(values["loan_ids"])
        return values


class PermitIn(CallIn):
    """A contact somebody means to make."""

    channel = fields.Str(required=True, validate=one_of(Channel))
    at = Moment()


class BatchIn(Schema):
    """Up to 500 contacts; with `all`, all of them or none."""

    items = fields.List(
        fields.Nested(PermitIn),
        required=True,
        validate=validate.Length(1, AT_MOST, error=N_("Send 1 to 500 items.")),
    )
    all = fields.Bool(truthy={True}, falsy={False})

    @post_load
    def as_asked(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give items as the action keeps them."""
        return values | {"items": tuple(Wanted(**item) for item in values["items"])}


class CloseIn(Schema):
    """Why a started contact is closed as outcome unknown."""

    reason = fields.Str(required=True, validate=one_of(Unlogged))


class DecisionOut(Schema):
    """The contract's decision (contact_decision.schema.json)."""

    allowed = fields.Bool()
    reasons = fields.List(fields.Dict())
    next_allowed_at = fields.Str(allow_none=True)
    rulebooks = fields.List(fields.Dict())
    engine = fields.Str()
    facts_digest = fields.Str()


class PermitOut(Schema):
    """A permit that was given."""

    id = fields.UUID()
    expires_at = Moment()
    decision = fields.Nested(DecisionOut)


class AnswerOut(Schema):
    """What one item of a batch was told: reserved, refused, missing or invalid."""

    status = fields.Str()
    id = fields.UUID()
    expires_at = Moment()
    decision = fields.Nested(DecisionOut)
    faults = fields.Dict(data_key="fields", attribute="fields")


class BatchOut(Schema):
    """One answer an item, in their order."""

    items = fields.List(fields.Nested(AnswerOut))


class DialOut(Schema):
    """The number or address, for its holder alone, until that instant."""

    number = fields.Str()
    until = Moment()


class StartOut(Schema):
    """When a contact began, and within its first minute what to dial."""

    started_at = Moment()
    dial = fields.Nested(DialOut)


class BegunOut(StartOut):
    """A call reserved and started: its permit, since when, and what to dial."""

    id = fields.UUID()


class IdOut(Schema):
    """The id of what was made or changed."""

    id = fields.UUID()
