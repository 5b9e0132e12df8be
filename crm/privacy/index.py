"""Blind indexes: finding a sealed value by what it is, without storing what it is."""

import hashlib
import hmac
import re
import unicodedata

import phonenumbers

from crm.privacy.keyring import keyring

DEFAULT_REGION = "CN"
_WRITTEN = re.compile(r"[\d\s+().\-/\u2010-\u2015\u2212]+")


def normal_phone(text: str, region: str = DEFAULT_REGION) -> str | None:
    """Return a telephone number as E.164, or None where it is none, or more than one."""
    written = unicodedata.normalize("NFKC", text)
    if not _WRITTEN.fullmatch(written):  # the library takes the first number out of any sentence
        return None
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normal_email(text: str) -> str:
    """Return an e-mail address in one spelling (NFKC, lower case), and of that the same again."""
    lower = unicodedata.normalize("NFKC", text).strip().lower()
    return unicodedata.normalize("NFKC", lower)  # a letter may come apart when it is lowered


def normal_national_id(text: str) -> str:
    """Return an identity number in one spelling: no spaces or dashes, upper case."""
    kept = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in kept if letter.isalnum())


def normal_plain(text: str) -> str:
    """Return any other value in one spelling: NFKC, trimmed, upper case."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def normal(field_id: str, text: str) -> str:
    """Return the one spelling of a value of this field."""
    if field_id == "contact_point.value":
        if "@" in text:
            return normal_email(text)
        return normal_phone(text) or normal_plain(text)
    if field_id == "account.email":
        return normal_email(text)
    if field_id == "person.national_id":
        return normal_national_id(text)
    return normal_plain(text)


def blind(name: str, bits: int, text: str) -> int | bytes:
    """Return the index of a normalised value: 16 bytes for 128 bits, else a small integer.

    Few bits make several values share an index on purpose, so that a stolen table names
    nobody; whoever searches compares the candidates through `match`.
    """
    digest = hmac.digest(keyring().index_key(name), text.encode(), hashlib.sha256)
    if bits == 128:
        return digest[:16]
    return int.from_bytes(digest[:8]) >> (64 - bits)


def token(kind: str, text: str) -> bytes:
    """Return the opaque token, 16 bytes, equal for all who have this normalised value."""
    return hmac.digest(keyring().index_key("token/" + kind), text.encode(), hashlib.sha256)[:16]
