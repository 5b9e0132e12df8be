"""The order in which work was last judged: ids and states, for a minute, in this process alone.

Nobody is offered because of what is remembered: it only says whose turn it would be, and that one
is judged anew (docs/decisions/0025).
"""

import threading
from collections.abc import Hashable, Mapping
from typing import NamedTuple
from uuid import UUID

from crm import clock

SECONDS = 60.0
MOST = 200  # orders, of 500 people each
BEGUN = "begun"  # instead of his state: a permit of one's own is started and not logged


class Order(NamedTuple):
    """People in their order, each with the state in which he was."""

    until: float
    states: Mapping[UUID, str]


class Remembered:
    """The orders judged last, each by whose and which it is; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: dict[Hashable, Order] = {}

    def keep(self, which: Hashable, states: Mapping[UUID, str]) -> None:
        """Remember an order that was judged just now."""
        with self._lock:
            self._orders.pop(which, None)
            self._orders[which] = Order(clock.ticks() + SECONDS, states)
            while len(self._orders) > MOST:
                del self._orders[next(iter(self._orders))]  # what ends first

    def recall(self, which: Hashable) -> Mapping[UUID, str]:
        """Return an order; nobody where it was not judged within the minute."""
        order = self._orders.get(which)
        return {} if order is None or order.until < clock.ticks() else order.states


orders = Remembered()
