"""The signer: it remembers, outside the database, what it signed last, and refuses to go back."""

import base64
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from crm.audit.merkle import EMPTY_ROOT, verify_consistency
from crm.audit.note import Checkpoint, signed, verifier_key
from crm.settings import Settings

Proof = Callable[[int], Sequence[bytes]]  # from an older size, the consistency proof to the new


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
        """Return size and root of the last signature; (0, empty root) before the first."""
        try:
            state = json.loads((self._folder / "signer.state").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0, EMPTY_ROOT
        return int(state["size"]), base64.b64decode(state["root"])

    def sign(self, size: int, root: bytes, proof: Proof) -> str:
        """Return the signed checkpoint of a tree that continues the last one signed.

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
            if old_size and not verify_consistency((old_size, old_root), (size, root), proof(old_size)):
                raise SignerRefuses(
                    f"the first {old_size} entries are not those that were signed: "
                    "the ledger was rewritten"
                )
            self._keep(size, root)
        return signed(Checkpoint(self.origin, size, root).text(), self.origin, self._key)

    def _keep(self, size: int, root: bytes) -> None:
        state = json.dumps({"size": size, "root": base64.b64encode(root).decode()})
        fresh = self._folder / "signer.state.new"
        number = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(state)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._folder / "signer.state")
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        number = os.open(self._folder / "signer.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            yield
        finally:
            os.close(number)


def origin_of(settings: Settings) -> str:
    """Return the name under which this instance's checkpoints are signed."""
    return f"{settings.instance_id}/audit"


def make_signer(settings: Settings) -> None:
    """Make the signer's key; refuse where one exists."""
    path = settings.keys_dir / "signer.key"
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def open_signer(settings: Settings) -> Signer:
    """Return the instance's signer; raise SignerRefuses where its key is gone."""
    return Signer(settings.keys_dir, origin_of(settings))


def _read_key(path: Path) -> bytes:
    try:
        return base64.b64decode(path.read_bytes().strip())
    except FileNotFoundError:
        raise SignerRefuses(f"{path} is missing: bring it back from your key backup") from None
