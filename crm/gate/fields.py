"""Marshmallow fields for what rooms take in and give out."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from crm.privacy.openers import Presented
from crm.privacy.sealed import Sealed

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Text(fields.String):
    """A clean line or paragraph: NFC, trimmed, no control characters, at most `longest`."""

    default_error_messages = {
        "unprintable": "Remove the control characters.",
        "blank": "Write something here.",
    }

    def __init__(self, *, longest: int = 200, **kwargs: Any) -> None:
        too_long = f"Use at most {longest} characters."
        kwargs.setdefault("validate", validate.Length(max=longest, error=too_long))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _UNPRINTABLE.search(text):
            raise self.make_error("unprintable")
        text = unicodedata.normalize("NFC", text).strip()
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

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, Presented):
            raise TypeError(f"{attr} must be presented before it is shown")
        return value.text or None


class Moment(fields.AwareDateTime):
    """An instant with an offset, given out in UTC with microseconds as needed."""

    default_error_messages = {
        "invalid": "Give date, time and offset, such as 2026-04-03T10:15:00+08:00.",
        "invalid_awareness": "Add the offset, such as +08:00 or Z.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid") from None

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if not isinstance(value, datetime):
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def one_of(choices: Any) -> Any:
    """Return a validator for a closed list of words."""
    words = [str(choice) for choice in choices]
    return validate.OneOf(words, error="Choose one of: " + ", ".join(words) + ".")


__all__ = ["Masked", "Moment", "SealedText", "Text", "ValidationError", "one_of"]
