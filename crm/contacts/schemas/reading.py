"""Contact records, permits and refusals as they are read."""

from marshmallow import Schema, fields

from crm.contacts.queries.refusals import KINDS
from crm.contacts.queries.refusals import LIST as REFUSALS
from crm.contacts.queries.timeline import KINDS as TIMELINE
from crm.contacts.queries.timeline import LIST as CONTACTS
from crm.gate.fields import Cursor, Day, Masked, Moment, Text, Whole, one_of


class PageIn(Schema):
    """Where the next page begins, and contacts of which kind it has."""

    before = Cursor(of=CONTACTS)
    kind = fields.Str(validate=one_of(TIMELINE))


class RefusalFiltersIn(Schema):
    """Filters of what was refused or unpermitted; days are those of one's own zone."""

    kind = fields.Str(validate=one_of(KINDS))
    rule = Text(longest=80)
    by = fields.UUID()
    since = Day()
    until = Day()
    team = fields.UUID()
    weekday = Whole(most=6)
    hour = Whole(most=23)


class RefusalsIn(RefusalFiltersIn):
    """The filters, and where the next page begins."""

    before = Cursor(of=REFUSALS)


class PermitStateOut(Schema):
    """A permit, and where it stands."""

    id = fields.UUID()
    person_id = fields.UUID()
    contact_point_id = fields.UUID()
    channel = fields.Str()
    target = fields.Str()
    purpose = fields.Str()
    loan_ids = fields.List(fields.Str())
    reserved_by = fields.UUID()
    reserved_at = Moment()
    planned_at = Moment()
    expires_at = Moment()
    state = fields.Str()
    started_at = Moment(allow_none=True)
    contact_id = fields.UUID(allow_none=True)


class SaidOut(Schema):
    """One thing that was said; its words as their viewer may know them.

    `withdrawn_at`: when it was taken back, as not said.
    """

    id = fields.UUID()
    contact_id = fields.UUID()
    kind = fields.Str()
    loan_id = fields.UUID(allow_none=True)
    document = Masked()
    withdrawn_at = Moment(allow_none=True)
    withdrawn_by = fields.Str(allow_none=True)


class RecordLineOut(Schema):
    """A contact record as a line of the timeline."""

    id = fields.UUID()
    person_id = fields.UUID()
    contact_point_id = fields.UUID(allow_none=True)
    permit_id = fields.UUID(allow_none=True)
    corrects_id = fields.UUID(allow_none=True)
    channel = fields.Str()
    direction = fields.Str()
    target = fields.Str()
    purpose = fields.Str()
    outcome = fields.Str()
    code = fields.Str(allow_none=True)
    mark = fields.Str(allow_none=True)
    reason = fields.Str(allow_none=True)
    made_by = Masked()
    loan_ids = fields.List(fields.Str())
    started_at = Moment()
    ended_at = Moment(allow_none=True)
    recorded_at = Moment()
    recorded_by = fields.UUID()
    emotion = fields.Str(allow_none=True)
    note = Masked()
    said = fields.List(fields.Nested(SaidOut))
    allowed = fields.Bool(allow_none=True)
    rule = fields.Str(allow_none=True)
    citation = fields.Str(allow_none=True)
    decision_id = fields.UUID(allow_none=True)


class RecordsOut(Schema):
    """A page of a person's contacts, newest first."""

    items = fields.List(fields.Nested(RecordLineOut))
    next = fields.Str(allow_none=True)


class DecisionShownOut(Schema):
    """The decision behind a record: what was judged, and why."""

    id = fields.UUID()
    at = Moment()
    allowed = fields.Bool()
    rule = fields.Str(allow_none=True)
    next_allowed_at = Moment(allow_none=True)
    engine = fields.Str()
    reasons = fields.List(fields.Dict(), allow_none=True)
    rulebooks = fields.List(fields.Dict())


class EntryOut(Schema):
    """The entry in the ledger that made a record; its number once it has its place."""

    id = fields.UUID()
    number = fields.Int(allow_none=True)


class TickOut(Schema):
    """A line of the script: said, or needed and not said."""

    line = fields.Str()
    version = fields.Int(attribute="wording")
    said = fields.Bool()


class RecordOut(RecordLineOut):
    """One contact record, whole."""

    script = fields.List(fields.Nested(TickOut))

    corrected_by_id = fields.UUID(allow_none=True)
    decision = fields.Nested(DecisionShownOut, allow_none=True)
    entry = fields.Nested(EntryOut, allow_none=True)


class RefusalOut(Schema):
    """A refused contact (its decision's id), or one without a permit (its record's id)."""

    id = fields.UUID()
    kind = fields.Str(allow_none=True)
    asked_for = fields.Str()
    at = Moment()
    person_id = fields.UUID()
    channel = fields.Str()
    outcome = fields.Str(allow_none=True)
    rule = fields.Str(allow_none=True)
    citation = fields.Str(allow_none=True)
    next_allowed_at = Moment(allow_none=True)
    by = fields.UUID()


class RefusalsOut(Schema):
    """A page of refused and unpermitted contacts, newest first."""

    items = fields.List(fields.Nested(RefusalOut))
    next = fields.Str(allow_none=True)
