"""The requests of a collector's desk: the file of one person after another, and who comes next."""

from collections.abc import Iterator
from itertools import cycle

from bench.load import Request
from bench.seeding import Whom

Headers = tuple[tuple[str, str], ...]


def files(whom: list[Whom], headers: Headers) -> Iterator[Request]:
    """Open one file after the other: meter, ways to reach, what is owed, what was before."""
    return (Request("GET", f"/people/{one.person}", b"", headers) for one in cycle(whom[:1000]))


def steps(whom: list[Whom], headers: Headers) -> Iterator[Request]:
    """Ask who comes next in a full list of work, from one place after the other."""
    return (
        Request("GET", f"/work/next?person={one.person}&work={place % 100}&step=1", b"", headers)
        for place, one in enumerate(cycle(whom[:1000]))
    )
