"""Marshmallow fields for what rooms take in and give out."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from crm.gate.cursor import BadCursor, opened
from crm.privacy.openers import Presented
from crm.privacy.sealed import Sealed
from crm.privacy.spool import SpoolFile, Upload
from crm.rulebook.moments import FIRST_YEAR, LAST_YEAR
from crm.words import N_

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNING = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# What prints nothing: joiners within words are kept, but they alone are no text.
_UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
LARGEST = 2**31 - 1  # of a column of whole numbers


class Text(fields.String):
    """A clean line or paragraph: NFC, trimmed, no control characters, at most `longest`.

    Marks that turn the direction of writing come along unseen when a number is copied, and can
    make one text look like another: they are dropped. Other control characters are refused.
    """

    default_error_messages = {  # noqa: RUF012  as marshmallow declares it
        "unprintable": N_("Remove the control characters."),
        "blank": N_("Write something here."),
    }

    def __init__(self, *, longest: int = 200, **kwargs: Any) -> None:
        too_long = f"Use at most {longest} characters."
        more = kwargs.pop("validate", ())
        rules = [validate.Length(max=longest, error=too_long), *_listed(more)]
        super().__init__(validate=rules, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _UNPRINTABLE.search(text):
            raise self.make_error("unprintable")
        text = unicodedata.normalize("NFC", _TURNING.sub("", text)).strip()
        if _UNSEEN.fullmatch(text):
            text = ""
        if not text and self.required:
            raise self.make_error("blank")
        return text


class SealedText(Text):
    """Personal text: checked like any other, then sealed before it reaches an action."""

    def deserialize(
        self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any
    ) -> Any:
        """Return a fresh sealed value, or None."""
        text = super().deserialize(value, attr, data, **kwargs)
        return Sealed.fresh(text) if isinstance(text, str) and text else None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        raise TypeError("a sealed value leaves only through Masked")


class Masked(fields.Field[Any]):
    """A personal value as this viewer may see it: its text, or null where it is hidden."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"allow_none": True} | kwargs))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, Presented):
            raise TypeError(f"{attr} must be presented before it is shown")
        return value.text or None


class Whole(fields.Integer):
    """A whole number that a column can hold: from `least` to `most`, as digits and no other way."""

    default_error_messages = {"invalid": N_("Give a whole number.")}  # noqa: RUF012  as marshmallow declares it

    def __init__(self, *, least: int = 0, most: int = LARGEST, **kwargs: Any) -> None:
        beyond = f"Use a whole number from {least} to {most}."
        kwargs.setdefault("validate", validate.Range(least, most, error=beyond))
        super().__init__(**kwargs)

    def _validated(self, value: Any) -> Any:
        whole = isinstance(value, float) and value.is_integer()  # 3.0 is 3 in JSON
        digits = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value)
        if isinstance(value, bool) or not (digits or whole or isinstance(value, int)):
            raise self.make_error("invalid")
        return super()._validated(value)


class Cursor(fields.String):
    """Where the next page of the list named `of` begins: sealed going out, opened coming in.

    Loaded, it is the list of plain values that `crm.gate.cursor.sealed` was given.
    """

    default_error_messages = {"invalid": N_("Begin again at the first page.")}  # noqa: RUF012  as marshmallow declares it

    def __init__(self, *, of: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._of = of

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return opened(self._of, text)
        except BadCursor:
            raise self.make_error("invalid") from None


class UploadField(fields.Field[Upload]):
    """A file that was sealed on its way in."""

    default_error_messages = {"required": N_("Choose a file.")}  # noqa: RUF012  as marshmallow declares it

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Upload:
        stream = getattr(value, "stream", None)
        if not isinstance(stream, SpoolFile):
            raise self.make_error("required")
        return stream.finish()


class Moment(fields.AwareDateTime):
    """An instant with an offset, given out in UTC with microseconds as needed."""

    default_error_messages = {  # noqa: RUF012  as marshmallow declares it
        "invalid": N_("Give date, time and offset, such as 2026-04-03T10:15:00+08:00."),
        "invalid_awareness": N_("Add the offset, such as +08:00 or Z."),
        "far": N_("Give a year from 1900 to 9000."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR < moment.year < LAST_YEAR:  # a day aside: another zone may be a year on
            raise self.make_error("far")
        return moment.astimezone(UTC)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if not isinstance(value, datetime):
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Day(fields.Date):
    """A calendar day that any zone can tell the beginning of, and the day before and after it."""

    default_error_messages = {"far": N_("Give a year from 1900 to 9000.")}  # noqa: RUF012  as marshmallow declares it

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST_YEAR < day.year < LAST_YEAR:
            raise self.make_error("far")
        return day


def _listed(rules: Any) -> list[Any]:
    return [rules] if callable(rules) else list(rules)


def one_of(choices: Any) -> Any:
    """Return a validator for a closed list of words."""
    words = [str(choice) for choice in choices]
    return validate.OneOf(words, error="Choose one of: " + ", ".join(words) + ".")


__all__ = [
    "Cursor",
    "Day",
    "Masked",
    "Moment",
    "SealedText",
    "Text",
    "UploadField",
    "ValidationError",
    "Whole",
    "one_of",
]
