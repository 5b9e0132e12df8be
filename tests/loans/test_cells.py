"""One cell at a time: used, or refused with its reason."""

import pytest

from crm.loans.imports import faults as f
from crm.loans.imports.cells import BadCell, read_cell


def read(part: str, text: str):
    return read_cell(part, text, "CNY", "CN")


@pytest.mark.parametrize(
    ("part", "text", "value"),
    [
        ("number", " A-1 ", "A-1"),
        ("name", "Zoë Chen", "Zoë Chen"),
        ("name", "  ", None),
        ("phone", "139 1234 5678", "+8613912345678"),
        ("phone", "+1 (212) 555-0123", "+12125550123"),
        ("email", "Chen@Example.COM", "chen@example.com"),
        ("country", "cn", "CN"),
        ("region", "us-ny", "US-NY"),
        ("language", "zh", "zh"),
        ("limit", "20,000", 2_000_000),
        ("balance", "-5", -500),
        ("bill", "-1", -100),
        ("days_past_due", "31", 31),
        ("status", "-2", -2),
        ("limit", "", None),
    ],
)
def test_a_good_cell_becomes_a_value(part, text, value) -> None:
    assert read(part, text) == value


@pytest.mark.parametrize(
    ("part", "text", "fault"),
    [
        ("number", "", f.EMPTY),
        ("number", "x" * 65, f.TOO_LONG),
        ("number", "=A1", f.FORMULA),
        ("name", "=cmd|'/c calc'!A1", f.FORMULA),
        ("name", "+SUM(1)", f.FORMULA),
        ("name", "-2+3", f.FORMULA),
        ("name", "@SUM(1)", f.FORMULA),
        ("name", "x" * 121, f.TOO_LONG),
        ("name", "a\x07b", f.UNPRINTABLE),
        ("name", "a\ud800b", f.UNPRINTABLE),
        ("phone", "12345", f.NOT_PHONE),
        ("phone", "=1391234567", f.FORMULA),
        ("phone", "+=cmd", f.FORMULA),
        ("phone", "call me", f.NOT_PHONE),
        ("email", "nobody", f.NOT_EMAIL),
        ("email", "@x", f.FORMULA),
        ("address", "x", f.NOT_ADDRESS),
        ("country", "XX", f.NOT_CODE),
        ("country", "China", f.TOO_LONG),
        ("region", "US-ZZ", f.NOT_CODE),
        ("language", "12", f.NOT_CODE),
        ("limit", "-1", f.NEGATIVE),
        ("overdue", "-0.01", f.NEGATIVE),
        ("paid", "-1", f.NEGATIVE),
        ("balance", "twelve", f.NOT_AMOUNT),
        ("balance", "=1+1", f.NOT_AMOUNT),
        ("bill", "1.234", f.NOT_AMOUNT),
        ("days_past_due", "-1", f.NEGATIVE),
        ("days_past_due", "3.5", f.NOT_WHOLE),
        ("days_past_due", "99999", f.OUT_OF_RANGE),
        ("status", "121", f.OUT_OF_RANGE),
        ("status", "-10", f.OUT_OF_RANGE),
    ],
)
def test_a_bad_cell_is_refused_with_its_reason(part, text, fault) -> None:
    with pytest.raises(BadCell) as bad:
        read(part, text)
    assert bad.value.fault is fault


@pytest.mark.parametrize(
    ("part", "value", "kept"),
    [
        ("balance", "twelve.50", "••••••.50"),
        ("balance", "13912345678", "•••"),  # a number that slipped into a column of figures
        ("limit", "-1", "-1"),
        ("name", "=Chen Jing", "=•••g (10)"),
        ("phone", "1391", "1••• (4)"),
        ("name", "", ""),
    ],
)
def test_a_reject_keeps_hardly_anything_of_a_value(part, value, kept) -> None:
    assert f.kept_of(part, value) == kept
