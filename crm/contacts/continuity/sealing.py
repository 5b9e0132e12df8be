"""The form of a sealed sheet: anyone here can make one, only the key on paper opens it.

A one-time X25519 key agrees with the team's public key; HKDF-SHA256 makes of it the key of
AES-256-GCM, bound to everything that stands before the ciphertext.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"probity-continuity-1\n"
PADDED_TO = 4096  # bytes; the length of a sheet tells little of how many stand on it
LARGEST = 64 * 1024 * 1024
_RAW, _NONCE, _CHECK = 32, 12, 3


class CannotOpenSheet(ValueError):
    """It is no sheet, damaged, expired, or the key is another one; the message says which."""


@dataclass(frozen=True, slots=True)
class Head:
    """What of a sheet stands in clear: whose it is, and from when until when it holds."""

    team_id: UUID
    sealed_at: datetime
    expires_at: datetime


def new_key() -> tuple[str, bytes]:
    """Return a key as it is printed, and its public half (32 bytes)."""
    private = X25519PrivateKey.generate()
    raw = private.private_bytes_raw()
    text = base64.b32encode(raw + _check(raw)).decode()
    groups = (text[at : at + 4] for at in range(0, len(text), 4))
    return "-".join(groups), private.public_key().public_bytes_raw()


def key_in(text: str) -> X25519PrivateKey:
    """Return the key that was typed; raise CannotOpenSheet where a letter is wrong."""
    letters = "".join(text.split()).replace("-", "").upper()
    try:
        raw = base64.b32decode(letters)
    except ValueError:
        raw = b""
    if len(raw) != _RAW + _CHECK or _check(raw[:_RAW]) != raw[_RAW:]:
        raise CannotOpenSheet("this is no key, or a letter of it is wrong")
    return X25519PrivateKey.from_private_bytes(raw[:_RAW])


def sealed(head: Head, content: dict[str, Any], public: bytes) -> bytes:
    """Return a sheet that only the other half of `public` opens."""
    once = X25519PrivateKey.generate()
    there = {
        "team_id": str(head.team_id),
        "sealed_at": head.sealed_at.isoformat(),
        "expires_at": head.expires_at.isoformat(),
        "once": once.public_key().public_bytes_raw().hex(),
        "for": public.hex(),
    }
    before = MAGIC + json.dumps(there, sort_keys=True).encode() + b"\n"
    plain = json.dumps(content, ensure_ascii=False).encode()
    padded = (plain + b"\x80").ljust(-(-(len(plain) + 1) // PADDED_TO) * PADDED_TO, b"\0")
    agreed = once.exchange(X25519PublicKey.from_public_bytes(public))
    nonce = os.urandom(_NONCE)
    return before + nonce + _cipher(agreed, before).encrypt(nonce, padded, before)


def head_of(sheet: bytes) -> Head:
    """Return what stands in clear; raise CannotOpenSheet where it is no sheet."""
    there, _, _ = _parts(sheet)
    return Head(
        UUID(there["team_id"]),
        datetime.fromisoformat(there["sealed_at"]),
        datetime.fromisoformat(there["expires_at"]),
    )


def opened(sheet: bytes, key: str, now: datetime) -> dict[str, Any]:
    """Return what stands on the sheet; raise CannotOpenSheet saying why it stays shut."""
    private, head = key_in(key), head_of(sheet)
    if head.expires_at <= now:
        raise CannotOpenSheet("it has expired: what it says may no longer be lawful")
    there, before, rest = _parts(sheet)
    if private.public_key().public_bytes_raw().hex() != there["for"]:
        raise CannotOpenSheet("it was sealed for another key: that of another team, or a newer one")
    agreed = private.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(there["once"])))
    try:
        padded = _cipher(agreed, before).decrypt(rest[:_NONCE], rest[_NONCE:], before)
    except InvalidTag:
        raise CannotOpenSheet("it is damaged") from None
    content: dict[str, Any] = json.loads(padded[: padded.rindex(b"\x80")])
    return content


def _parts(sheet: bytes) -> tuple[dict[str, str], bytes, bytes]:
    """Return the head, the bytes that are bound, and the rest."""
    end = sheet.find(b"\n", len(MAGIC))
    try:
        if not sheet.startswith(MAGIC) or end < 0:
            raise ValueError
        there = json.loads(sheet[len(MAGIC) : end])
        UUID(there["team_id"])
        for name in ("sealed_at", "expires_at"):
            if datetime.fromisoformat(there[name]).tzinfo is None:
                raise ValueError
        if any(len(bytes.fromhex(there[name])) != _RAW for name in ("once", "for")):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotOpenSheet("this is no continuity sheet") from None
    return there, sheet[: end + 1], sheet[end + 1 :]


def _cipher(agreed: bytes, before: bytes) -> AESGCM:
    derive = HKDF(SHA256(), 32, salt=hashlib.sha256(before).digest(), info=MAGIC)
    return AESGCM(derive.derive(agreed))


def _check(raw: bytes) -> bytes:
    return hashlib.sha256(MAGIC + raw).digest()[:_CHECK]
