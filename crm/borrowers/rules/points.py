"""Numbers and addresses: their kinds, their one spelling, why they end."""

import re
import unicodedata
from enum import StrEnum

import phonenumbers

from crm.privacy.index import normal_email, normal_phone

LONGEST_ADDRESS = 300
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_HANDLE = re.compile(r"\S{2,100}")


class PointKind(StrEnum):
    """What a contact point is."""

    PHONE = "phone"
    EMAIL = "email"
    POSTAL = "postal"
    IM = "im"


class EndReason(StrEnum):
    """Why a contact point ended."""

    WRONG_NUMBER = "wrong_number"
    REASSIGNED = "reassigned"
    MOVED = "moved"
    OTHER = "other"


def number_of(token: bytes) -> str:
    """Return the contract's opaque `number` of a contact point's token."""
    return token.hex()


def spelt(kind: str, text: str) -> str | None:
    """Return a number or address in its one spelling, or None where it cannot be one."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if kind == PointKind.PHONE:
        return _phone(plain)
    if kind == PointKind.EMAIL:
        email = normal_email(plain)
        return email if _EMAIL.fullmatch(email) and len(email) <= 200 else None
    if kind == PointKind.IM:
        return plain if _HANDLE.fullmatch(plain) else None
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    kept = "\n".join(lines)
    return kept if 0 < len(lines) <= 6 and 5 <= len(kept) <= LONGEST_ADDRESS else None


def _phone(text: str) -> str | None:
    number = normal_phone(text)
    if number is None or not phonenumbers.is_valid_number(phonenumbers.parse(number, None)):
        return None
    return number
