"""Files of lists: what is asked for, and how far one is."""

from marshmallow import Schema, fields

from crm.contacts.rules.causes import TakenFor
from crm.gate.fields import Moment, SealedText, Text, one_of
from crm.gate.listing import LONGEST_QUERY


class ExportIn(Schema):
    """The filters of a list as its address has them, what its file is for, and why."""

    query = Text(longest=LONGEST_QUERY, load_default="")
    purpose = fields.Str(required=True, validate=one_of(TakenFor))
    reason = SealedText(required=True, longest=200)


class ExportAskedOut(Schema):
    """A file that is being written, and the job that writes it."""

    id = fields.UUID()
    job_id = fields.UUID()


class ExportOut(ExportAskedOut):
    """A file: of which list, what for; writing, ready, gone or failed."""

    list = fields.Str()
    purpose = fields.Str()
    state = fields.Str()
    asked_at = Moment()
    rows = fields.Int(allow_none=True)
    until = Moment(allow_none=True)
