"""Files of refusals: what is asked for, and how far one is."""

from marshmallow import Schema, fields

from crm.contacts.queries.refusals import KINDS
from crm.gate.fields import Moment, Text, Whole, one_of


class ExportIn(Schema):
    """The filters of the list, as the list has them."""

    kind = fields.Str(validate=one_of(KINDS))
    rule = Text(longest=80)
    by = fields.UUID()
    since = fields.Date()
    until = fields.Date()
    team = fields.UUID()
    weekday = Whole(most=6)
    hour = Whole(most=23)


class ExportAskedOut(Schema):
    """A file that is being written, and the job that writes it."""

    id = fields.UUID()
    job_id = fields.UUID()


class ExportOut(ExportAskedOut):
    """A file: writing, ready, gone or failed."""

    state = fields.Str()
    asked_at = Moment()
    rows = fields.Int(allow_none=True)
    until = Moment(allow_none=True)
