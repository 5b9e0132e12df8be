"""What comes in and goes out about books."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from crm.gate.fields import Moment, Text
from crm.rulebook.rule import Basis, Source


class WantedIn(Schema):
    """What books are looked for: words of a place, law or rule; a strength; a way of checking."""

    wanted = Text(longest=100)
    basis = Text(validate=validate.OneOf([str(word) for word in Basis]))
    source = Text(validate=validate.OneOf([str(word) for word in Source]))


class VersionIn(Schema):
    """Which version of a book; without it the newest."""

    version = Text(longest=10)


class BookIn(Schema):
    """Which book."""

    book = Text(longest=20)


class VersionOut(Schema):
    """One version: in force from the start of `begins` to the end of `ends`."""

    version = fields.Str()
    begins = fields.Date()
    ends = fields.Date(allow_none=True)
    sha256 = fields.Str()
    in_force = fields.Bool()


class WithdrawnOut(Schema):
    """A version that was published and taken back before its day came."""

    version = fields.Str()
    begins = fields.Date()
    sha256 = fields.Str()
    withdrawn_at = Moment()


class BookOut(Schema):
    """A book as the list shows it."""

    id = fields.Str()
    title = fields.Str()
    versions = fields.List(fields.Nested(VersionOut))
    withdrawn = fields.List(fields.Nested(WithdrawnOut))
    rules_on = fields.Int()
    rules_off = fields.Int()


class FoundOut(Schema):
    """A rule that was looked for."""

    id = fields.Str()
    title = fields.Str()
    citation = fields.Str()
    basis = fields.Str()
    source = fields.Str()
    enabled = fields.Bool()


class ListedOut(BookOut):
    """A book of the list: its hours and numbers in few words, and the rules looked for."""

    hours = fields.List(fields.Str(), attribute="hours_in_words")
    numbers = fields.List(fields.Str(), attribute="numbers_in_words")
    bases = fields.List(fields.Str())
    sources = fields.List(fields.Str())
    found = fields.List(fields.Nested(FoundOut))


class BooksOut(Schema):
    """Every book, or those looked for."""

    items = fields.List(fields.Nested(ListedOut))


class RuleOut(Schema):
    """One rule; `terms` say in English what `parameters` mean."""

    id = fields.Str()
    title = fields.Str()
    kind = fields.Str()
    effect = fields.Str()
    enabled = fields.Bool()
    basis = fields.Str()
    source = fields.Str()
    citation = fields.Str()
    note = fields.Str(allow_none=True)
    parameters = fields.Dict()
    terms = fields.List(fields.Str(), attribute="sentences")


class ContentsOut(BookOut):
    """A book opened at the version `shown`; `days` is how far back its rules look."""

    shown = fields.Str()
    begins = fields.Date()
    ends = fields.Date(allow_none=True)
    zone = fields.Str()
    sha256 = fields.Str()
    sources = fields.List(fields.Str())
    collectors = fields.List(fields.Str())
    borrowers = fields.List(fields.Str())
    products_spared = fields.List(fields.Str())
    days = fields.Int()
    others_days = fields.Int()
    rules = fields.List(fields.Nested(RuleOut))
