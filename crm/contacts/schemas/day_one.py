"""What comes in and goes out about the first day of a house."""

from marshmallow import Schema, fields

from crm.contacts.rules.day_one import Answer, DayOne
from crm.gate.fields import Moment, one_of


class AttestIn(Schema):
    """Of which part of the question two people say that there is nothing."""

    question = fields.Str(required=True, validate=one_of(DayOne))


class DayOneAnswerOut(Schema):
    """One part of the question, and how it was answered."""

    question = fields.Str(validate=one_of(DayOne))
    answer = fields.Str(validate=one_of(Answer), allow_none=True)
    at = Moment(allow_none=True)
    run_id = fields.UUID(allow_none=True)
    waits = fields.Bool()  # two people are about to attest to it: one of them did


class WishesOut(Schema):
    """How many of all books of law bind to a refused medium, and whether the house does."""

    books = fields.Int()
    by_law = fields.Int()
    by_house = fields.Bool()


class SetUpOut(Schema):
    """What a house lacks before its first permit; `days`: the longest window a book counts over."""

    open = fields.Bool()
    items = fields.List(fields.Nested(DayOneAnswerOut))
    oldest = Moment(allow_none=True)  # the first contact that files brought in
    days = fields.Int()
    since = fields.Date()
    wishes = fields.Nested(WishesOut)
