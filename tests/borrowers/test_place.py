"""Where evidence leaves a person: a truth table of sources and dates."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm.borrowers.rules import Evidence, place_of
from crm.borrowers.rules.evidence import a_year_before
from crm.borrowers.rules.regions import zones_of

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BOOKS = ("CN", "HOUSE", "US-FED")
NY, LA, CHICAGO = "America/New_York", "America/Los_Angeles", "America/Chicago"
SHANGHAI, TAIPEI, URUMQI = "Asia/Shanghai", "Asia/Taipei", "Asia/Urumqi"


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def piece(source, country, *zones, region=None, city=None, age=100.0, ended=None) -> Evidence:
    return Evidence(
        source=source,
        observed_at=days_ago(age),
        country=country,
        region=region,
        city=city,
        zones=zones,
        ended_at=None if ended is None else days_ago(ended),
    )


def said(country, *zones, age=10.0, region=None) -> Evidence:
    return piece("statement", country, *zones, age=age, region=region)


def address(country, *zones, **rest) -> Evidence:
    return piece("address", country, *zones, **rest)


def code(country, *zones, **rest) -> Evidence:
    return piece("area_code", country, *zones, **rest)


def file(country, *zones, **rest) -> Evidence:
    return piece("file", country, *zones, **rest)


@pytest.mark.parametrize(
    ("evidence", "zones", "jurisdictions", "aside"),
    [
        pytest.param([], (), (), 0, id="nothing is known"),
        pytest.param([address("CN", SHANGHAI)], (SHANGHAI,), ("CN",), 0, id="an address"),
        pytest.param(
            [code("US", NY, region="US-OH")],
            (NY,),
            ("US-FED",),
            0,
            id="a state without a book has its parent's",
        ),
        pytest.param(
            [said("US", LA, region="US-CA"), code("US", NY, region="US-NY")],
            (LA,),
            ("US-FED",),
            1,
            id="a fresh statement sets an older area code aside",
        ),
        pytest.param(
            [said("US", LA, age=364), code("US", NY, age=400)],
            (LA,),
            ("US-FED",),
            1,
            id="eleven months and some days old: still",
        ),
        pytest.param(
            [said("US", LA, age=366), code("US", NY, age=400)],
            (LA, NY),
            ("US-FED",),
            0,
            id="older than twelve months: no longer",
        ),
        pytest.param(
            [said("US", LA, age=10), code("US", NY, age=9)],
            (LA, NY),
            ("US-FED",),
            0,
            id="a newer contradiction brings both zones back",
        ),
        pytest.param(
            [said("CN", SHANGHAI, age=10), code("US", NY, age=9)],
            (NY, SHANGHAI),
            ("CN", "US-FED"),
            0,
            id="and both jurisdictions",
        ),
        pytest.param(
            [said("CN", SHANGHAI, age=10), code("US", NY, age=10)],
            (SHANGHAI,),
            ("CN",),
            1,
            id="what was known at that moment is set aside",
        ),
        pytest.param(
            [said("US", LA, age=10), address("US", NY)],
            (LA, NY),
            ("US-FED",),
            0,
            id="an address is not set aside by a statement",
        ),
        pytest.param(
            [said("US", LA, age=10), address("US", NY, ended=5)],
            (LA,),
            ("US-FED",),
            0,
            id="an address that ended counts no more",
        ),
        pytest.param(
            [said("US", LA, age=10), said("US", NY, age=40)],
            (LA,),
            ("US-FED",),
            1,
            id="the newest statement replaces the older",
        ),
        pytest.param(
            [said("US", LA, age=500), said("US", NY, age=700)],
            (LA,),
            ("US-FED",),
            1,
            id="also where both are old",
        ),
        pytest.param(
            [said("CN", SHANGHAI), file("US", NY)],
            (SHANGHAI,),
            ("CN",),
            1,
            id="what weighs less than an area code is set aside with it",
        ),
        pytest.param(
            [address("CN", SHANGHAI), code("US", NY)],
            (NY, SHANGHAI),
            ("CN", "US-FED"),
            0,
            id="no statement: all evidence counts",
        ),
        pytest.param(
            [address("CN")],
            (SHANGHAI, URUMQI),
            ("CN",),
            0,
            id="country known, zone unknown: every zone of the country",
        ),
        pytest.param(
            [file("CN"), code("CN", SHANGHAI)],
            (SHANGHAI,),
            ("CN",),
            0,
            id="a weaker piece that says no more adds nothing",
        ),
        pytest.param(
            [address("CN"), code("CN", SHANGHAI)],
            (SHANGHAI, URUMQI),
            ("CN",),
            0,
            id="but an area code does not narrow an address",
        ),
        pytest.param(
            [file("US", region="US-TX"), address("US", "America/Denver", region="US-TX")],
            ("America/Denver",),
            ("US-FED",),
            0,
            id="a postcode narrows a state",
        ),
        pytest.param(
            [file("US", region="US-TX")],
            (CHICAGO, "America/Denver"),
            ("US-FED",),
            0,
            id="a state alone: every zone of the state",
        ),
        pytest.param(
            [address("TW", TAIPEI)],
            (TAIPEI,),
            (),
            0,
            id="a place without any book: none",
        ),
        pytest.param(
            [address("CN", SHANGHAI), code("TW", TAIPEI)],
            (SHANGHAI, TAIPEI),
            (),
            0,
            id="possibly in a place without a book: none, so that it is refused",
        ),
        pytest.param(
            [address("PR", "America/Puerto_Rico")],
            ("America/Puerto_Rico",),
            ("US-FED",),
            0,
            id="a territory has the federal book",
        ),
        pytest.param([code(None, NY)], (NY,), (), 0, id="a zone without a country"),
        pytest.param([address("CN", SHANGHAI, age=-1)], (), (), 0, id="seen in the future"),
    ],
)
def test_evidence_leaves_zones_and_books(evidence, zones, jurisdictions, aside) -> None:
    for order in (evidence, evidence[::-1]):
        placed = place_of(order, NOW, BOOKS)
        assert placed.zones == zones
        assert placed.jurisdictions == jurisdictions
        assert len(placed.set_aside) == aside


def test_every_book_that_covers_a_place_applies() -> None:
    one = address("US", NY, region="US-NY", city="US-NYC")
    assert place_of([one], NOW, (*BOOKS, "US-NY", "US-NYC")).jurisdictions == (
        "US-FED",
        "US-NY",
        "US-NYC",
    )
    elsewhere = replace(one, city=None)
    assert place_of([elsewhere], NOW, (*BOOKS, "US-NY", "US-NYC")).jurisdictions == (
        "US-FED",
        "US-NY",
    )


def test_the_law_of_the_union_holds_besides_a_member_states_own_book() -> None:
    books = (*BOOKS, "EU", "IT")
    assert place_of([address("IT", "Europe/Rome")], NOW, books).jurisdictions == ("EU", "IT")
    assert place_of([address("FR", "Europe/Paris")], NOW, books).jurisdictions == ()
    assert place_of([address("CN", SHANGHAI)], NOW, books).jurisdictions == ("CN",)


def test_a_state_of_brazil_has_its_clock_and_the_countrys_book() -> None:
    placed = place_of([address("BR", region="BR-SP")], NOW, (*BOOKS, "BR", "BR-SP"))
    assert placed.jurisdictions == ("BR", "BR-SP")
    assert placed.zones == ("America/Sao_Paulo",)


def test_a_province_has_its_clocks_and_without_a_book_its_countrys() -> None:
    books = (*BOOKS, "CA-FED", "CA-ON")
    ontario = place_of([address("CA", region="CA-ON")], NOW, books)
    assert ontario.jurisdictions == ("CA-FED", "CA-ON")
    assert ontario.zones == ("America/Atikokan", "America/Toronto", "America/Winnipeg")
    manitoba = place_of([address("CA", region="CA-MB")], NOW, books)
    assert (manitoba.jurisdictions, manitoba.zones) == (("CA-FED",), ("America/Winnipeg",))
    assert place_of([address("AU", region="AU-QLD")], NOW, books).zones == (
        "Australia/Brisbane",
        "Australia/Lindeman",
    )


def test_every_clock_of_a_region_is_one_of_its_country() -> None:
    for region in ("AU-NSW", "BR-SP", "CA-BC", "CA-NL", "CA-QC", "CA-SK", "CA-YT"):
        assert set(zones_of(region[:2], region)) <= set(zones_of(region[:2]))


def test_words_are_given_only_where_all_agree() -> None:
    agreed = place_of([address("US", NY, region="US-NY"), code("US", NY, region="US-NY")], NOW, ())
    assert (agreed.country, agreed.region) == ("US", "US-NY")
    split = place_of([address("US", NY, region="US-NY"), code("US", LA, region="US-CA")], NOW, ())
    assert (split.country, split.region) == ("US", None)


def test_a_year_before_a_leap_day_is_the_last_of_february() -> None:
    assert a_year_before(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2027, 2, 28, tzinfo=UTC)
