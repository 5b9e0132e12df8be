"""Who writes next on SQLite: first come, first served; nobody waits for ever or is forgotten."""

import threading
import time
from pathlib import Path

import pytest

from crm.storage import turn
from crm.storage.turn import TooBusy, Turns


def test_whoever_came_first_is_served_first() -> None:
    turns, order = Turns(None), []
    with turns.mine():
        threads = []
        for number in range(6):
            thread = threading.Thread(target=lambda n=number: took(turns, order, n))
            thread.start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
            threads.append(thread)
    for thread in threads:
        thread.join()
    assert order == list(range(6))


def took(turns: Turns, order: list[int], number: int) -> None:
    with turns.mine():
        order.append(number)


def test_nobody_waits_for_ever(monkeypatch) -> None:
    monkeypatch.setattr(turn, "PATIENCE_SECONDS", 0.05)
    turns = Turns(None)
    with turns.mine():
        told: list[str] = []

        def wait() -> None:
            try:
                took(turns, [], 1)
            except TooBusy as busy:
                told.append(str(busy))

        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
        assert told == ["the database is busy; nothing was saved; try again"]
        assert not turns._waiting
    with turns.mine():
        pass


@pytest.mark.parametrize("called", [False, True], ids=["before its turn", "as its turn comes"])
def test_whoever_is_interrupted_leaves_the_queue(monkeypatch, called: bool) -> None:
    turns = Turns(None)

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if called:
                turns._pass_on()
            raise KeyboardInterrupt

    with turns.mine():
        monkeypatch.setattr(turn.threading, "Event", Interrupted)
        with pytest.raises(KeyboardInterrupt):
            turns._wait()
        monkeypatch.undo()
        assert not turns._waiting
    with turns.mine():
        pass  # nobody holds it


def test_a_call_that_comes_at_the_last_moment_is_taken(monkeypatch) -> None:
    """The wait ended, yet its turn had come meanwhile: it must not be given up."""
    turns = Turns(None)

    class Late(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            turns._pass_on()
            return False

    turns._wait()
    monkeypatch.setattr(turn.threading, "Event", Late)
    turns._wait()
    monkeypatch.undo()
    turns._pass_on()
    with turns.mine():
        pass


def test_processes_take_turns_by_a_file(tmp_path: Path) -> None:
    one, two, order = Turns(tmp_path / "lock"), Turns(tmp_path / "lock"), []
    with one.mine():
        thread = threading.Thread(target=took, args=(two, order, 2))
        thread.start()
        thread.join(0.1)
        assert order == [], "it waits for the other process"
        order.append(1)
    thread.join()
    assert order == [1, 2]
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600
    for turns in (one, two):
        turns.close()
        turns.close()
