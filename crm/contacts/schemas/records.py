"""Contact records, corrections and verification: in and out."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from crm.contacts.actions.records import LogContact
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.meter.words import EMOTIONS
from crm.contacts.outcomes import codes, outcome_of
from crm.contacts.rules.causes import Instead, NotSaid, Unasked
from crm.contacts.rules.script import Tick
from crm.contacts.rules.verifying import ITEMS
from crm.contacts.rules.when import LONGEST
from crm.contacts.schemas.permits import DecisionOut, ProposedIn
from crm.contacts.schemas.said import SaidField
from crm.gate.action import Action
from crm.gate.fields import Moment, SealedText, Text, Whole, one_of
from crm.rulebook.moments import zone_names
from crm.rulebook.vocabulary import Channel, Direction, Outcome
from crm.words import N_

MOST_SAID = 20
_LOANS = validate.Length(1, 50, error=N_("Name 1 to 50 loans, or leave this out."))
_CODE = validate.Length(max=8)


class _Told(Schema):
    """What every record may tell."""

    outcome = fields.Str(validate=one_of(word for word in Outcome if word != Outcome.PENDING))
    code = fields.Str(validate=_CODE)
    ended_at = Moment()
    note = SealedText(longest=4000)
    emotion = fields.Str(validate=one_of(EMOTIONS))
    said = fields.List(SaidField(), validate=validate.Length(max=MOST_SAID))

    @validates_schema
    def has_known_code(self, values: Mapping[str, Any], **_: Any) -> None:
        """Know the code."""
        if "code" in values and values["code"] not in codes():
            raise ValidationError({"code": [N_("There is no such code.")]})

    @post_load
    def as_kept(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give lists as actions keep them."""
        for name in ("said", "script", "discussed_loan_ids", "loan_ids"):
            if name in values:
                values[name] = tuple(values[name])
        return values


class TickIn(Schema):
    """A line of the script that was said, and which of its versions."""

    line = fields.Str(required=True, validate=validate.Length(1, 40))
    version = Whole(required=True, least=1)

    @post_load
    def as_kept(self, values: dict[str, Any], **_: Any) -> Tick:
        """Give it as actions keep it."""
        return Tick(**values)


