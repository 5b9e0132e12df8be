"""A clock set by hand, and a shelf that no test leaves behind."""

from collections.abc import Iterator

import pytest

from crm.rulebook.in_force import put_up
from tests.contacts.conftest import time

__all__ = ["time"]


@pytest.fixture
def shelf() -> Iterator[None]:
    """Judge by the books of the release again when the test is over."""
    yield
    put_up(None)
