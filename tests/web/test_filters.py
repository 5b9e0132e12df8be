"""Money always with its currency, moments always with their zone, both as the reader writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask, g
from flask_babel import force_locale

from crm import clock
from crm.identity.actor import ANONYMOUS
from crm.web import filters


@contextmanager
def reading(language: str) -> Iterator[None]:
    """Read in another language: what was looked up for this request is looked up again."""
    with force_locale(language):
        g.pop("locale", None)
        yield
    g.pop("locale", None)


NOON = datetime(2026, 4, 3, 2, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_a_request(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        g.actor, g.known = ANONYMOUS, None
        yield


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123456, "CNY", "CNY 1,234.56"),
        (-5, "USD", "-USD 0.05"),
        (1234, "JPY", "JPY 1,234"),
        (1234567, "KWD", "KWD 1,234.567"),
        (0, "TWD", "TWD 0.00"),
        (None, "CNY", "—"),
    ],
)
def test_money_shows_its_currency_and_its_own_number_of_places(
    minor: int | None, currency: str, text: str
) -> None:
    assert filters.money(minor, currency).replace("\xa0", " ") == text


def test_money_is_exact_beyond_what_a_float_can_hold() -> None:
    assert "90,071,992,547,409.93" in filters.money(9007199254740993, "CNY")


def test_a_moment_shows_date_time_and_zone() -> None:
    assert filters.moment(NOON, "Asia/Shanghai") == "3 Apr 2026, 10:15 (Shanghai)"
    assert filters.moment(NOON, "America/New_York") == "2 Apr 2026, 22:15 (New York)"


def test_a_moment_in_chinese_is_written_the_chinese_way() -> None:
    with reading("zh"):
        assert filters.moment(NOON, "Asia/Shanghai") == "2026年4月3日 10:15（上海）"


def test_without_a_zone_the_readers_own_counts() -> None:
    assert filters.moment(NOON) == "3 Apr 2026, 02:15 (UTC)"
    assert filters.clock_time(NOON, "Asia/Shanghai") == "10:15"
    assert filters.typed(NOON, "Asia/Shanghai") == "2026-04-03T10:15"


def test_a_day_has_no_zone() -> None:
    assert filters.day(date(2026, 4, 3)) == "3 April 2026"
    with reading("zh"):
        assert filters.day(date(2026, 4, 3)) == "2026年4月3日"


def test_what_is_not_known_is_a_dash() -> None:
    assert filters.moment(None) == filters.day(None) == filters.clock_time(None) == "—"


def test_ago_says_how_long_in_words() -> None:
    assert filters.ago(clock.now() - timedelta(days=3)) == "3 days ago"
    assert filters.ago(clock.now() + timedelta(hours=2, seconds=5)) == "in 2 hours"
    assert filters.ago(None) == "never"


def test_a_zone_is_named_as_people_say_it() -> None:
    assert filters.place_of("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert filters.place_of("UTC") == "UTC"
    with reading("zh"):
        assert filters.place_of("America/New_York") == "纽约"


def test_a_decisions_reasons_are_made_anew_of_their_figures() -> None:
    decision = {
        "reasons": [
            {
                "rule": "US-FED.call_frequency.seven_in_seven",
                "effect": "refuse",
                "citation": "12 CFR 1006.14(b)(2)(i)(A)",
                "why": "not used",
                "figures": {"sentence": "cap.calls", "used": 7, "limit": 7, "days": 7},
                "until": "2026-04-10T12:00:00Z",
                "used": 7,
                "limit": 7,
            }
        ]
    }
    (found,) = filters.reasons(decision)
    assert found["sentence"].startswith("7 of 7 calls within 7 consecutive days")
    assert found["until"] == datetime(2026, 4, 10, 12, tzinfo=UTC)
    assert (found["used"], found["limit"]) == (7, 7)


def test_a_sentence_of_the_books_names_places_times_and_days_as_people_do() -> None:
    hours = {
        "sentence": "hours.closed",
        "local": "02:44:47",
        "zone": "America/New_York",
        "opens": "08:00",
        "closes": "21:00",
    }
    assert filters.sentence_of(hours).startswith("It is 02:44 in New York;")
    talked = {"sentence": "wait.conversation", "on": "2026-04-03", "days": 7}
    assert "on 3 April 2026;" in filters.sentence_of(talked)
    with reading("zh"):
        assert filters.sentence_of(hours).startswith("纽约当地时间为 02:44；")
        assert "2026年4月3日" in filters.sentence_of(talked)


def test_several_names_are_listed_as_the_reader_lists_them() -> None:
    names = ("Chicago", "Los Angeles", "Honolulu")
    assert filters.listed(names) == "Chicago, Los Angeles, and Honolulu"
    assert filters.listed(names[:1]) == "Chicago"
    assert filters.listed(()) == ""
    with reading("zh"):
        assert filters.listed(("芝加哥", "檀香山", "纽约")) == "芝加哥、檀香山和纽约"
