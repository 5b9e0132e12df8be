"""The requests of a collector's desk: the file of one person after another, and who comes next."""

from collections.abc import Iterator
from itertools import cycle

from bench.load import Request
from bench.seeding import Whom
from crm.gate.answer import answer
from crm.identity.actor import Actor
from crm.worklists.queries import MyWork

Headers = tuple[tuple[str, str], ...]


def files(whom: list[Whom], headers: Headers) -> Iterator[Request]:
    """Open one file after the other: meter, ways to reach, what is owed, what was before."""
    return (Request("GET", f"/people/{one.person}", b"", headers) for one in cycle(whom[:1000]))


def steps(actor: Actor, headers: Headers) -> Iterator[Request]:
    """Ask who comes next in a full list of work, from one place after the other."""
    return (
        Request("GET", f"/work/next?person={one['id']}&work={one['place']}&step=1", b"", headers)
        for one in cycle(answer(MyWork(), actor)["items"])
    )
