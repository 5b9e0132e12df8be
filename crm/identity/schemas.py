"""What comes in and goes out about accounts."""

from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, fields, post_load, validate

from crm.gate.fields import Day, Masked, Moment, SealedText, Text, Whole, one_of
from crm.identity.one_time import one_time
from crm.identity.passwords import LONGEST
from crm.identity.roles import ASSIGNABLE
from crm.identity.rules import LONGEST_TOKEN_DAYS
from crm.words import N_

LANGUAGES = ("en", "zh")
CODE = validate.Regexp(r"^[0-9]{6}\Z", error=N_("Give the six digits."))
ZONE = validate.OneOf(
    sorted(available_timezones()), error=N_("Choose a zone, such as Asia/Shanghai.")
)


class _WithPassword(Schema):
    """Adds a one-time password: hashing is slow and must not hold a transaction."""

    @post_load
    def add_password(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Make it up here, before the action begins."""
        return values | {"password": one_time()}


class AccountFields(Schema):
    """What is told of a new account."""

    email = SealedText(
        required=True, longest=200, validate=validate.Email(error=N_("Give an e-mail address."))
    )
    name = SealedText(required=True, longest=120)
    role = fields.Str(required=True, validate=one_of(ASSIGNABLE))
    team_id = fields.UUID(allow_none=True)
    agency_id = fields.UUID(allow_none=True)
    language = fields.Str(validate=one_of(LANGUAGES))
    zone = fields.Str(validate=ZONE)
    valid_until = Moment(allow_none=True)


class AccountIn(_WithPassword, AccountFields):
    """A new account."""


class AccountChangeIn(Schema):
    """A changed account; `version` is that of the page it was changed on."""

    role = fields.Str(required=True, validate=one_of(ASSIGNABLE))
    version = Whole(required=True, least=1)
    team_id = fields.UUID(allow_none=True)
    agency_id = fields.UUID(allow_none=True)
    valid_until = Moment(allow_none=True)


class ResetIn(_WithPassword):
    """Nothing but the wish: to reset a password, or to let someone in again."""


class OneTimeOut(Schema):
    """An account's id and the password that is shown once: null when the request is repeated."""

    id = fields.UUID()
    one_time_password = fields.Str(allow_none=True)


class ChangedOut(Schema):
    """The id of what was changed, and its version now."""

    id = fields.UUID()
    version = fields.Int()


class IdOut(Schema):
    """The id of what was made or changed."""

    id = fields.UUID()


class NameIn(Schema):
    """A name for a team or an agency."""

    name = Text(required=True, longest=120)


class TeamIn(NameIn):
    """A new team."""

    agency_id = fields.UUID(allow_none=True)


class AccountOut(Schema):
    """An account, as its viewer may see it."""

    id = fields.UUID()
    name = Masked()
    email = Masked()
    role = fields.Str()
    team_id = fields.UUID(allow_none=True)
    agency_id = fields.UUID(allow_none=True)
    active = fields.Bool()
    totp_confirmed = fields.Bool()
    valid_until = Moment(allow_none=True)
    version = fields.Int()


class AccountsOut(Schema):
    """Accounts."""

    items = fields.List(fields.Nested(AccountOut))


class PlaceOut(Schema):
    """A team or an agency."""

    id = fields.UUID()
    name = fields.Str()
    agency_id = fields.UUID(allow_none=True)


class PlacesOut(Schema):
    """Teams or agencies."""

    items = fields.List(fields.Nested(PlaceOut))


class SessionOut(Schema):
    """An open session."""

    id = fields.Str()
    account_id = fields.UUID()
    name = Masked()
    created_at = Moment()
    last_seen_at = Moment()
    browser = fields.Str(allow_none=True)


class SessionsOut(Schema):
    """Open sessions."""

    items = fields.List(fields.Nested(SessionOut))


class Secret(SealedText):
    """A password: sealed as it was typed, spaces and all."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        super()._deserialize(value, attr, data, **kwargs)
        return value


class PasswordIn(Schema):
    """A change of password."""

    current_password = Secret(required=True, longest=LONGEST)
    new_password = Secret(required=True, longest=LONGEST)


class PreferencesIn(Schema):
    """One's own language and zone, and whether single letters are shortcuts."""

    language = fields.Str(validate=one_of(LANGUAGES))
    zone = fields.Str(validate=ZONE)
    single_keys = fields.Bool()


class CodeIn(Schema):
    """A one-time code."""

    code = fields.Str(required=True, validate=CODE)


class SecondFactorOut(Schema):
    """A new second factor's secret, shown once."""

    secret = fields.Str(allow_none=True)
    address = fields.Str(allow_none=True)


class TokenIn(Schema):
    """A new API token."""

    label = Text(required=True, longest=80)
    days = Whole(load_default=30, least=1, most=LONGEST_TOKEN_DAYS)


class TokenOut(Schema):
    """A token of one's own."""

    id = fields.UUID()
    label = fields.Str()
    created_at = Moment()
    expires_at = Moment()


class TokensOut(Schema):
    """One's tokens that are still good."""

    items = fields.List(fields.Nested(TokenOut))


class NewTokenOut(Schema):
    """A new token, shown once: null when the request is repeated."""

    id = fields.UUID()
    token = fields.Str(allow_none=True)
    expires_at = Moment(allow_none=True)


class MeOut(Schema):
    """Oneself."""

    id = fields.UUID()
    name = Masked()
    email = Masked()
    role = fields.Str()
    language = fields.Str()
    zone = fields.Str()
    single_keys = fields.Bool()
    totp_confirmed = fields.Bool()
    tokens = fields.List(fields.Nested(TokenOut))


class RolesOut(Schema):
    """What each role may do, and how far."""

    roles = fields.Dict(keys=fields.Str(), values=fields.Dict())


class AbsenceIn(Schema):
    """From which day to which somebody is away, both included; oneself if nobody is named."""

    account_id = fields.UUID()
    begins_on = Day(required=True)
    ends_on = Day(required=True)


class AbsenceOut(Schema):
    """An absence: now, coming or over; `ended_at` where it ended before its last day."""

    id = fields.UUID()
    account_id = fields.UUID()
    name = Masked()
    begins_on = fields.Date()
    ends_on = fields.Date()
    ended_at = Moment(allow_none=True)
    state = fields.Str()


class AbsencesOut(Schema):
    """Absences that last, come, or ended lately."""

    items = fields.List(fields.Nested(AbsenceOut))
