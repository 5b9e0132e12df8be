"""What comes in and goes out about requests and jobs."""

from typing import Any

from marshmallow import Schema, fields, validate

from crm.audit.entry import plain
from crm.gate.approvals import RequestState
from crm.gate.fields import Cursor, Masked, Moment, SealedText, Text, one_of
from crm.gate.listing import LONGEST_NAME, LONGEST_QUERY
from crm.gate.queries import LIST, MINE


class ApprovalsIn(Schema):
    """Which requests."""

    state = fields.Str(validate=one_of(RequestState))
    after = Cursor(of=LIST)


class MyRequestsIn(Schema):
    """Which page of one's own requests."""

    after = Cursor(of=MINE)


class ApproveIn(Schema):
    """Why one agrees, if one says it."""

    reason = SealedText(longest=500)


class DeclineIn(Schema):
    """Why one does not agree."""

    reason = SealedText(required=True, longest=500)


class _Plain(fields.Field[Any]):
    """A value as the ledger writes it."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return plain(value)


class ChangeOut(Schema):
    """A field that is asked to change: what it holds, and what it would hold."""

    name = fields.Str()
    before = _Plain(allow_none=True)
    after = _Plain(allow_none=True)


class PrecedentOut(Schema):
    """How many such requests were decided in ninety days, and agreed to."""

    decided = fields.Int()
    approved = fields.Int()


class ApprovalOut(Schema):
    """A request: who asked for what, by which rule it needs someone else, and what came of it."""

    id = fields.UUID()
    action = fields.Str()
    needs = fields.Str(allow_none=True)
    rule = fields.Str()
    contents = fields.Dict(keys=fields.Str())
    changes = fields.List(fields.Nested(ChangeOut))
    person = Masked()
    number = Masked()
    expires_at = Moment()
    precedent = fields.Nested(PrecedentOut)
    of_requester = fields.Nested(PrecedentOut)
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
    decided_because = Masked()
    mine = fields.Bool()
    nobody = fields.Bool()  # of one's own: no other account may decide it now


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


class ShapeIn(Schema):
    """Which columns of a list one sees (absent: all), and whether its lines stand close."""

    columns = fields.List(fields.Str(), validate=validate.Length(max=50))
    dense = fields.Bool(load_default=False)


class ViewIn(Schema):
    """A view to be kept: its name, the filters of its address, and for whom it is."""

    name = SealedText(required=True, longest=LONGEST_NAME)
    query = Text(longest=LONGEST_QUERY, load_default="")
    for_team = fields.Bool(load_default=False)
    pinned = fields.Bool(load_default=False)
    columns = fields.List(fields.Str(), validate=validate.Length(max=50))


class ViewChangeIn(Schema):
    """What of a view is changed; what is left out stays."""

    name = SealedText(longest=LONGEST_NAME)
    query = Text(longest=LONGEST_QUERY)
    pinned = fields.Bool()


class FirstViewIn(Schema):
    """The view with which a list opens; left out: the whole list."""

    view_id = fields.UUID()


class ViewOut(Schema):
    """A view of a list: one's own, or one's team's."""

    id = fields.UUID()
    name = Masked()
    query = fields.Str()
    columns = fields.List(fields.Str(), allow_none=True)
    pinned = fields.Bool()
    for_team = fields.Bool()
    mine = fields.Bool()


class ViewsOut(Schema):
    """The views of a list that one may use, those on the tabs first."""

    items = fields.List(fields.Nested(ViewOut))
    first_view_id = fields.UUID(allow_none=True)


class ViewIdOut(Schema):
    """The view that was kept, changed or let go of."""

    id = fields.UUID()
