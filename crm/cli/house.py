"""How a command enters the instance, and leaves it whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from crm import open_house
from crm.settings import Settings


@contextmanager
def opened() -> Iterator[Settings]:
    """Open the instance of the environment for the block; raise what stands against it."""
    settings = Settings.from_environment()
    house = open_house(settings)
    try:
        yield settings
    finally:
        house.close()
