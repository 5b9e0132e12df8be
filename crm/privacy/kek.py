"""The key that wraps all other keys: where it lies, how it is checked, how it wraps."""

import base64
import binascii
import errno
import hashlib
import hmac
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crm.privacy.keystore import SYSTEM_KEYS, KeystoreTaken, make_keystore, place
from crm.settings import Settings

BYTES = 32
NONCE = 12

log = structlog.get_logger()


class KekUnavailable(RuntimeError):
    """The KEK is not there, not readable, or not the one this keystore was made with."""


class Kek:
    """The key-encrypting key of one instance.

    It wraps with AES-256-GCM, not with KWP: SP 800-38F allows both, GCM takes the place of the
    wrapped key (subject, class, generation) as authenticated data without a further derivation,
    and its limit of 2^32 wraps under one key lies far beyond the people of any instance.
    """

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        digest = hmac.digest(key, b"probity kek check value", hashlib.sha256)
        self.check_value = digest[:8]  # knows the same KEK again, without showing it

    @property
    def ref(self) -> str:
        """Return the name by which a wrapped key says which KEK wrapped it."""
        return self.check_value.hex()

    def wrap(self, key: bytes, where: bytes) -> bytes:
        """Return `key` wrapped for one place of the keystore, as `place` names it."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, key, where)

    def unwrap(self, wrapped: bytes, where: bytes) -> bytes:
        """Return the key; raise KekUnavailable where it was damaged or moved from its place."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], where)
        except (InvalidTag, ValueError):  # ValueError: too short to hold a tag
            raise KekUnavailable(
                "a key in the keystore was damaged or swapped: restore the keystore from its backup"
            ) from None


def make_kek(settings: Settings) -> None:
    """Make the KEK and the keystore it guards; `crm init` alone calls this, once an instance.

    A KEK in the environment is only checked: whoever set it made it. Raises KekUnavailable where
    a KEK or a keystore exists already, for a new key would leave all data unreadable.
    """
    assert settings.instance_id is not None, "an instance has its id before its keys"
    if settings.kek.startswith("file:"):
        write_kek(_path(settings))
    kek = Kek(read_kek(settings))
    wrapped = {name: kek.wrap(os.urandom(BYTES), place("system", name)) for name in SYSTEM_KEYS}
    try:
        make_keystore(settings.keystore_url, settings.instance_id, kek.check_value, wrapped)
    except KeystoreTaken:
        raise KekUnavailable(
            "the keystore holds keys already: bring back the KEK it was made with"
        ) from None


def read_kek(settings: Settings, environment: Mapping[str, str] | None = None) -> bytes:
    """Return the KEK, 32 bytes; raise KekUnavailable saying what is wrong and what to do."""
    if settings.kek.startswith("env:"):
        name = settings.kek.removeprefix("env:")
        values = os.environ if environment is None else environment
        if name not in values:
            raise KekUnavailable(f"the environment variable {name} is not set: it holds the KEK")
        return _decoded(values[name].encode(), f"the environment variable {name}")
    path = _path(settings)
    if path.is_relative_to(settings.home):
        log.warning("kek.beside_data", remedy="keep the key file apart from CRM_HOME")
    return kek_in(path)


def kek_in(path: Path) -> bytes:
    """Return the key that a file holds, if nobody else can read it; raise KekUnavailable."""
    return _decoded(_content(path), str(path))


def _path(settings: Settings) -> Path:
    return Path(settings.kek.removeprefix("file:"))


def write_kek(path: Path) -> None:
    """Write a new key to `path`, safe on disk before this returns; refuse where a file is."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise KekUnavailable(f"{path} exists already: a KEK is never replaced in place") from None
    with os.fdopen(number, "wb") as file:
        file.write(base64.b64encode(os.urandom(BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _content(path: Path) -> bytes:
    try:  # O_NONBLOCK: a pipe in the file's place must not make the start wait for ever
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise KekUnavailable(
            f"the key file {path} is missing: bring it back from your key backup"
        ) from None
    except OSError as fault:
        linked = fault.errno == errno.ELOOP
        why = "it is a symbolic link" if linked else fault.strerror
        raise KekUnavailable(f"the key file {path} cannot be opened: {why}") from None
    try:
        state = os.fstat(number)
        if not stat.S_ISREG(state.st_mode):
            raise KekUnavailable(f"{path} is not a regular file")
        if state.st_mode & 0o077:
            raise KekUnavailable(f"{path} is open to other users: run chmod 600 on it")
        if state.st_uid != os.geteuid():
            raise KekUnavailable(f"{path} belongs to another user: run chown on it")
        return os.read(number, 200)
    finally:
        os.close(number)


def _decoded(text: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != BYTES:
        raise KekUnavailable(
            f"{where} does not hold a key of {BYTES} bytes in base64: bring back your key backup"
        )
    return key
