"""The form of a ciphertext, and what it is bound to."""

import os
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag

from crm.privacy.fields import Field
from crm.privacy.keyring import keyring
from crm.storage.types import Ciphertext

VERSION = 1
AES_256_GCM = 1
HEADER = bytes((VERSION, AES_256_GCM))
GENERATION = 2  # bytes after the header: which of the subject's keys sealed it
NONCE = 12
BEFORE = len(HEADER) + GENERATION
SHORTEST = BEFORE + NONCE + 16 + 1


class SealTampered(RuntimeError):
    """A ciphertext that is damaged, moved from its place, or of an unknown form."""


def seal_text(text: str, field: Field, subject: UUID, row: UUID) -> Ciphertext:
    """Seal `text` for one field of one row of one subject; equal texts give unequal bytes."""
    nonce = os.urandom(NONCE)
    plain = _padded(text.encode(), field.pad)
    generation, cipher = keyring().newest(subject, field.retention)
    sealed = cipher.encrypt(nonce, plain, _bound_to(field, subject, row))
    return Ciphertext(HEADER + generation.to_bytes(GENERATION) + nonce + sealed)


def open_text(sealed: bytes, field: Field, subject: UUID, row: UUID) -> str:
    """Return the text; raise SealTampered, or SealKeyMissing where its key is gone."""
    if len(sealed) < SHORTEST or sealed[:2] != HEADER:
        raise SealTampered(field.id)
    generation = int.from_bytes(sealed[len(HEADER) : BEFORE])
    cipher = keyring().cipher(subject, field.retention, generation)
    nonce, body = sealed[BEFORE : BEFORE + NONCE], bytes(sealed[BEFORE + NONCE :])
    try:
        plain = cipher.decrypt(nonce, body, _bound_to(field, subject, row))
    except InvalidTag:
        raise SealTampered(field.id) from None
    return plain[: plain.rindex(b"\x80")].decode()


@lru_cache(maxsize=256)
def _named(field_id: str, retention: str) -> bytes:
    parts = (b"crm/f1", field_id.encode(), retention.encode(), HEADER)
    return b"".join(len(part).to_bytes(2) + part for part in parts)


def _bound_to(field: Field, subject: UUID, row: UUID) -> bytes:
    return _named(field.id, field.retention) + subject.bytes + row.bytes


def _padded(plain: bytes, step: int) -> bytes:
    """Pad as ISO/IEC 7816-4 to a multiple of `step`, so that lengths tell little."""
    length = -(-(len(plain) + 1) // step) * step
    return (plain + b"\x80").ljust(length, b"\x00")
