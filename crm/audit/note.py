"""Signed notes and checkpoints as C2SP specifies them (signed-note, tlog-checkpoint), and the
moment of a signature (tlog-cosignature, made by the log's own key).
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DATED = b"\x04"  # a signature that covers its moment, in whole seconds
_SIZE = re.compile("0|[1-9][0-9]*")


class BadNote(ValueError):
    """A note that is malformed, unsigned, or not signed by the expected key."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree at one size."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines of the checkpoint."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read the lines of a checkpoint; raise BadNote."""
        lines = text.split("\n")
        if len(lines) < 4 or not lines[0] or not _SIZE.fullmatch(lines[1]):
            raise BadNote("not a checkpoint")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except ValueError:
            raise BadNote("the root is not base64") from None
        if len(root) != 32:
            raise BadNote("the root is not 32 bytes")
        return cls(lines[0], int(lines[1]), root)


def key_hash(name: str, public: Ed25519PublicKey, kind: bytes = ED25519) -> bytes:
    """Return the four bytes by which a signature names its key."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public.public_bytes_raw()).digest()[:4]


def verifier_key(name: str, public: Ed25519PublicKey) -> str:
    """Return the key as others are given it: name+hash+key."""
    coded = base64.b64encode(ED25519 + public.public_bytes_raw()).decode()
    return f"{name}+{key_hash(name, public).hex()}+{coded}"


def signed(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the note of `text` with its signature line."""
    signature = key_hash(name, key.public_key()) + key.sign(text.encode())
    return f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n"


def dated(note: str, name: str, key: Ed25519PrivateKey, at: datetime) -> str:
    """Return a signed note with one more signature line, which covers the second it was made."""
    seconds = int(at.timestamp())
    signature = key.sign(_dated_text(_text_of(note), seconds))
    line = key_hash(name, key.public_key(), DATED) + seconds.to_bytes(8) + signature
    return f"{note}\u2014 {name} {base64.b64encode(line).decode()}\n"


def moment_of(note: str, name: str, public: Ed25519PublicKey) -> datetime:
    """Return when `public` signed an opened note, in whole seconds; raise BadNote."""
    ours = key_hash(name, public, DATED)
    for line in note.rpartition("\n\n")[2].rstrip("\n").split("\n"):
        coded = base64.b64decode(line.split(" ")[2])
        if coded[:4] != ours:
            continue
        seconds = int.from_bytes(coded[4:12])
        try:
            public.verify(coded[12:], _dated_text(_text_of(note), seconds))
        except InvalidSignature:
            break
        return datetime.fromtimestamp(seconds, UTC)
    raise BadNote("the moment of its signature is missing or wrong")


def _text_of(note: str) -> str:
    return note.rpartition("\n\n")[0] + "\n"


def _dated_text(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def opened(note: str, name: str, public: Ed25519PublicKey) -> str:
    """Return the text of a note that `public` has signed under `name`; raise BadNote.

    Signatures of unknown keys are passed over; a bad one of the known key spoils the note.
    """
    text, divider, lines = note.rpartition("\n\n")
    if not divider or not lines.endswith("\n"):
        raise BadNote("the note has no signatures")
    text += "\n"
    found = False
    for line in lines.rstrip("\n").split("\n"):
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014":
            raise BadNote("a signature line is malformed")
        try:
            coded = base64.b64decode(parts[2], validate=True)
        except ValueError:
            raise BadNote("a signature is not base64") from None
        if parts[1] != name or coded[:4] != key_hash(name, public):
            continue
        try:
            public.verify(coded[4:], text.encode())
        except InvalidSignature:
            raise BadNote("the signature is wrong") from None
        found = True
    if not found:
        raise BadNote("the note is not signed by the expected key")
    return text
