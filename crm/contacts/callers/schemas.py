"""Callers: what is typed to find them, and what is told."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load

from crm.contacts.callers.away import LIST
from crm.contacts.callers.rules import Away, Stranger
from crm.contacts.schemas.permits import DecisionOut
from crm.gate.fields import Cursor, Day, Masked, Moment, SealedText, one_of
from crm.privacy.sealed import Sealed

BY = ("phone", "loan_number", "email")


class CallerIn(Schema):
    """Whom one has on the telephone, by exactly one of these."""

    phone = SealedText(longest=40)
    email = SealedText(longest=300)
    loan_number = SealedText(longest=60)


class CallerForm(Schema):
    """The same from a page: one field, and what was typed into it."""

    by = fields.Str(required=True, validate=one_of(BY))
    value = SealedText(required=True, longest=300)

    @post_load
    def as_asked(self, values: dict[str, Any], **_: Any) -> dict[str, Sealed]:
        """Put the value under what it is."""
        return {values["by"]: values["value"]}

    @staticmethod
    def named(_values: Mapping[str, Any], faults: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is wrong with what was typed at its one field."""
        return {"value" if name in BY else name: why for name, why in faults.items()}


class NameIn(Schema):
    """The name that a caller gives."""

    name = SealedText(required=True, longest=200)


class StrangerIn(Schema):
    """What a caller said who is not the borrower."""

    word = fields.Str(required=True, validate=one_of(Stranger))


class LawfulOut(Schema):
    """What the books say of the call, and of calling back now."""

    inbound = fields.Nested(DecisionOut)
    back = fields.Nested(DecisionOut, allow_none=True)
    allowed = fields.Bool()
    channel = fields.Str()
    zone = fields.Str(allow_none=True)


class CallerOut(Schema):
    """One call: whom it may be, what was answered, and until when his file is held."""

    id = fields.UUID()
    at = Moment()
    kind = fields.Str()
    outcome = fields.Str()
    count = fields.Int()
    teams = fields.List(fields.Str())
    own = fields.Bool()
    items = fields.List(fields.Str(), attribute="checks.items")
    told = fields.Dict(attribute="checks.told")
    proven = fields.Bool()
    held_until = Moment(allow_none=True)
    over = fields.Bool()
    stranger = fields.Str(allow_none=True)
    may_take_back = fields.Bool()
    person_id = fields.UUID(allow_none=True)
    lawful = fields.Nested(LawfulOut, allow_none=True)


class CallersAwayIn(Schema):
    """Which of those who were turned away, and where the next page begins."""

    why = fields.Str(validate=one_of(Away))
    by = fields.UUID()
    team = fields.UUID()
    since = Day()
    until = Day()
    before = Cursor(of=LIST)


class AwayOut(Schema):
    """A caller who was turned away: why, by whom, and who it was where that may be known."""

    id = fields.UUID()
    at = Moment()
    why = fields.Str()
    kind = fields.Str()
    by = fields.UUID()
    team = fields.Str(allow_none=True)
    person_id = fields.UUID(allow_none=True)
    person = Masked()


class CallersAwayListOut(Schema):
    """A page of them, newest first."""

    items = fields.List(fields.Nested(AwayOut))
    next = fields.Str(allow_none=True)
