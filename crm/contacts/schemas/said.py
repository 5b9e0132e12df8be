"""What can have been said, one shape a kind; a higher room builds its action from these."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from crm.borrowers.rules.points import PointKind
from crm.contacts.actions.said import Said
from crm.contacts.rules.said import RELATIONS, Breadth, Kind
from crm.gate.fields import Moment, SealedText, Text, Whole, one_of
from crm.rulebook.vocabulary import Channel, Place
from crm.words import N_

MOST_MINOR = 10**15
_CLOCK = validate.Regexp(
    r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", error=N_("Give a time of day as HH:MM.")
)


class SaidIn(Schema):
    """What every kind may carry: the loan it was about, and the person's own words."""

    loan_id = fields.UUID()
    words = SealedText(longest=2000)


_WHATEVER = (Breadth.HERE, Breadth.WORK, Breadth.HOURS, Breadth.EVERYTHING)


class OptOutIn(SaidIn):
    """What is to stop, the narrowest first: this number or address (by this medium, or `here` by
    whatever medium), contact at work, some hours or days, a medium whatever the number, or
    everything.
    """

    breadth = fields.Str(validate=one_of(Breadth))
    channel = fields.Str(validate=one_of(Channel))
    opens = fields.Str(validate=_CLOCK, data_key="from", attribute="from")
    to = fields.Str(validate=_CLOCK)
    days = fields.List(Whole(least=1, most=7), validate=validate.Length(1, 7))

    @validates_schema
    def is_whole(self, values: Mapping[str, Any], **_: Any) -> None:
        """Ask for the hours or days that are meant, and take them with nothing else."""
        named = {"from", "to", "days"} & values.keys()
        if values.get("breadth") == Breadth.HOURS and not named:
            raise ValidationError({"from": [N_("Say on which days or between which hours.")]})
        if named and values.get("breadth") != Breadth.HOURS:
            only = N_("Only an opt-out of hours names hours.")
            raise ValidationError({name: [only] for name in sorted(named)})
        if "channel" in values and values.get("breadth") in _WHATEVER:
            only = N_("Leave this out: it holds by every medium.")
            raise ValidationError({"channel": [only]})


class CallbackIn(SaidIn):
    """A call asked for at an instant; `more_calls`: beyond what the limits would allow."""

    at = Moment(required=True)
    more_calls = fields.Bool(truthy={True}, falsy={False})


class PromiseIn(SaidIn):
    """A promise to pay: an amount in minor units, its currency, and the day it is due.

    `channel` is how it will be paid; `proposed_by` who named the amount; `partial` that less than
    all may come; `reminder` that the person agrees to be reminded; `read_back` that it was read
    back and confirmed.
    """

    amount = Whole(required=True, least=1, most=MOST_MINOR)
    currency = fields.Str(
        required=True, validate=validate.Regexp(r"^[A-Z]{3}$", error=N_("Such as CNY or USD."))
    )
    due_on = fields.Date(required=True)
    channel = Text(longest=40)
    proposed_by = fields.Str(validate=one_of(("person", "us")))
    part = fields.Bool(truthy={True}, falsy={False}, data_key="partial", attribute="partial")
    reminder = fields.Bool(truthy={True}, falsy={False})
    read_back = fields.Bool(truthy={True}, falsy={False})


class DisputeIn(SaidIn):
    """A debt contested, whole or in part (minor units)."""

    type = fields.Str(
        validate=one_of(
            (
                "not_mine",
                "identity_theft",
                "amount",
                "paid",
                "service",
                "fees",
                "time_barred",
                "other",
            )
        )
    )
    amount = Whole(least=1, most=MOST_MINOR)
    validation_period_ends = fields.Date()


class HardshipIn(SaidIn):
    """Trouble that keeps somebody from paying."""

    reason = fields.Str(
        validate=one_of(
            (
                "unemployment",
                "income_cut",
                "illness",
                "family",
                "business",
                "over_indebted",
                "disaster",
                "fraud",
                "other",
            )
        )
    )


class NewNumberIn(SaidIn):
    """A number or address by which the person, or the borrower, is reached."""

    kind = fields.Str(required=True, validate=one_of(PointKind), data_key="point", attribute="kind")
    value = SealedText(required=True, longest=300)
    place = fields.Str(validate=one_of(Place))
    country = fields.Str(validate=validate.Length(2, 2))
    region = fields.Str(validate=validate.Length(max=8))


class InconvenientTimeIn(SaidIn):
    """Days (1 is Monday) or hours of the person's clock at which he is not to be disturbed."""

    opens = fields.Str(validate=_CLOCK, data_key="from", attribute="from")
    to = fields.Str(validate=_CLOCK)
    days = fields.List(Whole(least=1, most=7), validate=validate.Length(1, 7))


class SomebodyElseIn(SaidIn):
    """Who took a call instead of the person, as he says, and whether he passes a message on."""

    relation = fields.Str(validate=one_of(RELATIONS))
    passes_on = fields.Bool(truthy={True}, falsy={False})


SHAPES: Mapping[str, type[SaidIn]] = {
    **dict.fromkeys(map(str, Kind), SaidIn),
    Kind.OPT_OUT: OptOutIn,
    Kind.CALLBACK: CallbackIn,
    Kind.PROMISE: PromiseIn,
    Kind.DISPUTE: DisputeIn,
    Kind.HARDSHIP: HardshipIn,
    Kind.NEW_NUMBER: NewNumberIn,
    Kind.INCONVENIENT_TIME: InconvenientTimeIn,
    Kind.SOMEBODY_ELSE: SomebodyElseIn,
}


class SaidField(fields.Field[Any]):
    """One thing that was said, by the shape of its `kind`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Said:
        if not isinstance(value, dict):
            raise ValidationError(N_("Send an object with a kind."))
        kind = value.get("kind")
        shape = SHAPES.get(kind) if isinstance(kind, str) else None
        if shape is None:
            raise ValidationError({"kind": [one_of(SHAPES).error]})
        rest = {name: given for name, given in value.items() if name != "kind"}
        return said_of(str(kind), shape().load(rest))


def said_of(kind: str, values: Mapping[str, Any]) -> Said:
    """Return one item of loaded values, its plain fields as JSON has them."""
    own = {"loan_id", "words", "value"}
    plain = {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in values.items()
        if name not in own
    }
    return Said(
        kind=kind,
        loan_id=values.get("loan_id"),
        fields=plain,
        value=values.get("value"),
        words=values.get("words"),
    )
