"""How moments, days and money read in the reader's language and zone."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_currency, get_currency_precision
from flask import Flask
from flask_babel import gettext

from crm import clock
from crm.gate.verdict import Verdict
from crm.privacy.openers import Presented
from crm.rulebook.sentences import render
from crm.web.language import reader_locale, zone


def install(app: Flask) -> None:
    """Add the filters to the templates."""
    days = (moment, ago, day, short_day, weekday)
    shown = (*days, money, number, clock_time, typed, words, reasons, named)
    for kind in shown:
        app.jinja_env.filters[kind.__name__] = kind
    app.jinja_env.filters["place"] = place_of
    app.jinja_env.filters["listed"] = listed


def moment(value: datetime | None, where: str | None = None) -> str:
    """Return date, time and zone: 3 Apr 2026, 10:15 (Shanghai)."""
    if value is None:
        return "—"
    name = where or zone()
    local = value.astimezone(ZoneInfo(name))
    text = format_datetime(local, "d MMM y, HH:mm", locale=reader_locale(), tzinfo=ZoneInfo(name))
    if str(reader_locale()).startswith("zh"):
        text = format_datetime(
            local, "y年M月d日 HH:mm", locale=reader_locale(), tzinfo=ZoneInfo(name)
        )
        return f"{text}（{place_of(name)}）"
    return f"{text} ({place_of(name)})"


def clock_time(value: datetime | None, where: str | None = None) -> str:
    """Return the time of day: 10:15."""
    return "—" if value is None else f"{value.astimezone(ZoneInfo(where or zone())):%H:%M}"


def typed(value: datetime, where: str | None = None) -> str:
    """Return date and time as a browser's field takes them: 2026-04-03T10:15."""
    return f"{value.astimezone(ZoneInfo(where or zone())):%Y-%m-%dT%H:%M}"


def ago(value: datetime | None) -> str:
    """Return how long ago, or how soon, in words."""
    if value is None:
        return str(gettext("never"))
    span = value - clock.now()
    return str(format_timedelta(span, add_direction=True, locale=reader_locale()))


def day(value: date | None) -> str:
    """Return a day: 3 April 2026."""
    if value is None:
        return "—"
    return _spelt(value.date() if isinstance(value, datetime) else value, str(reader_locale()))


def weekday(value: date) -> str:
    """Return a day with its weekday, without its year: Fri 3 Apr."""
    shape = "M月d日 EEE" if str(reader_locale()).startswith("zh") else "EEE d MMM"
    return str(format_date(value, shape, locale=reader_locale()))


def short_day(value: date) -> str:
    """Return a day of the last months in a narrow column: 3 Apr."""
    shape = "M月d日" if str(reader_locale()).startswith("zh") else "d MMM"
    return str(format_date(value, shape, locale=reader_locale()))


@lru_cache(maxsize=1024)
def _spelt(value: date, locale: str) -> str:
    """Return a day in words; the days of a list are few, and each is dear to spell."""
    shape = "long" if locale.startswith("zh") else "d MMMM y"
    return str(format_date(value, shape, locale=locale))


def money(minor: int | None, currency: str) -> str:
    """Return an amount of minor units with its currency, never without."""
    if minor is None:
        return "—"
    places = get_currency_precision(currency)
    amount = Decimal(minor).scaleb(-places)
    shape = "¤¤ #,##0." + "0" * places if places else "¤¤ #,##0"
    return str(
        format_currency(amount, currency, shape, locale=reader_locale(), currency_digits=False)
    )


def number(value: int) -> str:
    """Return a whole number with its separators."""
    return f"{value:,}"


def named(name: Presented | None) -> str:
    """Return a person's name, or why there is none to show."""
    if name is None:
        return str(gettext("Name not known"))
    return name.text or str(gettext("Name hidden"))


def place_of(name: str) -> str:
    """Return a zone as people say it: Asia/Shanghai is Shanghai, or 上海."""
    if "/" not in name:
        return name
    return _city(name, str(reader_locale()))


@lru_cache(maxsize=1024)
def _city(name: str, locale: str) -> str:
    try:
        city = str(get_timezone_location(name, locale=locale, return_city=True))
    except LookupError:  # several zones, or one the library does not know
        return name
    return city.rpartition("/")[2]


def listed(things: Iterable[str]) -> str:
    """Return several names as one reads them: A, B, and C, or A、B和C."""
    return str(format_list([str(thing) for thing in things], locale=reader_locale()))


def words(verdict: Verdict) -> str:
    """Return a verdict's sentence in the reader's language."""
    text = str(gettext(verdict.why))
    return text % dict(verdict.figures) if verdict.figures else text


def reasons(decision: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a decision's reasons as the reason line shows them, in the reader's language."""
    return [
        {
            "sentence": sentence_of(found["figures"]),
            "citation": found["citation"],
            "rule": found["rule"],
            "effect": found["effect"],
            "until": datetime.fromisoformat(found["until"]) if found.get("until") else None,
            "event": gettext(found["event"]) if found.get("event") else "",
            "used": found.get("used"),
            "limit": found.get("limit"),
        }
        for found in decision["reasons"]
    ]


def explained(value: Any) -> Any:
    """Return what a program is told with each reason of a decision in the reader's language.

    The decision itself is kept, and proven, in English: that is what its digest is made of.
    """
    if isinstance(value, Mapping):
        told = {name: explained(part) for name, part in value.items()}
        figures = value.get("figures")
        if "why" in value and isinstance(figures, Mapping) and "sentence" in figures:
            told |= {"why": sentence_of(figures)}
            told |= {"event": gettext(value["event"])} if value.get("event") else {}
        return told
    return [explained(part) for part in value] if isinstance(value, list) else value


def sentence_of(figures: Mapping[str, Any]) -> str:
    """Return the sentence of a decision's reason, with zones, times and days as people say them."""
    said = dict(figures)
    if "zone" in said:
        said["zone"] = place_of(str(said["zone"]))
    if "local" in said:
        said["local"] = str(said["local"])[:5]  # hours and minutes
    if "on" in said:
        said["on"] = day(date.fromisoformat(str(said["on"])[:10]))
    return render(said, gettext)
