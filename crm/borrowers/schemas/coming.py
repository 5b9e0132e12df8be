"""What comes in about people."""

from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from crm.borrowers.queries.matches import LIST as MATCHES
from crm.borrowers.queries.people import LIST, NEWEST, SORTS
from crm.borrowers.rules.limits import LiftReason
from crm.borrowers.rules.matching import MatchReason, MatchState
from crm.borrowers.rules.points import LONGEST_ADDRESS, EndReason, PointKind
from crm.borrowers.rules.regions import countries
from crm.borrowers.rules.words import LANGUAGES
from crm.gate.fields import Cursor, Moment, SealedText, Text, Whole, one_of
from crm.rulebook.vocabulary import (
    AddressType,
    Channel,
    CircumstanceKind,
    ConsentKind,
    Place,
    Receiver,
    Target,
)
from crm.words import N_

COUNTRY = validate.OneOf(sorted(countries()), error=N_("Give a country's two letters, such as CN."))
REGION = validate.Regexp(
    r"^[A-Z]{2}-[A-Z0-9]{1,5}$", error=N_("Give a region's code, such as US-NY or CN-XJ.")
)
ZONE = validate.OneOf(
    sorted(available_timezones()), error=N_("Choose a zone, such as Asia/Shanghai.")
)


class Unmasked(SealedText):
    """Personal text that is no mask: what a page shows covered must not come back as a value."""

    default_error_messages = {  # noqa: RUF012  as marshmallow has it
        "masked": N_("This is covered with dots. Write it out, or leave the field empty.")
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "•" in text:
            raise self.make_error("masked")
        return text


class PeopleIn(Schema):
    """Filters of the list of people, and its order."""

    collector_id = fields.UUID()
    team_id = fields.UUID()
    assigned = fields.Bool()
    sort = fields.Str(validate=one_of(SORTS))
    after = Cursor(of=LIST)

    @validates_schema
    def check_order(self, values: dict[str, Any], **_: Any) -> None:
        """A page follows only one of the same order."""
        if "after" in values and values["after"][0] != values.get("sort", NEWEST):
            raise ValidationError(Cursor.default_error_messages["invalid"], "after")


class PersonIn(Schema):
    """A new person; everything may still be unknown."""

    name = Unmasked(longest=120)
    national_id = Unmasked(longest=40)
    language = fields.Str(validate=one_of(LANGUAGES))
    organisation = Text(longest=200)


class PersonChangeIn(PersonIn):
    """A changed person; what is left out stays. `version` is that of the page it was changed on."""

    version = Whole(required=True, least=1)


class PointIn(Schema):
    """A new number or address; a postal one needs its country."""

    kind = fields.Str(required=True, validate=one_of(PointKind))
    value = Unmasked(required=True, longest=LONGEST_ADDRESS)
    place = fields.Str(validate=one_of(Place))
    address_type = fields.Str(validate=one_of(AddressType))
    country = fields.Str(validate=COUNTRY)
    region = fields.Str(validate=REGION)


class EndIn(Schema):
    """Why a number or address ends."""

    reason = fields.Str(required=True, validate=one_of(EndReason))


class StatementIn(Schema):
    """Where a verified person says he is."""

    country = fields.Str(required=True, validate=COUNTRY)
    region = fields.Str(validate=REGION)
    city = fields.Str(validate=REGION)
    zone = fields.Str(validate=ZONE)
    stated_at = Moment()


class _Limits(Schema):
    """The fields in which the contract bounds circumstances and consents."""

    until = Text(longest=40)
    debts = fields.List(fields.UUID(), validate=validate.Length(max=100))
    channel = fields.Str(validate=one_of(Channel))
    contact_point_id = fields.UUID()
    place = fields.Str(validate=one_of(Place))
    target = fields.Str(validate=one_of(Target))
    days = fields.List(Whole(least=1, most=7), validate=validate.Length(max=7))
    begins = fields.Str(data_key="from", validate=validate.Length(max=5))
    ends = fields.Str(data_key="to", validate=validate.Length(max=5))

    @post_load
    def gather(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put what bounds it into `scope`, in the contract's own words."""
        scope = {_CONTRACT.get(name, name): values.pop(name) for name in _SCOPE if name in values}
        for name in ("debts", "days"):
            if not scope.get(name, True):
                del scope[name]  # an empty list would bind nothing
        if "debts" in scope:
            scope["debts"] = sorted(str(loan) for loan in scope["debts"])
        if "days" in scope:
            scope["days"] = sorted({int(day) for day in scope["days"]})
        return values | {"scope": scope}


_CONTRACT = {"begins": "from", "ends": "to"}
_SCOPE = (
    "debts",
    "channel",
    "place",
    "target",
    "days",
    "begins",
    "ends",
    "released_at",
    "validation_period_ends",
    "verified_at",
    "given_to",
    "given_in_breach",
)


class CircumstanceIn(_Limits):
    """A circumstance in the contract's words; `contact_point_id` stands for its `number`."""

    kind = fields.Str(required=True, validate=one_of(CircumstanceKind))
    since = Text(longest=40)
    released_at = Text(longest=40)
    validation_period_ends = Text(longest=40)
    verified_at = Text(longest=40)


class MatchesIn(Schema):
    """Which pairs to list, and where to go on."""

    state = fields.Str(validate=one_of(MatchState), load_default=MatchState.PROPOSED)
    after = Cursor(of=MATCHES)


class DecideIn(Schema):
    """By what it is known whether two are one."""

    reason = fields.Str(required=True, validate=one_of(MatchReason))


class MergeIn(DecideIn):
    """How it is known that two are one, and in whose file both are read (left out: the first)."""

    main_id = fields.UUID()


class LiftIn(Schema):
    """Why a circumstance is lifted."""

    reason = fields.Str(required=True, validate=one_of(LiftReason))


class ConsentIn(_Limits):
    """A consent in the contract's words, and the person's own."""

    kind = fields.Str(required=True, validate=one_of(ConsentKind))
    at = Text(longest=40)
    given_to = fields.Str(validate=one_of(Receiver))
    given_in_breach = fields.Bool()
    words = SealedText(longest=500)


class AssignIn(Schema):
    """Who goes to whom."""

    person_ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 500))
    collector_id = fields.UUID()
    team_id = fields.UUID()


class SearchIn(Schema):
    """Exactly one of these."""

    phone = SealedText(longest=40)
    national_id = SealedText(longest=40)
    email = SealedText(longest=200)
    loan_number = SealedText(longest=60)
    name = SealedText(longest=120)


class SearchFormIn(Schema):
    """The search box: what is looked for, and by what."""

    by = fields.Str(required=True, validate=one_of(SearchIn._declared_fields))
    value = SealedText(required=True, longest=200)

    @post_load
    def name_it(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the one field that was meant."""
        return {values["by"]: values["value"]}
