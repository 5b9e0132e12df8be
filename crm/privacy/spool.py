"""Uploads that wait to be read: sealed chunk by chunk, before a byte of them reaches the disk."""

import hashlib
import hmac
import os
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag

from crm.privacy.keyring import keyring
from crm.settings import Settings
from crm.storage.ids import new_id

CHUNK = 64 * 1024
NONCE = 12
_LENGTH = struct.Struct(">I")


class UploadTooLarge(ValueError):
    """More bytes came than the house accepts."""


class SpoolDamaged(RuntimeError):
    """A sealed upload that is cut short, altered or gone."""


class Upload(bytes):
    """A finished upload: its keyed digest (32 bytes), which also knows where the file waits."""

    spool: UUID

    @classmethod
    def at(cls, digest: bytes, spool: UUID) -> "Upload":
        """Return the upload with this digest that lies under the name `spool`."""
        made = cls(digest)
        made.spool = spool
        return made


_folder: Path | None = None


def open_spool(settings: Settings) -> None:
    """Make the instance's spool folder this process's own."""
    global _folder  # noqa: PLW0603  one process serves one instance
    _folder = settings.home / "spool"


def folder() -> Path:
    """Return the folder of sealed uploads; open_spool() must have come first."""
    if _folder is None:
        raise RuntimeError("no spool is open")
    return _folder


def keyed_digest() -> "hmac.HMAC":
    """Return a new keyed digest: a plain one would tell which file a thief should look for."""
    return hmac.new(keyring().instance_key(), digestmod=hashlib.sha256)


class SpoolFile:
    """A file in the making that takes clear bytes and writes sealed ones (mode 0600).

    It looks enough like a file for whoever parses a form. `close` deletes it; what was claimed
    lives on under its other name.
    """

    def __init__(self, limit: int) -> None:
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
        self.id = new_id()
        self._limit, self._size, self._number = limit, 0, 0
        self._digest, self._cipher = keyed_digest(), keyring().spool_cipher()
        self._waiting = bytearray()
        self._upload: Upload | None = None
        self._path = folder() / self.id.hex
        number = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(number, "wb")

    def write(self, data: bytes) -> int:
        """Take some bytes; raise UploadTooLarge beyond the limit."""
        self._size += len(data)
        if self._size > self._limit:
            raise UploadTooLarge(f"more than {self._limit} bytes")
        self._digest.update(data)
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Stay where it is: a form's parser rewinds what it has written, nobody reads it here."""
        return 0

    def read(self, size: int = -1) -> bytes:
        """Give nothing: an upload is read back through `chunks_of` only."""
        return b""

    def finish(self) -> Upload:
        """Write what is left and return the upload; it lives until `close` unless it is claimed."""
        if self._upload is None:
            self._seal(bytes(self._waiting), last=True)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._upload = Upload.at(self._digest.digest(), self.id)
        return self._upload

    def close(self) -> None:
        """Close the file, and delete it where nobody claimed it."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _seal(self, data: bytes, *, last: bool) -> None:
        nonce = os.urandom(NONCE)
        sealed = self._cipher.encrypt(nonce, data, _place(self.id, self._number, last))
        self._file.write(_LENGTH.pack(len(sealed)) + bytes((last,)) + nonce + sealed)
        self._number += 1


def claim(upload: Upload, name: UUID) -> None:
    """Give the upload a second name that outlives its request: that of the run that reads it."""
    here = folder()
    os.link(here / upload.spool.hex, here / f"{name.hex}.{upload.spool.hex}")


def chunks_of(name: UUID) -> Iterator[bytes]:
    """Yield the clear bytes of a claimed upload; raise SpoolDamaged where it does not open."""
    path = _find(name)
    if path is None:
        raise SpoolDamaged("the upload is gone: send the file again")
    spool, cipher = UUID(path.name.partition(".")[2]), keyring().spool_cipher()
    with path.open("rb") as file:
        number, last = 0, False
        while not last:
            sealed, nonce, last = _next(file)
            try:
                yield cipher.decrypt(nonce, sealed, _place(spool, number, last))
            except InvalidTag:
                raise SpoolDamaged("the upload was altered: send the file again") from None
            number += 1


def discard(name: UUID) -> None:
    """Delete a claimed upload."""
    path = _find(name)
    if path is not None:
        path.unlink(missing_ok=True)


def sweep(living: Collection[UUID], before: float) -> int:
    """Delete what was last written before `before` and belongs to no one of `living`.

    Returns how many files there were. They are left behind only by a process that was killed.
    """
    count = 0
    for path in folder().glob("*"):
        name, dot, _ = path.name.partition(".")
        if not (dot and UUID(name) in living) and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            count += 1
    return count


def _find(name: UUID) -> Path | None:
    return next(iter(folder().glob(f"{name.hex}.*")), None)


def _next(file: BinaryIO) -> tuple[bytes, bytes, bool]:
    head = file.read(_LENGTH.size + 1 + NONCE)
    if len(head) < _LENGTH.size + 1 + NONCE:
        raise SpoolDamaged("the upload is cut short: send the file again")
    (length,) = _LENGTH.unpack_from(head)
    sealed = file.read(length)
    if len(sealed) < length:
        raise SpoolDamaged("the upload is cut short: send the file again")
    return sealed, head[_LENGTH.size + 1 :], bool(head[_LENGTH.size])


def _place(spool: UUID, number: int, last: bool) -> bytes:
    return b"crm/spool1" + spool.bytes + number.to_bytes(8) + bytes((last,))
