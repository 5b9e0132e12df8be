"""What a replay says to programs."""

from marshmallow import Schema, fields

from crm.contacts.schemas.reading import EntryOut
from crm.gate.fields import Masked, Moment


class ReplayedBookOut(Schema):
    """A version that judged then; `kept`: it is still here, byte for byte."""

    id = fields.Str()
    version = fields.Str()
    sha256 = fields.Str()
    kept = fields.Bool()


class ChangeOut(Schema):
    """A field of the decision, or a rule with its reason, that was otherwise then."""

    what = fields.Str()
    then = fields.Raw(allow_none=True)
    now = fields.Raw(allow_none=True)


class LearnedOut(Schema):
    """A contact, circumstance or consent of before that was not known so then."""

    kind = fields.Str()
    then = fields.Dict(allow_none=True)
    now = fields.Dict(allow_none=True)


class KnownNowOut(Schema):
    """What was learned since, and the decision on that; `changes` against the facts of then."""

    learned = fields.List(fields.Nested(LearnedOut))
    decides_alike = fields.Bool()
    decision = fields.Dict()
    changes = fields.List(fields.Nested(ChangeOut))


class ReplayOut(Schema):
    """A decision judged again.

    `answer`: same (the same bytes), newer (another engine or other books judge now; `changes` say
    what came of it), erased (the facts are gone, by `erased_by`), altered (nothing of the judge
    changed and yet the bytes differ: an alarm).
    """

    id = fields.UUID()
    person_id = fields.UUID(allow_none=True)
    at = Moment()
    channel = fields.Str()
    asked_for = fields.Str()
    collector = Masked()
    allowed = fields.Bool()
    rule = fields.Str(allow_none=True)
    answer = fields.Str()
    decides_alike = fields.Bool(allow_none=True)
    engine_then = fields.Str(attribute="engine")
    engine_now = fields.Str()
    books = fields.List(fields.Nested(ReplayedBookOut))
    then = fields.Dict(allow_none=True)
    now = fields.Dict(allow_none=True)
    fault = fields.Str(allow_none=True)
    changes = fields.List(fields.Nested(ChangeOut))
    known_now = fields.Nested(KnownNowOut, allow_none=True)
    erased_by = fields.Nested(EntryOut, allow_none=True)
    entry = fields.Nested(EntryOut, allow_none=True)
