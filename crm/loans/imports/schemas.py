"""What comes in and goes out about imports."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from crm.gate.fields import Masked, Moment, Text, UploadField, Whole
from crm.gate.words import N_
from crm.identity.one_time import one_time

_NAME = validate.Regexp(
    r"^[a-z0-9][a-z0-9-]{0,79}$", error=N_("Use small letters, digits and hyphens.")
)


class IdOut(Schema):
    """The id of what was made or changed."""

    id = fields.UUID()


class ImportIn(Schema):
    """A file to be imported."""

    mapping = fields.Str(required=True, validate=validate.Length(1, 80))
    file = UploadField(required=True)


class HireIn(Schema):
    """A file of new accounts; nobody knows the password that is made up with it."""

    file = UploadField(required=True)

    @post_load
    def add_password(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Make it up here, before the action begins: hashing is slow."""
        return values | {"password": one_time()}


class ImportsIn(Schema):
    """Which page of the imports."""

    before = fields.UUID()


class TotalsOut(Schema):
    """Control totals of a preview; sums are decimal text by column."""

    rows = fields.Int()
    new = fields.Int()
    changed = fields.Int()
    same = fields.Int()
    rejected = fields.Int()
    currency = fields.Str()
    as_of = fields.Date()
    last_month = fields.Str(allow_none=True)
    moved_from = fields.Str(allow_none=True)
    encoding = fields.Str()
    conflicts = fields.Int()
    oldest = fields.Date(allow_none=True)  # of contacts, stops and consents
    newest = fields.Date(allow_none=True)
    words = fields.List(fields.List(fields.Raw()))  # pairs: outcome or kind, how many


class RunOut(Schema):
    """How far an import is."""

    new = fields.Int()
    changed = fields.Int()
    same = fields.Int()
    conflicts = fields.Int()
    unlawful = fields.Int()  # contacts that the books refuse, each with its finding
    rejected = fields.Int()


class ConflictOut(Schema):
    """A line against what stands here; what stands here was kept."""

    line = fields.Int()
    person_id = fields.UUID()
    loan_number = Masked()
    about = fields.Str()
    kind = fields.Str(allow_none=True)
    value = Masked()
    since = Moment(allow_none=True)
    reason = fields.Str()


class RejectOut(Schema):
    """Something that was rejected."""

    line = fields.Int()
    column = fields.Str(allow_none=True)
    value = Masked()
    reason = fields.Str()
    hint = fields.Str()


class RejectsOut(Schema):
    """Every reject of an import that was kept, in the order of its lines."""

    items = fields.List(fields.Nested(RejectOut))


class CorrectionsOut(Schema):
    """Every line that says otherwise than this house."""

    items = fields.List(fields.Nested(ConflictOut))


class ImportOut(Schema):
    """One import."""

    id = fields.UUID()
    kind = fields.Str()
    mapping = fields.Str()
    state = fields.Str()
    started_at = Moment()
    ended_at = Moment()
    preview = fields.Nested(TotalsOut, allow_none=True)
    run = fields.Nested(RunOut, allow_none=True)
    fault = fields.Dict(allow_none=True)
    rejects = fields.List(fields.Nested(RejectOut))
    conflicts = fields.List(fields.Nested(ConflictOut))
    version = fields.Int()


class ImportsOut(Schema):
    """Imports."""

    items = fields.List(fields.Nested(ImportOut(exclude=("rejects", "conflicts"))))
    next = fields.UUID(allow_none=True)


class MappingIn(Schema):
    """A mapping to keep."""

    name = fields.Str(required=True, validate=_NAME)
    document = Text(required=True, longest=20_000)
    version = Whole()


class MappingOut(Schema):
    """A mapping: what the columns of a file mean; `shipped`: it came with the product."""

    name = fields.Str()
    title = fields.Str()
    kind = fields.Str()
    shipped = fields.Bool()


class MappingsOut(Schema):
    """The mappings to choose from."""

    items = fields.List(fields.Nested(MappingOut))


class OneMappingOut(Schema):
    """One mapping as YAML, and its version where it can be changed."""

    name = fields.Str()
    title = fields.Str()
    document = fields.Str()
    shipped = fields.Bool()
    version = fields.Int(allow_none=True)


class SavedOut(IdOut):
    """A mapping that is kept."""

    name = fields.Str()


REJECT_COLUMNS = (
    ("line", N_("Line")),
    ("column", N_("Column")),
    ("value", N_("Value, masked")),
    ("reason", N_("What is wrong")),
    ("hint", N_("What to do")),
)
