"""The list of contact records: its filters, and what it gives."""

from marshmallow import Schema, fields

from crm.contacts.meter.words import OUTCOMES
from crm.contacts.queries.contacts import DIRECTIONS, LIST, MARKED
from crm.gate.fields import Cursor, Day, Masked, Moment, one_of
from crm.rulebook.vocabulary import Channel


class ContactFiltersIn(Schema):
    """Filters of contact records; days are those of one's own zone, `until` not included."""

    since = Day()
    until = Day()
    channel = fields.Str(validate=one_of(Channel))
    outcome = fields.Str(validate=one_of(OUTCOMES))
    direction = fields.Str(validate=one_of(DIRECTIONS))
    mark = fields.Str(validate=one_of(MARKED))
    unlawful = fields.Bool()
    by = fields.UUID()
    team = fields.UUID()


class ContactsIn(ContactFiltersIn):
    """The filters, and where the next page begins."""

    before = Cursor(of=LIST)


class ContactLineOut(Schema):
    """A contact record as a line of the list; the newest where one was corrected."""

    id = fields.UUID()
    at = Moment()
    person_id = fields.UUID()
    person = Masked()
    channel = fields.Str()
    direction = fields.Str()
    outcome = fields.Str()
    mark = fields.Str(allow_none=True)
    permit_id = fields.UUID(allow_none=True)
    by = fields.UUID()
    allowed = fields.Bool(allow_none=True)
    rule = fields.Str(allow_none=True)
    citation = fields.Str(allow_none=True)


class ContactsOut(Schema):
    """A page of contact records, newest first."""

    items = fields.List(fields.Nested(ContactLineOut))
    next = fields.Str(allow_none=True)
