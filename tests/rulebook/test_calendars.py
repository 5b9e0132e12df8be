"""Public holidays: which days they are, and years whose calendar nobody has announced yet."""

from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from test_scopes import a_book

from crm.rulebook.books import Books
from crm.rulebook.calendars import Calendar
from crm.rulebook.engine import ENGINE, decide
from crm.rulebook.holiday_words import HOLIDAYS
from crm.rulebook.kinds.hours import Holidays
from crm.rulebook.shelf import BrokenBook, read_book, shipped_books


def books(folder: Path, **parameters: Any) -> Books:
    rule = {"id": "XX.hours.holidays", "kind": "hours", "parameters": parameters}
    return Books([read_book(a_book(folder, "XX", rule))])


def ask(shelf: Books, at: str, *zones: str) -> dict[str, Any]:
    facts = {
        "jurisdictions": ["XX"],
        "collector_role": "bank",
        "time_zones": list(zones or ["UTC"]),
        "proposed": {"at": at, "channel": "call"},
    }
    return decide(facts, shelf)


def test_a_holiday_is_closed_to_its_end_and_is_named(tmp_path: Path) -> None:
    decision = ask(books(tmp_path, holidays={"country": "AU"}), "2026-12-25T10:00:00Z")
    reason = decision["reasons"][0]
    assert reason["why"] == "2026-12-25 is a public holiday in UTC: Christmas Day."
    # Boxing Day follows, and as it falls on a Saturday it is kept on Monday too.
    assert decision["next_allowed_at"] == "2026-12-27T00:00:00+00:00"


def test_a_holiday_may_leave_some_hours(tmp_path: Path) -> None:
    shelf = books(tmp_path, **{"holidays": {"country": "AU"}, "from": "10:00", "to": "12:00"})
    assert ask(shelf, "2026-12-25T10:00:00Z")["allowed"]
    early, late = ask(shelf, "2026-12-25T09:59:59Z"), ask(shelf, "2026-12-25T12:00:00Z")
    assert early["next_allowed_at"] == "2026-12-25T10:00:00+00:00"
    assert late["next_allowed_at"] == "2026-12-26T10:00:00+00:00"


def test_it_is_a_holiday_while_it_is_one_in_any_place_possible(tmp_path: Path) -> None:
    shelf = books(tmp_path, holidays={"country": "AU"})
    decision = ask(shelf, "2026-01-26T14:00:00+00:00", "Australia/Perth", "Pacific/Honolulu")
    assert decision["next_allowed_at"] == "2026-01-27T10:00:00+00:00"


def test_a_year_not_announced_is_shown_as_such(tmp_path: Path) -> None:
    shelf = books(tmp_path, holidays={"country": "ID", "announced": 2026})
    known = ask(shelf, "2026-08-17T10:00:00Z")
    assert [r["figures"]["sentence"] for r in known["reasons"]] == ["hours.holiday"]
    expected = ask(shelf, "2027-08-17T10:00:00Z")
    assert [r["figures"]["sentence"] for r in expected["reasons"]] == ["hours.holiday_expected"]
    assert not expected["allowed"]
    ordinary = ask(shelf, "2027-08-18T10:00:00Z")
    assert ordinary["allowed"]
    assert [(r["effect"], r["figures"]["year"]) for r in ordinary["reasons"]] == [("warn", 2027)]


def test_beyond_the_table_nothing_is_known_and_that_is_said(tmp_path: Path) -> None:
    decision = ask(books(tmp_path, holidays={"country": "AU"}), "2150-12-25T10:00:00Z")
    assert decision["allowed"]
    assert [r["figures"]["sentence"] for r in decision["reasons"]] == ["hours.unannounced"]


def test_only_the_named_days_count_and_fixed_ones_besides() -> None:
    calendar = Calendar.read(
        {"country": "CA", "only": ["Good Friday"], "fixed": {"06-24": "Fête nationale"}}
    )
    assert calendar.holiday(date(2026, 4, 3)) == "Good Friday"
    assert calendar.holiday(date(2026, 6, 24)) == "Fête nationale"
    assert calendar.holiday(date(2026, 12, 25)) is None


@pytest.mark.parametrize(
    ("holidays", "reason"),
    [
        ({"country": "ZZ"}, "no calendar of holidays for ZZ"),
        ({"country": "CA", "subdivision": "XX"}, "no calendar of holidays for CA XX"),
        ({"country": "CA", "only": ["Hogmanay"]}, "no such holiday there: 'Hogmanay'"),
        ({"country": "CA", "fixed": {"02-29": "Leap Day"}}, "no such day in every year: '02-29'"),
        ({"country": "CA", "categories": ["quiet"]}, "quiet"),
    ],
)
def test_a_calendar_that_is_not_there_breaks_the_book(
    tmp_path: Path, holidays: dict[str, Any], reason: str
) -> None:
    with pytest.raises(BrokenBook, match=reason):
        books(tmp_path, holidays=holidays)


def test_another_table_of_holidays_or_zones_is_another_engine() -> None:
    # Whoever changes one of the pins may change answers, and raises ENGINE with it.
    pinned = (ENGINE, version("holidays"), version("tzdata"))
    assert pinned == ("3", "0.109", "2026.6")


def test_every_holiday_of_the_shelf_has_its_word_for_readers() -> None:
    shelf = shipped_books()
    calendars = {
        rule.judgement.calendar
        for name in shelf.ids
        for book in shelf.versions(name)
        for rule in book.rules
        if isinstance(rule.judgement, Holidays)
    }
    days = [date(2018, 1, 1) + timedelta(days=n) for n in range(18 * 365)]
    names = {calendar.holiday(day) for calendar in calendars for day in days} - {None}
    assert len(names) > 50
    assert names <= HOLIDAYS.keys()
