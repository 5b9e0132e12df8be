"""Who gets whom, why somebody stays, and how long it can be undone: truth tables."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from crm.worklists.rules.sharing import (
    UNDO_WITHIN,
    Left,
    Taker,
    left_because,
    may_undo,
    shares,
)

NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
ANN, BEN, CAI = (UUID(int=n) for n in (1, 2, 3))


def people(*languages: str | None) -> list[tuple[UUID, str | None]]:
    return [(UUID(int=100 + n), language) for n, language in enumerate(languages)]


def given(*languages: str | None, takers: list[Taker], by_language: bool = False) -> str:
    names = {ANN: "a", BEN: "b", CAI: "c"}
    return "".join(
        names[to] for _, to in shares(people(*languages), takers, by_language=by_language)
    )


@pytest.mark.parametrize(
    ("loads", "count", "goes"),
    [
        ((0, 0, 0), 6, "abcabc"),
        ((5, 0, 0), 4, "bcbc"),
        ((1, 0, 0), 3, "bca"),
        ((0, 9, 9), 3, "aaa"),
    ],
)
def test_each_goes_to_whoever_has_fewest_by_then(loads, count, goes) -> None:
    takers = [Taker(one, load, "en") for one, load in zip((ANN, BEN, CAI), loads, strict=True)]
    assert given(*[None] * count, takers=takers) == goes


def test_whoever_reads_his_language_before_all_others() -> None:
    takers = [Taker(ANN, 0, "en"), Taker(BEN, 50, "zh")]
    languages = ("zh", "zh-Hant", "en-US", "es", None)
    assert given(*languages, takers=takers, by_language=True) == "bbaaa"
    assert given(*languages, takers=takers) == "aaaaa"


def test_without_takers_nobody_goes_and_nobody_is_lost() -> None:
    assert shares(people(None, "en"), [], by_language=True) == []
    everybody = people(*[None] * 7)
    found = shares(everybody, [Taker(ANN, 0, "en"), Taker(BEN, 0, "en")], by_language=True)
    assert [one for one, _ in found] == [one for one, _ in everybody]


@pytest.mark.parametrize(
    ("alive", "unmoved", "there", "why"),
    [
        (True, True, True, None),
        (True, True, False, Left.NOBODY_THERE),
        (True, False, True, Left.MOVED),
        (True, False, False, Left.MOVED),
        (False, True, True, Left.GONE),
        (False, False, False, Left.GONE),
    ],
)
def test_why_somebody_stays(alive, unmoved, there, why) -> None:
    assert left_because(alive=alive, unmoved=unmoved, there=there) is why


@pytest.mark.parametrize(
    ("running", "left", "ago", "rule"),
    [
        (False, 3, timedelta(), ""),
        (False, 3, UNDO_WITHIN, ""),
        (False, 3, UNDO_WITHIN + timedelta(seconds=1), "sharing.late"),
        (True, 3, timedelta(), "sharing.running"),
        (False, 0, timedelta(), "sharing.nothing"),
        (False, 0, None, "sharing.nothing"),
    ],
)
def test_until_when_it_can_be_undone(running, left, ago, rule) -> None:
    last = None if ago is None else NOW - ago
    assert may_undo(running=running, left=left, last=last, now=NOW).rule == rule
