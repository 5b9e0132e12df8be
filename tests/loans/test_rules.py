"""Days, stages and money: what follows from figures alone."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.loans import rules as r


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-3, "M0"),
        (0, "M0"),
        (1, "M1"),
        (30, "M1"),
        (31, "M2"),
        (60, "M2"),
        (61, "M3"),
        (90, "M3"),
        (91, "M4"),
        (120, "M4"),
        (121, "M5"),
        (150, "M5"),
        (151, "M6"),
        (180, "M6"),
        (181, "M7"),
        (4000, "M7"),
    ],
)
def test_the_stage_follows_from_days_past_due(days: int, bucket: str) -> None:
    assert r.bucket_of(days) == bucket


@pytest.mark.parametrize(
    ("days", "on", "expected"),
    [
        (60, date(2026, 10, 31), 60),
        (60, date(2026, 11, 25), 85),
        (0, date(2026, 11, 25), 0),
        (10, date(2026, 10, 1), 0),
        (10, date(2026, 10, 25), 4),
    ],
)
def test_what_is_overdue_grows_older_every_day(days: int, on: date, expected: int) -> None:
    assert r.days_past_due(days, date(2026, 10, 31), on) == expected


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("0", "CNY", 0),
        ("1234.5", "CNY", 123450),
        ("1,234.50", "CNY", 123450),
        ("-3.01", "USD", -301),
        ("5", "JPY", 5),
        ("１２．５", "CNY", 1250),
        ("  7 ", "TWD", 700),
        ("1.2", "BHD", 1200),
        ("10000000000000", "CNY", 10**15),
        ("5.00", "CNY", 500),
        ("5.000", "CNY", 500),
    ],
)
def test_amounts_are_read_exactly(text: str, currency: str, minor: int) -> None:
    assert r.minor_units(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "1e3",
        "0x10",
        "1.2.3",
        "1,23",
        "12,34,567",
        "NaN",
        "Infinity",
        "--1",
        "1.234",
        "10000000000000.01",
        "1 000",
        "٣",
        "=1+1",
        "+-1",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(r.BadAmount):
        r.minor_units(text, "CNY")


def test_a_currency_without_decimals_takes_none() -> None:
    with pytest.raises(r.BadAmount):
        r.minor_units("5.5", "JPY")


@given(st.integers(-(10**15), 10**15), st.sampled_from(["CNY", "JPY", "BHD", "TWD"]))
def test_an_amount_written_is_read_back(minor: int, currency: str) -> None:
    assert r.minor_units(r.decimal_text(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("back", "expected"), [(0, date(2026, 1, 1)), (1, date(2025, 12, 1)), (13, date(2024, 12, 1))]
)
def test_months_are_counted_back_over_the_year(back: int, expected: date) -> None:
    assert r.months_before(r.first_of("2026-01"), back) == expected


def test_a_month_ends_on_its_last_day() -> None:
    assert r.end_of(date(2024, 2, 1)) == date(2024, 2, 29)
    assert r.end_of(date(2026, 12, 1)) == date(2026, 12, 31)


@pytest.mark.parametrize(("status", "days"), [(-2, 0), (-1, 0), (0, 0), (1, 30), (8, 240)])
def test_a_status_of_n_months_is_n_times_thirty_days(status: int, days: int) -> None:
    assert r.days_of_status(status, 30) == days


F = r.Figures


@pytest.mark.parametrize(
    ("months", "late", "overdue"),
    [
        ([F(5000, 0), F(4000, 0)], 0, 0),  # not late: nothing is overdue
        ([F(5000, 0), F(4000, 0)], 1, 4000),  # last month's bill, unpaid
        ([F(5000, 1500), F(4000, 0)], 1, 2500),  # less what was paid since
        ([F(5000, 1500), F(4000, 700), F(3000, 0)], 2, 800),
        ([F(2000, 0), F(4000, 0)], 1, 2000),  # never more than the balance
        ([F(5000, 9000), F(4000, 0)], 1, 0),  # paid since
        ([F(-10, 0), F(4000, 0)], 1, 0),  # in credit
        ([F(5000, 0), F(4000, 0)], 9, 4000),  # older than the file: its oldest month
        ([F(5000, None), F(4000, None)], 1, 4000),
        ([F(None, 0), F(4000, 0)], 1, 0),
        ([F(5000, 0), F(None, 0)], 1, 0),
        ([], 3, 0),
    ],
)
def test_overdue_is_estimated_from_bills_and_payments(months, late, overdue) -> None:
    assert r.estimated_overdue(months, late) == overdue


@pytest.mark.parametrize(
    ("amount", "balance", "overdue", "days", "status"),
    [
        (1, 9_999, 2_999, 60, "open"),  # a part leaves the days as they are
        (3_000, 7_000, 0, 0, "open"),  # what is overdue is met: no day is past due
        (4_000, 6_000, 0, 0, "open"),
        (10_000, 0, 0, 0, "paid"),
        (10_500, -500, 0, 0, "paid"),  # more than owed is a credit
    ],
)
def test_a_payment_meets_what_is_overdue_first(amount, balance, overdue, days, status) -> None:
    after = r.after_payment(r.Standing(10_000, 3_000, 60), amount)
    assert after == r.Standing(balance, overdue, days, status)
    assert after.bucket == ("M2" if days else "M0")
