"""One number that rises whenever every process must look again at keys, books, roles or masks."""

from collections.abc import Callable

from sqlalchemy import Integer, select, update

from crm.gate.work import Work
from crm.privacy.fields import impersonal
from crm.storage.tables import bookkeeping

generation = bookkeeping(
    "generation",
    "a counter; what raised it has its own entry",
    impersonal("id", Integer, primary_key=True),
    impersonal("number", Integer, nullable=False),
)

current = select(generation.c.number).where(generation.c.id == 1)

_rebuilders: list[Callable[[], None]] = []
_seen: int | None = None


def when_changed(rebuild: Callable[[], None]) -> None:
    """Have `rebuild` called in this process before it answers under a newer generation."""
    if rebuild not in _rebuilders:
        _rebuilders.append(rebuild)


def raise_generation(work: Work) -> None:
    """Let every process look again, from this commit on."""
    work.flush()
    work.connection.execute(
        update(generation).where(generation.c.id == 1).values(number=generation.c.number + 1)
    )


def notice(number: int) -> None:
    """Rebuild what this process keeps in memory if `number` is not the one it was built under."""
    global _seen  # noqa: PLW0603  one process, one memory
    if number == _seen:
        return
    for rebuild in _rebuilders:
        rebuild()
    _seen = number
