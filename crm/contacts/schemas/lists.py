"""A list of people checked at once: in and out."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from crm.contacts.meter.channels import OF_KIND
from crm.contacts.queries.lists import MOST, USUAL_RATE
from crm.contacts.schemas.why import WhyOut
from crm.gate.fields import Moment, Whole, one_of
from crm.words import N_

CHANNELS = tuple(channel for channels in OF_KIND.values() for channel in channels)


class ListIn(Schema):
    """Up to 2,000 people, by which channel, and how many can be contacted in an hour."""

    people = fields.List(
        fields.UUID(),
        required=True,
        validate=validate.Length(1, MOST, error=N_("Send 1 to 2,000 people.")),
    )
    channel = fields.Str(load_default="call", validate=one_of(CHANNELS))
    an_hour = Whole(load_default=USUAL_RATE, least=1, most=100_000)

    @post_load
    def as_asked(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give lists as questions keep them."""
        return values | {"people": tuple(values["people"])}


class ListEntryOut(Schema):
    """Where one entry stands: now, today, not_today, no_way or missing."""

    person_id = fields.UUID()
    state = fields.Str()
    contact_point_id = fields.UUID(allow_none=True)
    channel = fields.Str(allow_none=True)
    target = fields.Str(allow_none=True)
    zone = fields.Str(allow_none=True)
    closes_at = Moment(allow_none=True)
    next_allowed_at = Moment(allow_none=True)
    reason = fields.Nested(WhyOut, allow_none=True)


class ListWhyOut(Schema):
    """A rule that keeps people away today: how many, from when on they are free again."""

    rule = fields.Str()
    citation = fields.Str(allow_none=True)
    people = fields.Int()
    first_free = Moment(allow_none=True)
    last_free = Moment(allow_none=True)
    waiting = fields.Int()


class ClosingOut(Schema):
    """A closing hour (null: not today), how many close then, how many the rate still reaches."""

    closes_at = Moment(allow_none=True)
    people = fields.Int()
    reached = fields.Int()
    left = fields.Int()


class StatesOut(Schema):
    """How many entries are of each state."""

    now = fields.Int()
    today = fields.Int()
    not_today = fields.Int()
    no_way = fields.Int()
    missing = fields.Int()


class CheckedOut(Schema):
    """What a list comes to."""

    total = fields.Int()
    counts = fields.Nested(StatesOut)
    whys = fields.List(fields.Nested(ListWhyOut))
    an_hour = fields.Int()
    closings = fields.List(fields.Nested(ClosingOut))


class ListOut(CheckedOut):
    """What a list comes to, and one answer an entry, in their order."""

    items = fields.List(fields.Nested(ListEntryOut))
