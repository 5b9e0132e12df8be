"""Why something is refused, as a program is told it."""

from marshmallow import Schema, fields

from crm.gate.fields import Moment


class WhyOut(Schema):
    """The rule that refuses, its law and its sentence, and until when.

    `figures` make the sentence, as in the contract's decision.
    """

    rule = fields.Str()
    citation = fields.Str()
    why = fields.Str(attribute="sentence")
    figures = fields.Dict(allow_none=True)
    until = Moment(allow_none=True)
    event = fields.Str(allow_none=True)
