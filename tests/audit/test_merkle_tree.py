"""The tree is that of RFC 6962, by its vectors and by a naive second implementation."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The inputs and roots that the reference implementation of Certificate Transparency tests with.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_FIRST_IN_EIGHT = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
LEAVES = [leaf_hash(text) for text in INPUTS]

many = st.lists(st.binary(max_size=8).map(leaf_hash), min_size=1, max_size=70)


def naive_root(leaves: list[bytes]) -> bytes:
    """Section 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = naive_root(leaves[:split]), naive_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_published_vectors(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_a_path_is_that_of_the_published_vectors() -> None:
    assert [step.hex() for step in inclusion_proof(LEAVES, 0)] == PATH_OF_FIRST_IN_EIGHT


@given(many)
def test_roots_are_those_of_the_naive_tree(leaves: list[bytes]) -> None:
    assert root_of(leaves) == naive_root(leaves)


@given(many)
def test_a_frontier_survives_being_kept(leaves: list[bytes]) -> None:
    frontier = Frontier()
    for leaf in leaves:
        frontier = Frontier.from_bytes(frontier.size, frontier.to_bytes())
        frontier.append(leaf)
    assert frontier.root() == naive_root(leaves)


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Frontier.from_bytes(3, b"x" * 32)


@given(many, st.data())
@settings(max_examples=60)
def test_inclusion_is_proved_for_this_leaf_place_and_root_only(leaves, data) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, root, size = inclusion_proof(leaves, index), root_of(leaves), len(leaves)
    assert verify_inclusion(leaves[index], index, size, path, root)
    assert not verify_inclusion(leaf_hash(b"another"), index, size, path, root)
    assert not verify_inclusion(leaves[index], index, size, [*path, root], root)
    assert not verify_inclusion(leaves[index], index, size, path, leaf_hash(b"root"))
    assert not verify_inclusion(leaves[index], size, size, path, root)
    if path:
        assert not verify_inclusion(leaves[index], index, size, path[:-1], root)


@given(many, st.data())
@settings(max_examples=60)
def test_consistency_is_proved_for_a_real_prefix_only(leaves, data) -> None:
    older = data.draw(st.integers(1, len(leaves)))
    path = consistency_proof(leaves, older)
    old, new = (older, root_of(leaves[:older])), (len(leaves), root_of(leaves))
    assert verify_consistency(old, new, path)
    assert not verify_consistency((older, leaf_hash(b"fork")), new, path)
    assert not verify_consistency(old, (len(leaves), leaf_hash(b"fork")), path)
    assert not verify_consistency(old, new, [*path, leaf_hash(b"more")])


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (2, 3)])
def test_an_empty_path_proves_nothing_between_different_sizes(old: int, new: int) -> None:
    roots = root_of(LEAVES[:old]) if old else EMPTY_ROOT, root_of(LEAVES[:new])
    assert not verify_consistency((old, roots[0]), (new, roots[1]), [])


@pytest.mark.parametrize("index", [-1, 8])
def test_no_path_leads_to_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(LEAVES, index)


@pytest.mark.parametrize("older", [0, 9])
def test_no_proof_begins_at_a_tree_that_never_was(older: int) -> None:
    with pytest.raises(ValueError, match="no such older tree"):
        consistency_proof(LEAVES, older)


def test_every_small_tree_continues_every_smaller_one() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(20)]
    for newer in range(1, 21):
        for older in range(1, newer + 1):
            path = consistency_proof(leaves[:newer], older)
            old, new = (older, root_of(leaves[:older])), (newer, root_of(leaves[:newer]))
            assert verify_consistency(old, new, path)
            assert not verify_consistency((older, leaf_hash(b"other")), new, path)
            assert not verify_consistency(old, (newer, leaf_hash(b"other")), path)
            if path:
                assert not verify_consistency(old, new, path[:-1])
                assert not verify_consistency(old, new, [*path, path[-1]])
