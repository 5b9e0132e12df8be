"""Outages: in and out."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from crm.contacts.actions.catching_up import MOST, Made
from crm.contacts.outcomes import codes
from crm.contacts.rules.causes import Outage
from crm.contacts.schemas.records import MOST_SAID
from crm.contacts.schemas.said import SaidField
from crm.gate.fields import Moment, SealedText, one_of
from crm.rulebook.vocabulary import Outcome
from crm.words import N_


class OutageIn(Schema):
    """Why permits cannot be had, since when, and for whom: without a team for the whole house."""

    reason = fields.Str(required=True, validate=one_of(Outage))
    began_at = Moment()
    ended_at = Moment()
    team_id = fields.UUID()


class EndIn(Schema):
    """Since when permits can be had again; left out: now."""

    ended_at = Moment()


class OutageOut(Schema):
    """One outage; `covers_until`: contacts begun from then on it no longer explains."""

    id = fields.UUID()
    began_at = Moment()
    ended_at = Moment(allow_none=True)
    covers_until = Moment()
    lasts = fields.Bool()
    reason = fields.Str()
    team_id = fields.UUID(allow_none=True)
    declared_by = fields.UUID()
    declared_at = Moment()


class OutagesOut(Schema):
    """The newest outages, and how many declarations wait for a second person."""

    items = fields.List(fields.Nested(OutageOut))
    waiting = fields.Int()


class CountsOut(Schema):
    """What came of it; `permits`: those given all the same while it lasted."""

    contacts = fields.Int()
    unlawful = fields.Int()
    open_findings = fields.Int()
    permits = fields.Int()


class MadeOut(Schema):
    """A contact made meanwhile, and whether it was lawful at its time."""

    id = fields.UUID()
    person_id = fields.UUID()
    channel = fields.Str()
    outcome = fields.Str()
    code = fields.Str(allow_none=True)
    started_at = Moment()
    allowed = fields.Bool()
    rule = fields.Str(allow_none=True)


class OneOutageOut(OutageOut):
    """One outage and what came of it, as far as the reader may see the contacts."""

    counts = fields.Nested(CountsOut)
    items = fields.List(fields.Nested(MadeOut))
    overlapping = fields.List(fields.Nested(OutageOut))


class MadeIn(Schema):
    """One call: whom (the sheet's reference, or a loan number), when, and what came of it."""

    whom = SealedText(required=True, longest=40)
    started_at = Moment(required=True)
    outcome = fields.Str(validate=one_of(word for word in Outcome if word != Outcome.PENDING))
    code = fields.Str(validate=one_of(codes()))
    said = fields.List(SaidField(), validate=validate.Length(max=MOST_SAID))
    note = SealedText(longest=4000)

    @validates_schema
    def says_what_came(self, values: Any, **_: Any) -> None:
        """Ask for an outcome or its code."""
        if "outcome" not in values and "code" not in values:
            raise ValidationError({"outcome": [N_("This is required.")]})


class CatchUpIn(Schema):
    """Up to 50 calls, in any order."""

    items = fields.List(
        fields.Nested(MadeIn),
        required=True,
        validate=validate.Length(1, MOST, error=N_("Enter 1 to 50 contacts.")),
    )

    @post_load
    def as_made(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give each its place in the list, by which a fault in it is named."""
        return {"items": tuple(_made(n, one) for n, one in enumerate(values["items"]))}


class CaughtUpOut(Schema):
    """How many were entered, and how many of each mark (null where this is a repeat)."""

    id = fields.UUID()
    contacts = fields.Int()
    marks = fields.Dict(keys=fields.Str(), values=fields.Int(), allow_none=True)


def _made(number: int, one: dict[str, Any]) -> Made:
    code = one.get("code")
    given = one | {"said": tuple(one.get("said", ()))}
    given.setdefault("outcome", codes()[code].outcome if code else "")
    return Made(number, **given)
