"""Identifiers: their layout (RFC 9562), their order, and the instant they tell."""

from datetime import UTC, datetime
from itertools import count
from uuid import RFC_4122

import pytest

from crm import clock
from crm.storage.ids import made_at, new_id

NOON = 1_795_608_000_123_456_789  # 2026-11-25, nanoseconds since 1970


def test_an_id_is_a_uuid_of_version_seven_that_tells_its_millisecond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clock, "nanoseconds", lambda: NOON)
    made = new_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made_at(made) == datetime.fromtimestamp(NOON // 1_000_000 / 1000, UTC)
    assert made.int >> 64 & 0xFFF == 456_789 * 4096 // 1_000_000


def test_ids_stand_in_the_order_they_were_made_within_a_millisecond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticking = count(NOON, 250)
    monkeypatch.setattr(clock, "nanoseconds", lambda: next(ticking))
    made = [new_id() for _ in range(9000)]
    assert made == sorted(made)


def test_ids_of_one_instant_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "nanoseconds", lambda: NOON)
    assert len({new_id() for _ in range(1000)}) == 1000
