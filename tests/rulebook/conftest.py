"""A clock set by hand, and a shelf that no test leaves behind."""

from collections.abc import Iterator
from itertools import count

import pytest

from crm import clock
from crm.rulebook.in_force import put_up
from tests.contacts.conftest import Clock, time

__all__ = ["time"]


@pytest.fixture
def ids_by_the_clock(time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ids tell the test's time: by them a replay finds the shelf of then."""
    made = count()

    def nanoseconds() -> int:
        return int(time.now.timestamp()) * 1_000_000_000 + next(made) * 1000

    monkeypatch.setattr(clock, "nanoseconds", nanoseconds)


@pytest.fixture
def shelf() -> Iterator[None]:
    """Judge by the books of the release again when the test is over."""
    yield
    put_up(None)
