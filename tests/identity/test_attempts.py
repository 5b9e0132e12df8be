"""Guessing is slowed down, by counters that no number of threads can outrun."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm import clock
from crm.identity import attempts
from crm.storage.database import database
from tests.houses import Instance

EMAIL, ADDRESS = "wu@bank.example", "192.0.2.1"


@pytest.mark.both
def test_five_tries_are_compared_and_the_sixth_is_locked(house: Instance) -> None:
    assert [attempts.begin(EMAIL, ADDRESS) for _ in range(7)] == [None] * 5 + ["account"] * 2
    assert attempts.begin("other@bank.example", ADDRESS) is None


@pytest.mark.both
def test_twenty_guesses_at_once_get_five_comparisons(house: Instance) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: attempts.begin(EMAIL, ADDRESS), range(20)))
    assert answers.count(None) == 5


@pytest.mark.both
def test_a_lock_ends_after_a_quarter_of_an_hour_and_is_not_prolonged(house: Instance) -> None:
    with time_machine.travel(clock.now(), tick=False) as watch:
        for _ in range(5):
            attempts.begin(EMAIL, ADDRESS)
        watch.shift(attempts.WINDOW - timedelta(seconds=2))
        assert attempts.begin(EMAIL, ADDRESS) == "account"
        watch.shift(timedelta(seconds=3))
        assert attempts.begin(EMAIL, ADDRESS) is None


def test_tries_far_apart_lock_nothing(house: Instance) -> None:
    with time_machine.travel(clock.now(), tick=False) as watch:
        for _ in range(4):
            attempts.begin(EMAIL, ADDRESS)
        watch.shift(attempts.WINDOW + timedelta(seconds=1))
        assert [attempts.begin(EMAIL, ADDRESS) for _ in range(6)] == [None] * 5 + ["account"]


@pytest.mark.both
def test_a_locked_address_counts_against_no_account(house: Instance) -> None:
    for number in range(30):
        assert attempts.begin(f"{number}@bank.example", ADDRESS) is None
    for _ in range(6):
        assert attempts.begin(EMAIL, ADDRESS) == "address"
    assert attempts.begin(EMAIL, "192.0.2.2") is None


@pytest.mark.both
def test_whoever_was_right_is_forgiven(house: Instance) -> None:
    for _ in range(40):  # more people than the limit sign in from one address
        assert attempts.begin(EMAIL, ADDRESS) is None
        _in_writing(
            attempts.forgive, attempts.key("account", EMAIL), attempts.key("address", ADDRESS)
        )


def test_old_counters_are_cleared_away(house: Instance) -> None:
    with time_machine.travel(clock.now(), tick=False) as watch:
        attempts.begin(EMAIL, ADDRESS)
        watch.shift(2 * attempts.WINDOW + timedelta(seconds=1))
        _in_writing(attempts.forget, "code", "somebody")
        with database().glance() as connection:
            assert connection.execute(attempts.attempt.select()).all() == []


def _in_writing(work: Any, *given: Any) -> None:
    with database().write() as connection:
        work(connection, *given)
        connection.commit()
