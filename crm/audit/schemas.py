"""What comes in and goes out about the ledger."""

from marshmallow import Schema, fields

from crm.audit.entry import Outcome
from crm.audit.queries import LIST
from crm.gate.fields import Cursor, Masked, Moment, Text, Whole, one_of


class EntriesIn(Schema):
    """Filters of the ledger; `action` is a name or its beginning, `until` is not included."""

    actor_id = fields.UUID()
    subject_id = fields.UUID()
    action = Text(longest=80)
    outcome = fields.Str(validate=one_of(Outcome))
    since = Moment()
    until = Moment()
    after = Cursor(of=LIST)


class EntryOut(Schema):
    """One entry; `number` is its place in the tree, null while it waits for one."""

    id = fields.UUID()
    number = fields.Int(allow_none=True)
    at = Moment()
    actor_id = fields.UUID()
    actor_role = fields.Str()
    actor = Masked()
    action = fields.Str()
    outcome = fields.Str()
    subject_type = fields.Str(allow_none=True)
    subject_id = fields.UUID(allow_none=True)
    rule = fields.Str(allow_none=True)
    rows = fields.List(fields.Str())


class EntriesOut(Schema):
    """A page of entries, newest first."""

    items = fields.List(fields.Nested(EntryOut))
    next = fields.Str(allow_none=True)


class WholeEntryOut(EntryOut):
    """One entry with its exact words and the hash of its leaf."""

    entry = fields.Dict()
    leaf = fields.Str()
    sealed_at = Moment(allow_none=True)


class CheckpointOut(Schema):
    """The newest checkpoint, a C2SP signed note; null before the first."""

    note = fields.Str(allow_none=True)


class InclusionOut(Schema):
    """Hashes in hexadecimal, from the leaf's sibling up to the root (RFC 6962)."""

    index = fields.Int()
    size = fields.Int()
    root = fields.Str()
    path = fields.List(fields.Str())


class ConsistencyIn(Schema):
    """Two sizes that the tree has had."""

    older = Whole(required=True, data_key="from", least=1)
    newer = Whole(required=True, data_key="to", least=1)


class ConsistencyOut(Schema):
    """Hashes in hexadecimal (RFC 6962)."""

    older = fields.Int(data_key="from")
    newer = fields.Int(data_key="to")
    path = fields.List(fields.Str())


class VerificationOut(Schema):
    """The job that verifies."""

    id = fields.UUID()
