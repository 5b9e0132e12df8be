"""What comes in and goes out about back-tests."""

from marshmallow import Schema, fields

from crm.contacts.actions.backtests import LONGEST
from crm.contacts.queries.backtests import LIST
from crm.gate.fields import Cursor, Masked, Moment, Text, Whole, one_of
from crm.rulebook.backtest import ALLOWED, REFUSED


class BackTestIn(Schema):
    """How many days back from now."""

    days = Whole(required=True, least=1, most=LONGEST)


class CasesIn(Schema):
    """Which of the contacts that would have turned out otherwise."""

    effect = fields.Str(validate=one_of((REFUSED, ALLOWED)))
    rule = Text(longest=80)
    after = Cursor(of=LIST)


class BackTestAskedOut(Schema):
    """A back-test that was asked for, and the job that does it."""

    id = fields.UUID()
    job_id = fields.UUID()


class CaseOut(Schema):
    """A contact made, or a permit asked for, that the draft would have judged otherwise."""

    decision_id = fields.UUID()
    person_id = fields.UUID()
    at = Moment()
    kind = fields.Str()
    effect = fields.Str()
    rule = fields.Str()
    channel = fields.Str()
    team_id = fields.UUID(allow_none=True)
    collector_id = fields.UUID()
    collector = Masked()


class BackTestOut(Schema):
    """A back-test: `summary` counts by rule, team and collector; `items` is a page of the cases.

    `is_of_today`: the draft still has the text that was tried.
    """

    id = fields.UUID()
    version_id = fields.UUID()
    sha256 = fields.Str()
    is_of_today = fields.Bool()
    since = Moment()
    until = Moment()
    asked_by = fields.UUID()
    asked_at = Moment()
    job_id = fields.UUID()
    state = fields.Str(allow_none=True)
    finished_at = Moment(allow_none=True)
    summary = fields.Dict()
    items = fields.List(fields.Nested(CaseOut))
    next = fields.Str(allow_none=True)
