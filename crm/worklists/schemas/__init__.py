"""What comes in and goes out about one's work."""

from marshmallow import Schema, fields, validate

from crm.contacts.queries.lists import USUAL_RATE
from crm.contacts.schemas.lists import CHANNELS
from crm.gate.fields import Cursor, Masked, Moment, Whole, one_of
from crm.worklists.queries import BUCKETS, LIST, MOST
from crm.worklists.rules import SHOWS, SORTS


class WorkIn(Schema):
    """Filters of the list, its order, and where its next page begins."""

    show = fields.Str(validate=one_of(SHOWS))
    bucket = fields.Str(validate=one_of(BUCKETS))
    mine = fields.Bool()
    sort = fields.Str(validate=one_of(SORTS))
    after = Cursor(of=LIST)


class CheckIn(Schema):
    """By which channel one's people are checked, and how many can be contacted in an hour."""

    channel = fields.Str(load_default="call", validate=one_of(CHANNELS))
    an_hour = Whole(load_default=USUAL_RATE, least=1, most=100_000)
    bucket = fields.Str(validate=one_of(BUCKETS))
    mine = fields.Bool()


class NextIn(Schema):
    """Whom one has open, at which place of which list, and which way one goes."""

    person = fields.UUID(required=True)
    work = Whole(required=True, most=MOST)
    step = fields.Int(load_default=1, validate=validate.OneOf((1, -1), error=one_of((1, -1)).error))
    show = fields.Str(validate=one_of(SHOWS))
    bucket = fields.Str(validate=one_of(BUCKETS))
    mine = fields.Bool()
    sort = fields.Str(validate=one_of(SORTS))


class ReasonOut(Schema):
    """Why a line is refused, needs something first, or is near its limit."""

    rule = fields.Str()
    effect = fields.Str()
    citation = fields.Str()
    why = fields.Str(attribute="sentence")
    used = fields.Int(allow_none=True)
    limit = fields.Int(allow_none=True)
    until = Moment(allow_none=True)
    event = fields.Str(allow_none=True)


class LineOut(Schema):
    """One line of the meter."""

    channel = fields.Str()
    contact_point_id = fields.UUID(attribute="contact_point.id")
    target = fields.Str()
    allowed = fields.Bool()
    soon = fields.Bool()
    next_allowed_at = Moment(allow_none=True)
    closes_at = Moment(allow_none=True)
    zone = fields.Str()
    reasons = fields.List(fields.Nested(ReasonOut))


class WorkItemOut(Schema):
    """One person of the list."""

    person_id = fields.UUID(attribute="id")
    name = Masked()
    state = fields.Str()
    line = fields.Nested(LineOut, allow_none=True)
    days_past_due = fields.Int(allow_none=True)
    bucket = fields.Str(allow_none=True)
    overdue = fields.Int(allow_none=True)
    currency = fields.Str(allow_none=True)
    loans = fields.Int()
    care = fields.Bool()
    permit_id = fields.UUID(allow_none=True)
    place = fields.Int()


class CountsOut(Schema):
    """How many people are in each state."""

    now = fields.Int()
    later = fields.Int()
    never = fields.Int()


class WorkOut(Schema):
    """A page of the list, lawful now first."""

    items = fields.List(fields.Nested(WorkItemOut))
    counts = fields.Nested(CountsOut)
    next = fields.Str(allow_none=True)
