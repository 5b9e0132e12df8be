"""Where numbers, addresses and named places point to."""

from datetime import UTC, datetime

import pytest

from crm.borrowers.rules.origin import (
    Origin,
    is_clock_of,
    origin_of_address,
    origin_of_phone,
    origin_of_place,
)
from crm.borrowers.rules.regions import is_region, zones_of

NY = "America/New_York"


@pytest.mark.parametrize(
    ("number", "country", "region", "zones"),
    [
        ("+8613800138000", "CN", None, ("Asia/Shanghai",)),
        ("+886912345678", "TW", None, ("Asia/Taipei",)),
        ("+12125551234", "US", "US-NY", (NY,)),
        ("+14195551234", "US", "US-OH", (NY,)),
        ("+12042345678", "CA", None, ("America/Winnipeg",)),
        ("+18005551212", None, None, ()),  # toll-free: in no place
        ("not a number", None, None, ()),
    ],
)
def test_an_area_code_points_to_a_place(number, country, region, zones) -> None:
    assert origin_of_phone(number) == Origin(country, region, None, zones)


@pytest.mark.parametrize(
    ("text", "country", "given", "expected"),
    [
        ("350 5th Ave\nNew York, NY 10118", "US", None, Origin("US", "US-NY", "US-NYC", (NY,))),
        ("9 Main St\nBlacklick, OH 43004", "US", None, Origin("US", "US-OH", None, (NY,))),
        ("9 Main St, Buffalo NY", "US", None, Origin("US", "US-NY", None, (NY,))),
        ("9 Main St", "US", None, Origin("US", None, None, ())),
        ("9 Main St\n10118", "US", "US-CA", Origin("US", None, None, ())),
        ("9 Main St\n00000", "US", "US-NY", Origin("US", "US-NY", None, (NY,))),
        (
            "北京市海淀区中关村大街1号 100080",
            "CN",
            None,
            Origin("CN", None, None, ("Asia/Shanghai",)),
        ),
        (
            "乌鲁木齐市天山区 830000",
            "CN",
            None,
            Origin("CN", "CN-XJ", None, ("Asia/Shanghai", "Asia/Urumqi")),
        ),
        ("PO Box 9\nAPO AE 09012", "US", None, Origin("US", None, None, ())),
        ("5 High Street\nLeeds", "GB", None, Origin("GB", None, None, ())),
    ],
)
def test_an_address_points_to_a_place(text, country, given, expected) -> None:
    assert origin_of_address(text, country, given) == expected


def test_a_named_place_must_fit_together() -> None:
    assert origin_of_place("US", "US-TX") == Origin(
        "US", "US-TX", None, ("America/Chicago", "America/Denver")
    )
    assert origin_of_place("US", "CN-BJ") is None
    assert origin_of_place("US", "US-ZZ") is None
    assert origin_of_place("XX") is None
    assert origin_of_place("US", "US-NY", "CN-BJ") is None


def test_regions_and_their_zones() -> None:
    assert is_region("CN-XJ", "CN")
    assert not is_region("CN", "CN")
    assert zones_of("CN", "CN-GD") == ("Asia/Shanghai",)
    assert zones_of("CN", "CN-XJ") == ("Asia/Shanghai", "Asia/Urumqi")
    assert "Pacific/Honolulu" in zones_of("US")
    assert zones_of("XX") == ()


@pytest.mark.parametrize(
    ("zone", "country", "region", "fits"),
    [
        (NY, "US", "US-NY", True),
        ("US/Eastern", "US", "US-NY", True),  # another name of the same clock
        ("Pacific/Honolulu", "US", None, True),
        ("Pacific/Honolulu", "US", "US-NY", False),
        ("Asia/Shanghai", "US", None, False),
        ("America/Phoenix", "US", "US-CO", False),  # alike in winter alone
    ],
)
def test_a_zone_named_is_one_of_the_place(zone, country, region, fits) -> None:
    assert is_clock_of(zone, country, region, datetime(2026, 1, 15, tzinfo=UTC)) is fits
