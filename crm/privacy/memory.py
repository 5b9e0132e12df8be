"""Keys held in memory for a while, and forgotten together."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm import clock

CACHED = 5000
SECONDS = 300.0

Name = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Held:
    """The keys of one subject and class; no cipher at all once they are destroyed."""

    until: float
    newest: int
    key: bytes  # of the newest generation
    ciphers: dict[int, AESGCM]


class Memory:
    """The keys read last, each for at most five minutes; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[int, str], Held] = OrderedDict()
        self.epoch = 0  # rises whenever all is forgotten

    def recall(self, name: Name) -> Held | None:
        """Return the keys, or None where they are not held or too old."""
        held = self._held.get((name[0].int, name[1]))  # a number hashes faster than a UUID
        return None if held is None or held.until < clock.ticks() else held

    def keep(self, name: Name, keys: dict[int, bytes], epoch: int) -> None:
        """Hold keys that were read in `epoch`, unless all was forgotten since."""
        newest = max(keys, default=0)
        ciphers = {generation: AESGCM(key) for generation, key in keys.items()}
        held = Held(clock.ticks() + SECONDS, newest, keys.get(newest, b""), ciphers)
        with self._lock:
            if epoch != self.epoch:
                return
            place = (name[0].int, name[1])
            self._held[place] = held
            self._held.move_to_end(place)
            while len(self._held) > CACHED:
                self._held.popitem(last=False)  # what ends first

    def forget(self) -> None:
        """Drop every key."""
        with self._lock:
            self.epoch += 1
            self._held.clear()
