"""What comes in and goes out about drafts of books and limits of the house."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, pre_load, validate

from crm.gate.fields import Day, Moment, Text, Whole, one_of
from crm.rulebook.versions.checking import LONGEST
from crm.rulebook.versions.limits import Stricter
from crm.rulebook.vocabulary import Product
from crm.words import N_

CLOCK = validate.Regexp(
    r"^([01]\d|2[0-3]):[0-5]\d\Z|^24:00\Z", error=N_("Give a time of day as HH:MM.")
)
TIGHTEN = "tighten."


class DraftIn(Schema):
    """A draft as YAML. `begins` sets its day; `loosens`: limits less strict on purpose."""

    text = Text(longest=LONGEST, required=True)
    begins = Day()
    loosens = fields.List(Text(longest=80))

    @post_load
    def with_plain_lines(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take the line ends of a browser's form out of the text."""
        text = values["text"].replace("\r\n", "\n") + "\n"
        loosens = " ".join(values.get("loosens") or ()).split()
        return values | {"text": text, "loosens": tuple(loosens)}


class DraftAgainIn(DraftIn):
    """A draft written anew; `version` is that of the page it was changed on."""

    version = Whole(required=True, least=1)


class StricterIn(Schema):
    """A rule of law made stricter: those of its figures that are given."""

    rule = Text(longest=80, required=True)
    limit = Whole(least=1, most=1000)
    days = Whole(least=1, most=1000)
    opens = fields.Str(validate=CLOCK)
    closes = fields.Str(validate=CLOCK)
    products_spared = fields.List(fields.Str(validate=one_of(Product)))

    @post_load
    def as_stricter(self, values: dict[str, Any], **_: Any) -> Stricter:
        """Make it what an action keeps."""
        return Stricter(**values | {"products_spared": tuple(values.get("products_spared") or ())})


class LimitsIn(Schema):
    """Limits of the house: which are on, and rules of law made stricter."""

    begins = Day(required=True)
    switched_on = fields.List(Text(longest=80))
    tightened = fields.List(fields.Nested(StricterIn))
    on_purpose = fields.Bool()

    @post_load
    def as_tuples(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Make lists what an action keeps."""
        lists = ("switched_on", "tightened")
        return values | {name: tuple(values.get(name) or ()) for name in lists}


class LimitsFormIn(LimitsIn):
    """The same from a form, which names a figure of a rule as `tighten.limit.CN.some.rule`."""

    @pre_load
    def by_rule(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Gather the figures of each rule."""
        rules: dict[str, dict[str, Any]] = {}
        for name in [name for name in values if name.startswith(TIGHTEN)]:
            figure, _dot, rule = name.removeprefix(TIGHTEN).partition(".")
            rules.setdefault(rule, {"rule": rule})[figure] = values[name]
        kept = {name: value for name, value in values.items() if not name.startswith(TIGHTEN)}
        return kept | ({"tightened": list(rules.values())} if rules else {})


class LimitsAgainIn(LimitsFormIn):
    """Limits written anew into a draft; `version` is that of the page they were changed on."""

    version = Whole(required=True, least=1)


class DraftLineOut(Schema):
    """A draft, or a version that was one, in a list."""

    id = fields.UUID()
    book = fields.Str()
    edition = fields.Str()
    sha256 = fields.Str()
    state = fields.Str()
    origin = fields.Str()
    begins = fields.Date()
    drafted_by = fields.UUID()
    drafted_at = Moment()
    approved_by = fields.UUID(allow_none=True)
    published_at = Moment(allow_none=True)
    withdrawn_at = Moment(allow_none=True)


class DraftsOut(Schema):
    """Drafts first, then what became of others, newest first."""

    items = fields.List(fields.Nested(DraftLineOut))


class FieldChangeOut(Schema):
    """One field that differs, by its path; `looser`: of a head, the book is less strict by it."""

    path = fields.Str()
    old = fields.Raw(allow_none=True)
    new = fields.Raw(allow_none=True)
    looser = fields.Bool()


class RuleChangeOut(Schema):
    """One rule that differs; `looser`: the fields in which it is, or may be, less strict."""

    id = fields.Str()
    title = fields.Str()
    fate = fields.Str()
    fields_ = fields.List(
        fields.Nested(FieldChangeOut), attribute="fields", data_key="fields"
    )  # a schema has `fields` of its own
    looser = fields.List(fields.Str())


class DifferenceOut(Schema):
    """What a draft changes in the version it follows."""

    head = fields.List(fields.Nested(FieldChangeOut))
    rules = fields.List(fields.Nested(RuleChangeOut))


class DraftOut(DraftLineOut):
    """One draft, whole: its text, what it changes, and what it still lacks.

    `missing` is the rule by which it cannot be published now; null: only the second person.
    """

    version = fields.Int()
    text = fields.Str()
    loosens = fields.List(fields.Str())
    fault = fields.Str(allow_none=True)
    missing = fields.Str(allow_none=True)
    difference = fields.Nested(DifferenceOut, allow_none=True)
    request_id = fields.UUID(allow_none=True)


class DraftKeptOut(Schema):
    """The id of a draft."""

    id = fields.UUID()