class ContactIn(_Told):
    """A contact record: under its `permit_id`, or without a permit all that it would say."""

    permit_id = fields.UUID()
    discussed_loan_ids = fields.List(fields.UUID(), validate=_LOANS)
    script = fields.List(fields.Nested(TickIn), validate=validate.Length(max=MOST_SAID))
    script_unsaid = fields.Bool(truthy={True}, falsy={False})
    person_id = fields.UUID()
    contact_point_id = fields.UUID(allow_none=True)
    channel = fields.Str(validate=one_of(Channel))
    direction = fields.Str(validate=one_of(Direction))
    started_at = Moment()
    reason = fields.Str(validate=one_of(Unasked))
    loan_ids = fields.List(fields.UUID(), validate=_LOANS)
    proposed = fields.Nested(ProposedIn)

    @validates_schema
    def is_one_or_the_other(self, values: Mapping[str, Any], **_: Any) -> None:
        """Ask for what the record needs, and refuse what belongs to the other sort."""
        missing, strange = _needed(values) - values.keys(), _strange(values) & values.keys()
        faults = {name: [N_("This is required.")] for name in missing}
        faults |= {name: [N_("Leave this out: the permit says it.")] for name in strange}
        if "outcome" not in values and "code" not in values:
            faults["outcome"] = [N_("This is required.")]
        if faults:
            raise ValidationError(faults)

    @post_load
    def complete(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Without a permit the contact point may be unknown; a code stands for an outcome."""
        inbound = values.get("direction") == Direction.INBOUND
        if "permit_id" not in values:
            values.setdefault("contact_point_id", None)
        return _with_outcome(values, values.get("channel", ""), inbound=inbound)


class ColleagueContactIn(_Told):
    """The record of a contact that a colleague made, and why somebody else writes it down."""

    reason = fields.Str(required=True, validate=one_of(Instead))
    discussed_loan_ids = fields.List(fields.UUID(), validate=_LOANS)

    @validates_schema
    def has_outcome(self, values: Mapping[str, Any], **_: Any) -> None:
        """Ask for an outcome, or a code that stands for one."""
        if "outcome" not in values and "code" not in values:
            raise ValidationError({"outcome": [N_("This is required.")]})

    @post_load
    def complete(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A code stands for an outcome."""
        return _with_outcome(values, "", inbound=False)


def _with_outcome(values: dict[str, Any], channel: str, *, inbound: bool) -> dict[str, Any]:
    if "outcome" in values:
        return values
    return values | {"outcome": outcome_of(values["code"], channel, inbound=inbound)}


_WITHOUT_PERMIT = {"person_id", "channel", "direction", "started_at"}


def _needed(values: Mapping[str, Any]) -> set[str]:
    return set() if "permit_id" in values else _WITHOUT_PERMIT


def _strange(values: Mapping[str, Any]) -> set[str]:
    if "permit_id" not in values:
        return {"discussed_loan_ids", "script_unsaid"}
    return _WITHOUT_PERMIT | {"contact_point_id", "reason", "loan_ids", "proposed"}


def record_of(values: Mapping[str, Any]) -> type[Action]:
    """Return the action a contact record means: under its permit, or without one."""
    return LogContact if "permit_id" in values else LogUnpermitted


class WithdrawIn(Schema):
    """Why something was not said, which a second person is told."""

    reason = fields.Str(validate=one_of(NotSaid))


class CorrectionIn(_Told):
    """What of a record was wrong; what is left out stays as it was.

    A code without an outcome brings the one that it stands for in such a contact.
    """

    discussed_loan_ids = fields.List(fields.UUID(), validate=_LOANS)
    contact_point_id = fields.UUID()
    started_at = Moment()


class CallbackOut(Schema):
    """A call asked for, and whether it will be lawful then.

    `on_consent`: only because it was asked for; `instead` is the next time that is lawful without
    it. `in_breach`: asked in a contact that was refused, `unproven`: by somebody else, or by
    somebody of whom nobody made sure; then it is no consent.
    """

    at = Moment()
    lawful = fields.Bool()
    on_consent = fields.Bool()
    in_breach = fields.Bool()
    unproven = fields.Bool()
    instead = Moment(allow_none=True)
    decision = fields.Nested(DecisionOut)


class CallBackTimeIn(Schema):
    """Words that name a time, such as "tomorrow 10:00" or "+2h", and the clock they are said on."""

    words = Text(required=True, longest=LONGEST)
    zone = fields.Str(required=True, validate=validate.OneOf(sorted(zone_names())))


class CallBackCheckIn(CallBackTimeIn):
    """The same for one person: will the call be lawful then?

    `permit_id`: the call under way; `inbound`: asked for in a call that came in, just now;
    `record_id`: to be added to that record; `channel`: of what comes in, a call where left out;
    `started_at`: when it began, if not just now.
    """

    contact_point_id = fields.UUID()
    permit_id = fields.UUID()
    record_id = fields.UUID()
    more_calls = fields.Bool(load_default=False)
    inbound = fields.Bool(load_default=False)
    channel = fields.Str(validate=one_of(Channel))
    started_at = Moment()


class CallBackTimeOut(Schema):
    """The instant, and how the clock of that zone shows it."""

    at = Moment()
    local = fields.Str()
    zone = fields.Str()


class CallBackCheckOut(CallbackOut):
    """Whether it will be lawful, and when that is on the clock of the zone."""

    local = fields.Str()
    zone = fields.Str()


class ContactOut(Schema):
    """A record just made."""

    id = fields.UUID()
    mark = fields.Str()
    decision = fields.Nested(DecisionOut)
    callbacks = fields.List(fields.Nested(CallbackOut))


class VerificationIn(Schema):
    """What the person speaking answered: under a permit, in an inbound contact, or as a caller."""

    permit_id = fields.UUID()
    inbound_id = fields.UUID()
    caller_id = fields.UUID()
    item = fields.Str(required=True, validate=one_of(ITEMS))
    answer = SealedText(required=True, longest=300)


class VerificationOut(Schema):
    """Whether it matches; what was answered is not kept."""

    matches = fields.Bool()
