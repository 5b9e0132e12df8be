"""A person's coming week, as it is read."""

from marshmallow import Schema, fields

from crm.contacts.schemas.why import WhyOut
from crm.gate.fields import Masked


class PartOut(Schema):
    """A part of a local day, in minutes of its clock: opening inclusive, closing exclusive."""

    opens = fields.Int()
    closes = fields.Int()
    allowed = fields.Bool()
    reasons = fields.List(fields.Nested(WhyOut))


class DayOut(Schema):
    """One local day; what is over of today is in no part."""

    day = fields.Date()
    parts = fields.List(fields.Nested(PartOut))


class WayOut(Schema):
    """One way to reach somebody, on the clock of `zone`."""

    channel = fields.Str()
    contact_point_id = fields.UUID(attribute="contact_point.id")
    contact_point = Masked(attribute="contact_point.label")
    target = fields.Str()
    zone = fields.Str()
    zones = fields.List(fields.Str())
    days = fields.List(fields.Nested(DayOut))


class WeekOut(Schema):
    """The coming seven days of a person."""

    id = fields.UUID()
    ways = fields.List(fields.Nested(WayOut))
