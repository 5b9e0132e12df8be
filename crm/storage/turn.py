"""Whose turn it is to write on SQLite: first come, first served."""

import fcntl
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 30.0


class TooBusy(RuntimeError):
    """Another writer held the database longer than anyone should wait."""


class Turns:
    """A queue of writers inside this process, and a lock file between processes.

    SQLite's own busy wait backs off at random: under sixteen writers its slowest wait is
    hundreds of times its median. A queue in front of it is fair and wakes only the next.
    """

    def __init__(self, lock_file: Path | None) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False
        self._file = os.open(lock_file, os.O_RDWR | os.O_CREAT, 0o600) if lock_file else None

    @contextmanager
    def mine(self) -> Iterator[None]:
        """Wait for one's turn, hold it for the block, then wake the next writer."""
        self._wait()
        try:
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                if self._file is not None:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._pass_on()

    def close(self) -> None:
        """Let go of the lock file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _wait(self) -> None:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return
            called = threading.Event()
            self._waiting.append(called)
        try:
            called.wait(PATIENCE_SECONDS)
        except BaseException:  # a signal ended the wait: nobody may wait for this thread's turn
            if not self._leave(called):
                self._pass_on()
            raise
        if self._leave(called):
            raise TooBusy("the database is busy; nothing was saved; try again")

    def _leave(self, called: threading.Event) -> bool:
        """Leave the queue; tell whether one's turn had not come."""
        with self._mutex:
            if called.is_set():
                return False
            self._waiting.remove(called)
            return True

    def _pass_on(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
