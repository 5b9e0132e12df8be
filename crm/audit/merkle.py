"""The Merkle tree of RFC 6962: leaves, roots, compact ranges and proofs."""

import hashlib
from collections.abc import Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry's bytes (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a growing tree, largest first: all an append needs."""

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if size.bit_count() != len(hashes):
            raise ValueError("the frontier does not fit the size")
        self.size = size
        self.hashes = list(hashes)

    @classmethod
    def from_bytes(cls, size: int, joined: bytes) -> "Frontier":
        """Read what `to_bytes` gave; raise ValueError where it does not fit `size`."""
        return cls(size, [joined[at : at + 32] for at in range(0, len(joined), 32)])

    def to_bytes(self) -> bytes:
        """Return the hashes, joined."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        hashed, size = leaf, self.size
        while size & 1:
            hashed = node_hash(self.hashes.pop(), hashed)
            size >>= 1
        self.hashes.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that proves leaf `index` (RFC 6962, section 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise ValueError("there is no such leaf")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root_of(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root_of(leaves[:split])]


def consistency_proof(leaves: Sequence[bytes], older: int) -> list[bytes]:
    """Return the proof that the tree over the first `older` leaves is a prefix (section 2.1.2)."""
    if not 0 < older <= len(leaves):
        raise ValueError("there is no such older tree")
    return _consistency(leaves, older, whole=True)


def _consistency(leaves: Sequence[bytes], older: int, *, whole: bool) -> list[bytes]:
    if older == len(leaves):
        return [] if whole else [root_of(leaves)]
    split = _split(len(leaves))
    if older <= split:
        return [*_consistency(leaves[:split], older, whole=whole), root_of(leaves[split:])]
    return [*_consistency(leaves[split:], older - split, whole=False), root_of(leaves[:split])]


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Check an inclusion proof; index, size and root are the verifier's own (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, hashed = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            hashed = node_hash(step, hashed)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            hashed = node_hash(hashed, step)
        first >>= 1
        last >>= 1
    return last == 0 and hashed == root


def verify_consistency(
    old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]
) -> bool:
    """Check that tree `new` (size, root) grew out of tree `old` (RFC 9162, 2.1.4.2)."""
    (older, old_root), (newer, new_root) = old, new
    if older == newer:
        return not path and old_root == new_root
    if not 0 < older < newer or not path:
        return False
    steps = [old_root, *path] if older & (older - 1) == 0 else list(path)
    first, last = older - 1, newer - 1
    while first & 1:
        first >>= 1
        last >>= 1
    old_hash = new_hash = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old_hash, new_hash = node_hash(step, old_hash), node_hash(step, new_hash)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            new_hash = node_hash(new_hash, step)
        first >>= 1
        last >>= 1
    return last == 0 and old_hash == old_root and new_hash == new_root


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)
