"""What the ledger holds instead of a personal value: a salted commitment that dies with its key."""

import base64
import hashlib
import hmac
from uuid import UUID

from crm.privacy.keyring import keyring

BYTES = 16


def commitment(subject: UUID, entry: UUID, field: str, value: bytes) -> str:
    """Return the commitment of `value`, 22 characters.

    The salt is derived from the subject's commitment key, the entry and the field, so that two
    entries about one value cannot be linked, and none can be guessed once the key is destroyed.
    """
    key = keyring().commitment_key(subject)
    salt = hmac.digest(key, entry.bytes + field.encode(), hashlib.sha256)
    digest = hmac.digest(salt, value, hashlib.sha256)[:BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
