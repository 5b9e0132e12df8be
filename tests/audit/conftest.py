"""Who tampers with the record."""

from collections.abc import Iterator

import pytest

from tests.houses import Instance
from tests.intruder import Intruder


@pytest.fixture
def intruder(house: Instance) -> Iterator[Intruder]:
    """Somebody with a database client."""
    somebody = Intruder(house)
    yield somebody
    somebody.close()
