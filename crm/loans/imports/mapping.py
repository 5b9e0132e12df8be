"""What a column of somebody's file means here; saved by name, kept as data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, validate

from crm.gate.errors import Invalid
from crm.gate.words import N_

KINDS = (
    "credit_card",
    "consumer_loan",
    "mortgage",
    "auto_loan",
    "student_loan",
    "medical",
    "business_loan",
    "other",
)
ROLES = ("creditor", "bank", "agency", "third_party", "debt_buyer")
PARTS = (
    "number",
    "name",
    "national_id",
    "phone",
    "phone_home",
    "phone_work",
    "email",
    "address",
    "postcode",
    "city",
    "country",
    "region",
    "language",
    "limit",
    "balance",
    "overdue",
    "days_past_due",
    "collector",
)


class PortfolioPart(Schema):
    """The portfolio that the file's accounts belong to."""

    name = fields.Str(required=True, validate=validate.Length(1, 120))
    creditor = fields.Str(required=True, validate=validate.Length(1, 120))
    kind = fields.Str(required=True, validate=validate.OneOf(KINDS))
    collector_role = fields.Str(required=True, validate=validate.OneOf(ROLES))
    currency = fields.Str(required=True, validate=validate.Regexp(r"^[A-Z]{3}$"))
    team = fields.Str(validate=validate.Length(1, 120))  # has new people who come without collector


class MonthPart(Schema):
    """The columns of one month; `back` counts months before the file's last one."""

    back = fields.Int(required=True, validate=validate.Range(0, 120))
    status = fields.Str()
    bill = fields.Str()
    paid = fields.Str()


class MappingDocument(Schema):
    """A whole mapping of a file of accounts."""

    kind = fields.Str(load_default="portfolio", validate=validate.Equal("portfolio"))
    title = fields.Str(required=True, validate=validate.Length(1, 120))
    portfolio = fields.Nested(PortfolioPart, required=True)
    columns = fields.Dict(
        keys=fields.Str(validate=validate.OneOf(PARTS)), values=fields.Str(), required=True
    )
    months = fields.List(fields.Nested(MonthPart), load_default=list)
    last_month = fields.Str(validate=validate.Regexp(r"^\d{4}-(0[1-9]|1[0-2])$"))
    move_to_last_month = fields.Bool(load_default=False)
    days_per_status = fields.Int(load_default=30, validate=validate.Range(1, 31))
    country = fields.Str(load_default="CN", validate=validate.Regexp(r"^[A-Z]{2}$"))
    delimiter = fields.Str(load_default=",", validate=validate.Length(1, 1))
    source = fields.Str()  # attribution, shown with the data


@dataclass(frozen=True, slots=True)
class Month:
    """Where one month's figures stand."""

    back: int
    status: str | None = None
    bill: str | None = None
    paid: str | None = None


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A mapping, checked."""

    name: str
    title: str
    portfolio: Mapping[str, str]
    columns: Mapping[str, str]
    months: tuple[Month, ...]
    last_month: str | None
    move_to_last_month: bool
    days_per_status: int
    delimiter: str
    source: str | None
    country: str
    team: str | None  # by name: it has new people whom the file gives to nobody
    document: Mapping[str, Any]  # as it was written, to be kept with a run

    @property
    def kind(self) -> str:
        """Return the kind of file."""
        return "portfolio"

    @property
    def needed(self) -> set[str]:
        """Return the columns that the file must have."""
        monthly = {
            column
            for month in self.months
            for column in (month.status, month.bill, month.paid)
            if column
        }
        return set(self.columns.values()) | monthly

    @property
    def currency(self) -> str:
        """Return the currency of every amount in the file."""
        return self.portfolio["currency"]


def mapping_from(name: str, document: Any) -> FileMapping:
    """Check a mapping; raise Invalid naming each fault."""
    try:
        values = MappingDocument().load(document)
    except ValidationError as fault:
        raise Invalid({"document": faults_of(fault)}) from None
    if "number" not in values["columns"]:
        raise Invalid({"document": [N_("Say which column holds the account number (number).")]})
    if values["months"] and not values.get("last_month"):
        raise Invalid({"document": [N_("Say which month the file's last one is (last_month).")]})
    if len({month["back"] for month in values["months"]}) != len(values["months"]):
        raise Invalid({"document": [N_("Name each month (back) once.")]})
    team = values["portfolio"].pop("team", None)
    return FileMapping(
        name=name,
        title=values["title"],
        portfolio=values["portfolio"],
        columns=values["columns"],
        months=tuple(Month(**month) for month in values["months"]),
        last_month=values.get("last_month"),
        move_to_last_month=values["move_to_last_month"],
        days_per_status=values["days_per_status"],
        delimiter=values["delimiter"],
        source=values.get("source"),
        country=values["country"],
        team=team,
        document=document,
    )


def faults_of(fault: ValidationError) -> dict[str, list[str]]:
    """Return each fault with its place in the document: portfolio.currency, months.2.back."""
    messages = fault.normalized_messages()  # type: ignore[no-untyped-call]  # no types there
    return dict(_flat(messages))


def _flat(messages: Mapping[Any, Any], above: str = "") -> Iterator[tuple[str, list[str]]]:
    for name, found in messages.items():
        place = f"{above}{name}"
        if isinstance(found, Mapping):
            yield from _flat(found, place + ".")
        else:
            yield place, list(found)


def document_in(text: str) -> Any:
    """Read a document written as YAML; raise Invalid where it is none."""
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        where = getattr(fault, "problem_mark", None)
        line = where.line + 1 if where else 1
        sentence = N_("This is not YAML. The line where reading stopped is named below.")
        raise Invalid({"document": [sentence], "line": [str(line)]}) from None
