"""A clock that tests of contacts set by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from crm import clock
from tests.contacts.scene import NOON_IN_CHINA


class Clock:
    """The present moment, as a test wants it."""

    def __init__(self) -> None:
        self.now = NOON_IN_CHINA
        self.step = timedelta(0)  # by which it goes on each time somebody looks

    def look(self) -> datetime:
        """Return the moment, and go on as a real clock does."""
        self.now += self.step
        return self.now.astimezone(UTC)

    def set(self, moment: datetime | str) -> datetime:
        """Make it that moment; return it."""
        self.now = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return self.now

    def forward(self, **span: float) -> datetime:
        """Let time pass; return the new moment."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Noon in China on a Wednesday, until the test says otherwise."""
    made = Clock()
    monkeypatch.setattr(clock, "now", made.look)
    return made
