"""The key that wraps all other keys: where it lies and how it is checked."""

import base64
import binascii
import hashlib
import hmac
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from crm.settings import Settings

BYTES = 32


class KekUnavailable(RuntimeError):
    """The KEK is not there, not readable, or not the one this keystore was made with."""


def make_kek(settings: Settings) -> None:
    """Make a new KEK file, readable by its owner alone; an environment KEK is only checked.

    Raises KekUnavailable where one exists already: a new key would make all data unreadable.
    """
    if settings.kek.startswith("env:"):
        read_kek(settings)
        return
    path = Path(settings.kek.removeprefix("file:"))
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


def read_kek(settings: Settings, environment: Mapping[str, str] | None = None) -> bytes:
    """Return the KEK, 32 bytes; raise KekUnavailable saying what is wrong and what to do."""
    if settings.kek.startswith("env:"):
        name = settings.kek.removeprefix("env:")
        text = (environment or os.environ).get(name, "").encode()
        return _decoded(text, f"the environment variable {name}")
    path = Path(settings.kek.removeprefix("file:"))
    return _decoded(_file(path), str(path))


def check_value(kek: bytes) -> bytes:
    """Return a value by which the same KEK is known again without being shown."""
    return hmac.digest(kek, b"probity kek check value", hashlib.sha256)[:8]


def _file(path: Path) -> bytes:
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise KekUnavailable(
            f"the key file {path} is missing: bring it back from your key backup"
        ) from None
    except OSError as fault:
        raise KekUnavailable(f"the key file {path} cannot be opened: {fault.strerror}") from None
    with os.fdopen(number, "rb") as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise KekUnavailable(f"{path} is not a regular file")
        if state.st_mode & 0o077:
            raise KekUnavailable(f"{path} can be read by others: run chmod 600 on it")
        if state.st_uid != os.geteuid():
            raise KekUnavailable(f"{path} belongs to another user")
        return file.read(200)


def _decoded(text: bytes, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != BYTES:
        raise KekUnavailable(f"{where} does not hold a key of {BYTES} bytes in base64")
    return key
