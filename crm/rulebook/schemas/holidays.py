"""What comes in and goes out about public holidays and the house's default book."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load

from crm.gate.fields import Day, Text, Whole
from crm.rulebook.almanac import FIRST_YEAR
from crm.rulebook.calendars import LAST_COMPUTED
from crm.rulebook.versions.holidays import Told

_LINES = ("holidays", "working")


def _year(**given: Any) -> Whole:
    return Whole(least=FIRST_YEAR, most=LAST_COMPUTED, **given)


class CalendarIn(Schema):
    """Which calendar, and which year of it: country and part as in ISO 3166, such as AU and VIC."""

    country = Text(longest=2)
    part = Text(longest=30)
    year = _year()


class DayIn(Schema):
    """One day; a working day needs no name."""

    on = Day(required=True)
    name = Text(longest=80)

    @post_load
    def as_told(self, values: dict[str, Any], **_: Any) -> Told:
        """Make it what an action keeps."""
        return Told(values["on"], values.get("name") or None)


class HolidaysIn(Schema):
    """Days of a country or a part of it, for the next version of the table of holidays.

    `holidays` are added, `working` days are none (a day is moved by naming both); `announced`:
    years that are complete; `taken_out`: lines of the table, by their keys.
    """

    begins = Day(required=True)
    country = Text(longest=2)
    part = Text(longest=30)
    holidays = fields.List(fields.Nested(DayIn))
    working = fields.List(fields.Nested(DayIn))
    announced = fields.List(_year())
    taken_out = fields.List(Text(longest=50))
    source = Text(longest=200)

    @post_load
    def as_tuples(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Make lists what an action keeps, and nothing of what is empty."""
        lists = {
            name: tuple(values.get(name) or ()) for name in (*_LINES, "announced", "taken_out")
        }
        words = {name: values.get(name) or None for name in ("country", "part", "source")}
        return values | lists | words


class HolidaysFormIn(HolidaysIn):
    """The same from a form: days one a line, such as `2027-02-15 Spring Festival`."""

    holidays = fields.List(fields.Nested(DayIn))
    working = fields.List(fields.Nested(DayIn))

    @pre_load
    def by_line(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Part the texts into days; a line without one is named by its number."""
        return values | {
            name: list(_days("\n".join(values[name]), name)) for name in _LINES if name in values
        }


class HolidaysFormAgainIn(HolidaysFormIn):
    """Days written into a draft; `version` is that of the page they were told on."""

    version = Whole(required=True, least=1)


def _days(text: str, field: str) -> Any:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(maxsplit=1)
        if not words:
            continue
        try:
            date.fromisoformat(words[0])
        except ValueError:
            fault = f"In line {number} stands no day, such as 2027-02-15."
            raise ValidationError({field: [fault]}) from None
        yield dict(zip(("on", "name"), words, strict=False))


class DefaultBookIn(Schema):
    """Which book of law judges places that no book covers, and from which day on."""

    book = Text(longest=20, required=True)
    begins = Day(required=True)


class CalendarOut(Schema):
    """A calendar that books read; `unannounced`: of this year and the two after it."""

    country = fields.Str()
    part = fields.Str(allow_none=True)
    books = fields.List(fields.Str())
    unannounced = fields.List(fields.Int())


class DayOut(Schema):
    """A holiday, or a working day by the house's table; `rules` read it as a holiday.

    `by_house`: the house's table says so; `expected`: foreseen, and not announced yet.
    """

    on = fields.Date()
    name = fields.Str(allow_none=True)
    working = fields.Bool()
    by_house = fields.Bool()
    expected = fields.Bool()
    rules = fields.List(fields.Str())


class OwnVersionOut(Schema):
    """The newest version of a book of the house's own."""

    version = fields.Str()
    title = fields.Str()
    begins = fields.Date()
    sha256 = fields.Str()
    sources = fields.List(fields.Str())


class HolidaysOut(Schema):
    """The calendars that books read, and one year of the one asked for."""

    calendars = fields.List(fields.Nested(CalendarOut))
    country = fields.Str()
    part = fields.Str(allow_none=True)
    year = fields.Int()
    is_read = fields.Bool()
    is_announced = fields.Bool()
    days = fields.List(fields.Nested(DayOut))
    table = fields.Nested(OwnVersionOut, allow_none=True)
    draft_id = fields.UUID(allow_none=True)


class ChoiceOut(Schema):
    """A book that the default book can be made of."""

    id = fields.Str()
    title = fields.Str()


class DefaultBookOut(Schema):
    """The house's default book; `judges`: a version of it is in force today."""

    judges = fields.Bool()
    table = fields.Nested(OwnVersionOut, allow_none=True)
    draft_id = fields.UUID(allow_none=True)
    choices = fields.List(fields.Nested(ChoiceOut))
