"""How a started contact reaches its number: handed to a dialler, or shown for a minute."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from crm.privacy.openers import deliver
from crm.privacy.sealed import Sealed

SHOWN_FOR = timedelta(seconds=60)


class Dialler(Protocol):
    """Turns a number into what the holder of a permit gets.

    It is asked inside the transaction of the start and must do nothing yet: what it returns
    leaves only once the start is in the ledger (a dialler's answer is a token to be redeemed).
    """

    def instruction(self, number: Sealed, until: datetime) -> dict[str, Any]:
        """Return what the holder gets; it is worth nothing after `until`."""


class Shown:
    """No dialler: the number itself, for the holder to dial by hand."""

    def instruction(self, number: Sealed, until: datetime) -> dict[str, Any]:
        """Return the number, and until when it may be shown."""
        return {"number": deliver(number), "until": until}


dialler: Dialler = Shown()
