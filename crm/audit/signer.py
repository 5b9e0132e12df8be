"""The signer: it remembers, outside the database, what it signed last, and refuses to go back."""

import base64
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crm.audit.merkle import EMPTY_ROOT, verify_consistency
from crm.audit.note import Checkpoint, dated, signed, verifier_key
from crm.settings import Settings

Proof = Callable[[int], Sequence[bytes]]  # from an older size, the consistency proof to the new


STATE = "signer.state"


class SignerRefuses(RuntimeError):
    """The tree offered is smaller than, or no continuation of, what was signed before."""


class Signer:
    """An Ed25519 key and the size and root of its last signature, in the folder of keys."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.origin = origin
        self._folder = folder
        self._key = Ed25519PrivateKey.from_private_bytes(_read_key(folder / "signer.key"))

    @property
    def public(self) -> Ed25519PublicKey:
        """Return the public key."""
        return self._key.public_key()

    @property
    def verifier_key(self) -> str:
        """Return the key line that outsiders keep."""
        return verifier_key(self.origin, self.public)

    def last(self) -> tuple[int, bytes]:
        """Return size and root of the last signature; (0, empty root) before the first.

        Raises SignerRefuses where that memory is gone: who forgets could be made to sign a fork.
        """
        path = self._folder / STATE
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            return int(state["size"]), base64.b64decode(state["root"], validate=True)
        except (OSError, ValueError, KeyError, TypeError):
            raise SignerRefuses(
                f"{path} is missing or damaged: bring it back from your key backup"
            ) from None

    def sign(self, size: int, root: bytes, proof: Proof, at: datetime) -> str:
        """Return the checkpoint, signed at `at`, of a tree that continues the last one signed.

        Raises SignerRefuses for a fork or a rollback. The state is on disk before the signature
        leaves.
        """
        with self._alone():
            old_size, old_root = self.last()
            if size < old_size:
                raise SignerRefuses(
                    f"the ledger has {size} entries but {old_size} were signed: "
                    "entries are gone, or an old backup was restored"
                )
            old, new = (old_size, old_root), (size, root)
            if old_size and not verify_consistency(old, new, proof(old_size)):
                raise SignerRefuses(
                    f"the first {old_size} entries are not those that were signed: "
                    "the ledger was rewritten"
                )
            keep_state(self._folder, size, root)
        note = signed(Checkpoint(self.origin, size, root).text(), self.origin, self._key)
        return dated(note, self.origin, self._key, at)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        number = os.open(self._folder / "signer.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)


def keep_state(folder: Path, size: int, root: bytes) -> None:
    """Keep what was signed last, safe on disk before this returns."""
    state = json.dumps({"size": size, "root": base64.b64encode(root).decode()})
    fresh = folder / (STATE + ".new")
    number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(state)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / STATE)
    entry = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)


def origin_of(settings: Settings) -> str:
    """Return the name under which this instance's checkpoints are signed."""
    return f"{settings.instance_id}/audit"


def make_signer(settings: Settings) -> None:
    """Make the signer's key, and its memory of having signed nothing; refuse where one exists."""
    path = settings.keys_dir / "signer.key"
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    keep_state(settings.keys_dir, 0, EMPTY_ROOT)


def open_signer(settings: Settings) -> Signer:
    """Return the instance's signer; raise SignerRefuses where its key is gone."""
    return Signer(settings.keys_dir, origin_of(settings))


def _read_key(path: Path) -> bytes:
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:
        raise SignerRefuses(f"{path} is missing or damaged: bring it back from your key backup")
    return key
