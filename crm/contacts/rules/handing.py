"""How many contacts can still be made before each closing hour, at so many an hour."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

HOUR = timedelta(hours=1)


class Closing(NamedTuple):
    """The people whose lawful hours end at one instant (None: not today).

    `reached`: how many of them can be contacted by then, if those who close sooner come first;
    `left`: for how many it will be too late.
    """

    closes_at: datetime | None
    people: int
    reached: int
    left: int


def handed_over(closings: Iterable[datetime | None], now: datetime, an_hour: int) -> list[Closing]:
    """Return the closing hours, the soonest first, with what a rate of `an_hour` still reaches."""
    counted = Counter(closings)
    endless = counted.pop(None, 0)
    found, before = [], 0
    for closes_at in sorted(at for at in counted if at is not None):
        people = counted[closes_at]
        capacity = int(an_hour * ((closes_at - now) / HOUR))
        reached = min(people, max(0, capacity - before))
        before += reached
        found.append(Closing(closes_at, people, reached, people - reached))
    return [*found, Closing(None, endless, endless, 0)] if endless else found
