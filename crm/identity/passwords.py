"""Passwords: how they are hashed, judged and made up."""

import os
import re
import secrets
import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

LONGEST = 128
LEAST = 12
LEAST_LEFT = 10
LEAST_SCORE = 3  # of 4, as zxcvbn counts

_AT_ONCE = threading.BoundedSemaphore(2)  # each hash takes 64 MiB
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def _hasher() -> PasswordHasher:
    """Return the hasher; tests ask for a cheap one, which checks the same code."""
    if os.environ.get("CRM_CHEAP_HASHES") == "for tests":
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher()


def hashed(password: str) -> str:
    """Return the Argon2id hash of a password."""
    with _AT_ONCE:
        return _hasher().hash(_spelt(password))


def is_right(known: str | None, password: str) -> bool:
    """Tell whether `password` is the one hashed as `known`.

    Takes as long where there is nothing to compare with, so that time does not tell who exists.
    """
    with _AT_ONCE:
        fits = len(password) <= LONGEST
        try:
            right = _hasher().verify(known or dummy(), _spelt(password) if fits else "")
        except (VerificationError, InvalidHashError):
            return False
    return right and fits and known is not None


def is_strong(password: str, *own_words: str) -> bool:
    """Tell whether a password resists guessing, also by somebody who knows the account's words.

    What is left without those words must be long enough by itself.
    """
    if not LEAST <= len(password) <= LONGEST:
        return False
    words = {"probity", *_parts(*own_words)}
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    score: int = zxcvbn(password, user_inputs=sorted(words))["score"]
    return score >= LEAST_SCORE and len(left.strip()) >= LEAST_LEFT


def made_up() -> str:
    """Return a new random password that can be read out: four groups of five."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


@lru_cache(maxsize=1)
def dummy() -> str:
    """Return the hash of a password that nobody knows; made before the first try to sign in."""
    return _hasher().hash(secrets.token_urlsafe())


def _spelt(password: str) -> str:
    """Return a password in one spelling, whatever keyboard it came from; spaces count."""
    return unicodedata.normalize("NFC", password)


def _parts(*words: str) -> set[str]:
    """Return the parts of names and addresses that somebody could guess by: three letters on."""
    parts = {part for word in words for part in re.split(r"\W+", word.casefold())}
    joined = {"".join(re.split(r"\W+", word.casefold())) for word in words}
    return {part for part in parts | joined if len(part) >= 3}
