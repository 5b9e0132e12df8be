"""One-time passwords: made for someone else, shown once, changed at the first sign-in."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.identity.passwords import hashed, made_up
from crm.privacy.sealed import Sealed


@dataclass(frozen=True)
class OneTime:
    """A password made for someone else: shown once, and to be changed at the first sign-in."""

    text: Sealed
    hash: Sealed


def one_time(text: str | None = None) -> OneTime:
    """Return a made-up password (or `text`) and its hash, both sealed.

    Hashing is slow: call this before an action begins, not inside it.
    """
    chosen = text or made_up()
    return OneTime(Sealed.fresh(chosen), Sealed.fresh(hashed(chosen)))


def shown_once(result_id: UUID) -> dict[str, Any]:
    """Return what is left of a result whose secret was shown the first time."""
    return {"id": result_id, "one_time_password": None}
