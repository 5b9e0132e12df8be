"""One byte form for each document: sorted keys, no spaces, UTF-8."""

from __future__ import annotations

import hashlib
import json

_encoder = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(document: object) -> bytes:
    """Give the canonical JSON of a document of plain JSON values."""
    return _encoder.encode(document).encode("utf-8", "surrogatepass")


def sha256(document: object) -> str:
    """Give the SHA-256 of the canonical JSON of a document, hex."""
    return hashlib.sha256(canonical(document)).hexdigest()
