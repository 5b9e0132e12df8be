"""Local clocks where they jump: the start of days, windows, and instants to the second."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.rulebook.moments import Window, inside, next_edge, start_of_day, zone_named


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00:00+00:00"),
        # Midnight is skipped: the day begins at one.
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00:00+00:00"),
        ("America/Santiago", date(2026, 9, 6), "2026-09-06T04:00:00+00:00"),
        # Midnight comes twice: the day begins with the first.
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00:00+00:00"),
        # A day that never was has the start of the next.
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00"),
    ],
)
def test_a_day_begins_with_its_first_instant(zone: str, day: date, start: str) -> None:
    assert start_of_day(day, zone_named(zone)) == at(start)


def test_a_window_within_the_skipped_hour_opens_at_the_jump() -> None:
    window = Window(2 * 3600 + 1800, 4 * 3600)
    zone = zone_named("America/New_York")
    assert next_edge(window, zone, at("2026-03-08T01:00:00-05:00")) == at(
        "2026-03-08T03:00:00-04:00"
    )


def test_a_window_opens_twice_when_its_hour_comes_twice() -> None:
    window = Window(1 * 3600, 1 * 3600 + 1800)
    zone = zone_named("America/New_York")
    edges, moment = [], at("2026-11-01T00:00:00-04:00")
    for _ in range(4):
        moment = next_edge(window, zone, moment) or moment
        edges.append(moment)
    first = at("2026-11-01T01:00:00-04:00")
    half = timedelta(minutes=30)
    assert edges == [first, first + half, first + 2 * half, first + 3 * half]


def test_a_window_past_midnight_belongs_to_the_day_it_opens() -> None:
    friday_night = Window(22 * 3600, 6 * 3600, frozenset({5}))
    zone = zone_named("Asia/Shanghai")
    assert inside(friday_night, zone, at("2026-06-05T22:00:00+08:00"))
    assert inside(friday_night, zone, at("2026-06-06T05:59:59+08:00"))
    assert not inside(friday_night, zone, at("2026-06-06T06:00:00+08:00"))
    assert not inside(friday_night, zone, at("2026-06-05T05:00:00+08:00"))
    monday = at("2026-06-08T10:00:00+08:00")
    assert next_edge(friday_night, zone, monday) == at("2026-06-12T22:00:00+08:00")


def test_what_is_always_open_has_no_edge() -> None:
    assert next_edge(Window(0, 86_400), zone_named("UTC"), at("2026-06-05T22:00:00Z")) is None
