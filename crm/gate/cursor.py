"""Where the next page of a list begins, sealed: a cursor tells nobody what it was made of."""

import base64
import binascii
import json
import os
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm.privacy.keyring import keyring

NONCE = 12
LONGEST = 1600  # a name of 200 characters may be in it


class BadCursor(ValueError):
    """Not a cursor of this list, or of this instance."""


def sealed(of: str, values: Sequence[Any]) -> str:
    """Return a cursor of the list named `of` from plain values, such as [number, str(id)]."""
    nonce = os.urandom(NONCE)
    text = json.dumps(list(values), ensure_ascii=False).encode()
    cipher = _cipher().encrypt(nonce, text, of.encode())
    return base64.urlsafe_b64encode(nonce + cipher).rstrip(b"=").decode()


def opened(of: str, text: str) -> list[Any]:
    """Return what the cursor was made of; raise BadCursor."""
    if not text.isascii() or len(text) > LONGEST:
        raise BadCursor(of)
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        values: list[Any] = json.loads(_cipher().decrypt(raw[:NONCE], raw[NONCE:], of.encode()))
    except (binascii.Error, InvalidTag, ValueError):
        raise BadCursor(of) from None
    return values


def _cipher() -> AESGCM:
    return AESGCM(keyring().index_key("cursor"))
