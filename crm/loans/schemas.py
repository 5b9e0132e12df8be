"""What comes in and goes out about loans and imports."""

import re
from typing import Any
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from crm.borrowers.actions.people import AT_MOST
from crm.gate.fields import Masked, SealedText, Whole, one_of
from crm.gate.words import N_
from crm.loans.rules import BadAmount, decimals_of, minor_units
from crm.loans.words import ROLE_WORDS

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_CURRENCY = validate.Regexp(r"^[A-Z]{3}$", error=N_("Give the three letters of a currency."))
AMOUNT = N_("Give an amount as text, such as 1234.50.")


class Amount(fields.Field[str]):
    """An amount as decimal text; floats are refused, since they are not exact."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValidationError(AMOUNT)
        return str(value)


class Minor(fields.Field[str]):
    """An amount of minor units given out as decimal text of the record's own `currency`."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        currency = obj["currency"]
        places = decimals_of(currency)
        sign, digits = ("-" if value < 0 else ""), str(abs(value)).rjust(places + 1, "0")
        return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


class PersonRef(fields.Field[UUID]):
    """A person by id, or by the address of his file as it was copied."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> UUID:
        found = _UUID.findall(value) if isinstance(value, str) and len(value) < 500 else []
        if not found:
            raise ValidationError(N_("Give a person's id, or the address of the person's file."))
        return UUID(found[-1])


class PortionIn(Schema):
    """How many people without a collector go to whom."""

    count = Whole(required=True, least=1, most=AT_MOST)
    collector_id = fields.UUID(required=True)


class PortionOut(Schema):
    """Who was handed out."""

    person_ids = fields.List(fields.UUID())


class PaymentIn(Schema):
    """A payment that came in."""

    loan_id = fields.UUID()
    loan_number = SealedText(longest=64)
    amount = Amount(required=True)
    currency = fields.Str(required=True, validate=_CURRENCY)
    paid_on = fields.Date()

    @validates_schema
    def check_loan(self, values: dict[str, Any], **_: Any) -> None:
        """Ask for one name of the loan, not two."""
        if (values.get("loan_id") is None) == (values.get("loan_number") is None):
            fault = N_("Name the loan by its id or its number, not both.")
            raise ValidationError(fault, "loan_id")

    @post_load
    def to_minor(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Turn the amount into minor units of its currency."""
        try:
            amount = minor_units(values["amount"], values["currency"])
        except BadAmount:
            raise ValidationError(AMOUNT, "amount") from None
        return values | {"amount": amount}


class PaymentOut(Schema):
    """A payment, and what is owed since."""

    id = fields.UUID()
    loan_id = fields.UUID()
    balance = Minor()
    overdue = Minor()
    currency = fields.Str()
    paid_in_full = fields.Bool()


class PartyIn(Schema):
    """Someone to put on a loan."""

    person_id = PersonRef(required=True)
    role = fields.Str(required=True, validate=one_of(role for role in ROLE_WORDS))


class PartyOut(Schema):
    """Someone on a loan."""

    id = fields.UUID()
    loan_id = fields.UUID()
    person_id = fields.UUID()
    name = Masked()
    role = fields.Str()


class MonthOut(Schema):
    """A month of a loan."""

    month = fields.Date()
    bill = Minor()
    paid = Minor()
    status = fields.Int(allow_none=True)
    days_past_due = fields.Int()


class PaymentLine(Schema):
    """A payment in the list of a loan."""

    id = fields.UUID()
    amount = Minor()
    currency = fields.Str()
    paid_on = fields.Date()
    source = fields.Str()


class LoanOut(Schema):
    """A loan, as its viewer may see it."""

    id = fields.UUID()
    number = Masked()
    portfolio = fields.Str()
    creditor = fields.Str()
    kind = fields.Str()
    collector_role = fields.Str()
    borrower_id = fields.UUID()
    currency = fields.Str()
    balance = Minor()
    overdue = Minor()
    credit_limit = Minor()
    days_past_due = fields.Int()
    days_today = fields.Int()
    as_of = fields.Date()
    bucket = fields.Str()
    status = fields.Str()
    parties = fields.List(fields.Nested(PartyOut))
    months = fields.Method("months_of")
    payments = fields.List(fields.Nested(PaymentLine))
    version = fields.Int()

    def months_of(self, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the months, their amounts in the loan's currency."""
        months = [month | {"currency": values["currency"]} for month in values["months"]]
        dumped: list[dict[str, Any]] = MonthOut(many=True).dump(months)
        return dumped
