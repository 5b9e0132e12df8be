"""What a column means in files that bring one record a line: contacts, stops, consents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, validate

from crm.gate.errors import Invalid
from crm.gate.words import N_
from crm.loans.imports.mapping import faults_of

WHO = ("loan_number", "national_id", "number")  # by which a line says whom it is about
_BOUNDS = ("channel", "only_loan", "only_number", "place", "target", "days", "from", "to", "until")
PARTS: Mapping[str, tuple[str, ...]] = {
    "contacts": (
        *WHO,
        *("reference", "channel", "direction", "outcome", "at", "ended_at", "zone"),
        *("agent", "purpose", "in_reply_to_at", "in_reply_to_channel", "said", "note"),
    ),
    "stops": (
        *WHO,
        *("reference", "kind", "since", "zone", *_BOUNDS),
        *("released_at", "validation_period_ends", "verified_at"),
    ),
    "consents": (
        *WHO,
        *("reference", "kind", "at", "zone", *_BOUNDS, "given_to", "given_in_breach", "words"),
    ),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "contacts": ("channel", "outcome", "at"),
    "stops": ("kind", "since"),
    "consents": ("kind", "at"),
}


class RowMappingDocument(Schema):
    """A whole mapping of such a file."""

    title = fields.Str(required=True, validate=validate.Length(1, 120))
    kind = fields.Str(required=True, validate=validate.OneOf(sorted(PARTS)))
    columns = fields.Dict(keys=fields.Str(), values=fields.Str(), required=True)
    optional = fields.List(fields.Str(), load_default=list)  # parts whose column may be missing
    # By part, our words and what the sender writes for each: {outcome: {no_answer: [未接, NOANS]}}
    values = fields.Dict(
        keys=fields.Str(),
        values=fields.Dict(
            keys=fields.Str(validate=validate.Regexp(r"^[!-~]{1,40}$")),
            values=fields.List(fields.Str()),
        ),
        load_default=dict,
    )
    zone = fields.Str(validate=validate.OneOf(sorted(available_timezones())))
    country = fields.Str(load_default="CN", validate=validate.Regexp(r"^[A-Z]{2}$"))
    delimiter = fields.Str(load_default=",", validate=validate.Length(1, 1))
    source = fields.Str()


@dataclass(frozen=True, slots=True)
class RowMapping:
    """A mapping, checked.

    `zone` is that of times which name none; `values` holds our words for the sender's, by part.
    """

    name: str
    title: str
    kind: str
    columns: Mapping[str, str]
    optional: frozenset[str]
    values: Mapping[str, Mapping[str, str]]
    zone: str | None
    country: str
    delimiter: str
    source: str | None
    document: Mapping[str, Any]

    @property
    def needed(self) -> set[str]:
        """Return the columns that the file must have."""
        return {column for part, column in self.columns.items() if part not in self.optional}


def row_mapping_from(name: str, document: Any) -> RowMapping:
    """Check a mapping; raise Invalid naming each fault."""
    try:
        values = RowMappingDocument().load(document)
    except ValidationError as fault:
        raise Invalid({"document": faults_of(fault)}) from None
    kind, columns = values["kind"], values["columns"]
    named = {*columns, *values["optional"], *values["values"]}
    if unknown := sorted(named - set(PARTS[kind])):
        sentence = N_("Files of this kind have no such part.")
        raise Invalid({"document": {part: [sentence] for part in unknown}})
    missing = [part for part in NEEDED[kind] if part not in columns]
    if missing:
        sentence = N_("Say which column holds this.")
        raise Invalid({"document": {part: [sentence] for part in missing}})
    if not any(part in columns for part in WHO):
        sentence = N_("Say which column names the person: loan_number, national_id or number.")
        raise Invalid({"document": [sentence]})
    return RowMapping(
        name=name,
        title=values["title"],
        kind=kind,
        columns=columns,
        optional=frozenset(values["optional"]) - set(NEEDED[kind]),
        values={
            part: {theirs: ours for ours, words in known.items() for theirs in words}
            for part, known in values["values"].items()
        },
        zone=values.get("zone"),
        country=values["country"],
        delimiter=values["delimiter"],
        source=values.get("source"),
        document=document,
    )
