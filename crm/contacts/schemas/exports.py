"""Files of refusals: what is asked for, and how far one is."""

from marshmallow import Schema, fields

from crm.gate.fields import Moment


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
