"""Repeats made harmless: the same key by the same actor answers with the first result."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Boolean, LargeBinary, String, UniqueConstraint, bindparam, select

from crm.gate.action import Action, Done
from crm.gate.document import to_document
from crm.gate.errors import Invalid
from crm.gate.work import Work
from crm.privacy.fields import impersonal
from crm.privacy.keyring import keyring
from crm.storage.ids import new_id
from crm.storage.prepared import Prepared
from crm.storage.tables import bookkeeping
from crm.storage.types import Id, Moment

LONGEST_KEY = 200

idempotency = bookkeeping(
    "idempotency",
    "remembers that a request was answered; what it did has its own entry",
    impersonal("id", Id, primary_key=True),
    impersonal("actor_id", Id, nullable=False),
    impersonal("key", String(LONGEST_KEY), nullable=False),
    impersonal("action", String(80), nullable=False),
    impersonal("digest", LargeBinary(32), nullable=False),
    impersonal("result_id", Id),  # NULL: the action leaves nothing to be found again
    impersonal("waits", Boolean, nullable=False),  # the result is a request to a second person
    impersonal("at", Moment, nullable=False),
    UniqueConstraint("actor_id", "key"),
)

_EARLIER = Prepared(
    select(idempotency).where(
        idempotency.c.actor_id == bindparam("actor"), idempotency.c.key == bindparam("given")
    )
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What came of the first request under a key."""

    result_id: UUID | None
    waits: bool


def earlier_result(work: Work, action: Action, key: str) -> Earlier | None:
    """Return what came of the earlier run under `key`, or None if this is the first.

    Raises Invalid where the key came before with another request.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid({"Idempotency-Key": [f"Use 1 to {LONGEST_KEY} characters."]})
    row = work.one(_EARLIER, {"actor": work.actor.id, "given": key})
    if row is None:
        return None
    if row.action != action.recorded_as or row.digest != _digest(action):
        raise Invalid({"Idempotency-Key": ["This key was used for another request."]})
    return Earlier(row.result_id, row.waits)


def remember(work: Work, action: Action, key: str, done: Done) -> None:
    """Keep, in the same transaction, what `key` led to."""
    result = done.result
    result_id = result.get("id") if isinstance(result, dict) else getattr(result, "id", None)
    work.keep(
        idempotency,
        id=new_id(),
        actor_id=work.actor.id,
        key=key,
        action=action.recorded_as,
        digest=_digest(action),
        result_id=result_id if isinstance(result_id, UUID) else None,
        waits=done.waiting is not None,
        at=work.now,
    )


def _digest(action: Action) -> bytes:
    """Return a keyed digest of the request: a plain one would let personal values be guessed."""
    text = to_document(action, compared=True).encode()
    return hmac.digest(keyring().instance_key(), text, hashlib.sha256)
