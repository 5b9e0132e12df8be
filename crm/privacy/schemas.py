"""What comes in and goes out about showing a value."""

from typing import Any

from marshmallow import Schema, fields, validate

from crm.gate.fields import Moment, SealedText, one_of
from crm.privacy.actions import Shown
from crm.privacy.purposes import Purpose
from crm.words import N_

FIELD = validate.Regexp(
    r"^(name|national_id|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$",
    error=N_("Name a field: name, national_id or the id of a contact point."),
)
LONG_ENOUGH = validate.Length(min=10, max=500, error=N_("Say why in 10 to 500 characters."))


class Clear(fields.Field[Any]):
    """A value that one person asked to see."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if not isinstance(value, Shown):
            raise TypeError("only a value that was asked for is shown")
        return value.text


class RevealIn(Schema):
    """Which value, for which purpose, and why in words."""

    person_id = fields.UUID(required=True)
    field = fields.Str(required=True, validate=FIELD)
    purpose = fields.Str(required=True, validate=one_of(Purpose))
    reason = SealedText(required=True, longest=500, validate=LONG_ENOUGH)


class RevealOut(Schema):
    """The value in clear, and until when it may stand on a screen."""

    value = Clear()
    expires_at = Moment()
