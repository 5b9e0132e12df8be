"""What comes in and goes out about requests and jobs."""

from marshmallow import Schema, fields

from crm.gate.approvals import RequestState
from crm.gate.fields import Cursor, Masked, Moment, one_of
from crm.gate.queries import LIST, MINE


class ApprovalsIn(Schema):
    """Which requests."""

    state = fields.Str(validate=one_of(RequestState))
    after = Cursor(of=LIST)


class MyRequestsIn(Schema):
    """Which page of one's own requests."""

    after = Cursor(of=MINE)


class ApprovalOut(Schema):
    """A request: who asked for what, by which rule it needs someone else, and what came of it."""

    id = fields.UUID()
    action = fields.Str()
    needs = fields.Str(allow_none=True)
    rule = fields.Str()
    contents = fields.Dict(keys=fields.Str())
    state = fields.Str()
    requested_by = fields.UUID()
    requester = Masked()
    requested_at = Moment()
    subject_type = fields.Str(allow_none=True)
    subject_id = fields.UUID(allow_none=True)
    person_id = fields.UUID(allow_none=True)
    decided_by = fields.UUID(allow_none=True)
    decider = Masked()
    decided_at = Moment(allow_none=True)
    mine = fields.Bool()


class ApprovalsOut(Schema):
    """A page of requests."""

    items = fields.List(fields.Nested(ApprovalOut))
    next = fields.Str(allow_none=True)


class DecidedOut(Schema):
    """The request that was decided, and the id of what the action made or changed."""

    id = fields.UUID()


class JobOut(Schema):
    """A job: ready, running, done, failed or cancelled, and its figures."""

    id = fields.UUID()
    kind = fields.Str()
    state = fields.Str()
    progress = fields.Dict(keys=fields.Str())
    asked_at = Moment()
    ended_at = Moment(allow_none=True)
    cancel_asked = fields.Bool()
    fault = fields.Str(allow_none=True)
