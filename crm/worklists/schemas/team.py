"""What comes in and goes out about a team: its day, and people shared out anew."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, post_load, validate

from crm.contacts.schemas.console import AgesOut, FigureOut
from crm.contacts.schemas.lists import ListWhyOut, StatesOut
from crm.gate.fields import Masked, Moment, SealedText, Text, Whole, one_of
from crm.words import N_
from crm.worklists.queries.rebalance import BUCKETS, MOST, WHOSE


class CollectorOut(Schema):
    """A colleague's day: his people, how many may be called now, what he did and what waits."""

    id = fields.UUID()
    name = Masked()
    role = fields.Str()
    away_until = fields.Date(allow_none=True)
    cases = fields.Int()
    lawful_now = fields.Int(attribute="now")
    made_today = fields.Int(attribute="done")
    callbacks = fields.Int()
    unlogged = fields.Int()


class OpenPermitOut(Schema):
    """A permit that waits: since when, whose, and for whom."""

    permit_id = fields.UUID(attribute="id")
    person_id = fields.UUID()
    channel = fields.Str()
    since = Moment(attribute="at")
    collector_id = fields.UUID(attribute="reserved_by")


class CallbackDueOut(Schema):
    """A call back that was asked for today."""

    person_id = fields.UUID()
    at = Moment()
    made = fields.Bool()
    collector_id = fields.UUID(allow_none=True)


class CallbacksDueOut(Schema):
    """Today's calls back, and how many there were yesterday."""

    items = fields.List(fields.Nested(CallbackDueOut))
    now = fields.Int()
    before = fields.Int()


class NearCountOut(Schema):
    """How many people are near a limit, of how many looked at."""

    count = fields.Int()
    looked_at = fields.Int()


class RefusedTodayOut(Schema):
    """How many requests were refused in each of 24 hours, today and yesterday until now."""

    hours = fields.List(fields.Int())
    total = fields.Int()
    before = fields.Int()


class FindingsNowOut(Schema):
    """How many findings are open, of which age, and how many were a week ago."""

    open = fields.Int()
    overdue = fields.Int()
    unowned = fields.Int()
    before = fields.Int()
    ages = fields.Nested(AgesOut)


class StoppedOut(Schema):
    """How the team's people stand for a call now, and why those not today."""

    total = fields.Int()
    counts = fields.Nested(StatesOut)
    whys = fields.List(fields.Nested(ListWhyOut))


class TeamOut(Schema):
    """A team leader's day, as of an instant."""

    as_of = Moment()
    collectors = fields.List(fields.Nested(CollectorOut))
    nobodys = fields.Int()
    stranded = fields.Int()
    absent = fields.Nested(FigureOut)
    stopped = fields.Nested(StoppedOut)
    unlogged = fields.List(fields.Nested(OpenPermitOut))
    reserved = fields.List(fields.Nested(OpenPermitOut))
    near = fields.Nested(NearCountOut)
    callbacks = fields.Nested(CallbacksDueOut)
    refusals = fields.Nested(RefusedTodayOut)
    findings = fields.Nested(FindingsNowOut)


def _whose(value: str) -> None:
    """Accept whose people are chosen: one of the words, or a colleague's id."""
    try:
        accepted = value in WHOSE or bool(UUID(value))
    except ValueError:
        accepted = False
    if not accepted:
        raise ValidationError(N_("Choose a colleague, those away, nobody's, or those who left."))


class RebalanceIn(Schema):
    """Whose people, of which stage, how many, and to whom: by default to all who are there."""

    of = fields.Str(validate=_whose)
    bucket = fields.Str(validate=one_of(BUCKETS))
    count = Whole(least=1, most=MOST)
    to = fields.List(fields.UUID(), validate=validate.Length(max=MOST))
    by_language = fields.Bool()

    @post_load
    def as_asked(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give lists as questions keep them, and ids as they are written."""
        if values.get("of") and values["of"] not in WHOSE:
            values["of"] = str(UUID(values["of"]))
        return values | ({"to": tuple(values["to"])} if "to" in values else {})


class ShareOutIn(RebalanceIn):
    """The same, why, and the name of the plan that was looked at."""

    of = fields.Str(required=True, validate=_whose)
    reason = SealedText(required=True, longest=500)
    seen = Text(required=True, longest=32)


class TakerOut(Schema):
    """A colleague who can take people: how many he has, and how many he would get."""

    id = fields.UUID()
    name = Masked()
    has = fields.Int()
    gets = fields.Int()


class PlannedOut(Schema):
    """A person, who has him, and who would get him."""

    person_id = fields.UUID(attribute="id")
    name = Masked()
    days_past_due = fields.Int(allow_none=True)
    from_id = fields.UUID(attribute="collector_id", allow_none=True)
    to_id = fields.UUID()


class WaitingOut(Schema):
    """How many people lie with those away, with nobody, and with those who left."""

    absent = fields.Int()
    nobody = fields.Int()
    gone = fields.Int()


class RebalanceOut(Schema):
    """Who would get whom; `seen` names the plan and is sent back to have it done."""

    counts = fields.Nested(WaitingOut)
    items = fields.List(fields.Nested(PlannedOut))
    takers = fields.List(fields.Nested(TakerOut))
    open_permits = fields.Int()
    seen = fields.Str()


class ShareOutOut(Schema):
    """A sharing out that was asked for, and its work in the background."""

    id = fields.UUID()
    job_id = fields.UUID()


class GotOut(Schema):
    """A colleague, how many were to go to him, went, and were taken back."""

    id = fields.UUID()
    name = Masked()
    people = fields.Int()
    moved = fields.Int()
    returned = fields.Int()


class SharingOut(Schema):
    """How far people are shared out, why some stayed, and until when it can be undone."""

    id = fields.UUID()
    asked_at = Moment()
    asked_by = fields.UUID()
    reason = Masked()
    people = fields.Int()
    moved = fields.Int()
    returned = fields.Int()
    left = fields.Int()
    whys = fields.Dict(keys=fields.Str(), values=fields.Int())
    takers = fields.List(fields.Nested(GotOut))
    undo_until = Moment(allow_none=True)
    can_undo = fields.Bool()
    undone_at = Moment(allow_none=True)
