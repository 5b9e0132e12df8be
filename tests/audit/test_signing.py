"""The signer remembers what it signed, and signs no other past."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.audit.merkle import consistency_proof, leaf_hash, root_of
from crm.audit.note import Checkpoint, opened
from crm.audit.signer import STATE, Signer, SignerRefuses, make_signer, open_signer
from crm.settings import Settings

LEAVES = [leaf_hash(bytes([number])) for number in range(20)]


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """A signer that has signed nothing yet."""
    given = Settings.from_environment({"CRM_HOME": str(tmp_path), "CRM_KEYS_DIR": str(tmp_path)})
    make_signer(given)
    return open_signer(replace(given, instance_id=None))


def sign(signer: Signer, leaves: list[bytes]) -> str:
    def proof(older: int) -> list[bytes]:
        return consistency_proof(leaves, older)

    return signer.sign(len(leaves), root_of(leaves), proof, datetime(2026, 4, 3, tzinfo=UTC))


def test_it_signs_a_tree_and_each_that_continues_it(signer: Signer) -> None:
    for size in (1, 5, 5, 20):
        text = opened(sign(signer, LEAVES[:size]), signer.origin, signer.public)
        assert Checkpoint.parse(text) == Checkpoint(signer.origin, size, root_of(LEAVES[:size]))
        assert signer.last() == (size, root_of(LEAVES[:size]))


def test_it_refuses_a_smaller_tree(signer: Signer) -> None:
    sign(signer, LEAVES)
    with pytest.raises(SignerRefuses, match="entries are gone"):
        sign(signer, LEAVES[:19])
    assert signer.last()[0] == 20


@pytest.mark.parametrize("size", [10, 20])
def test_it_refuses_another_past(signer: Signer, size: int) -> None:
    sign(signer, LEAVES[:10])
    forked = [leaf_hash(b"fork"), *LEAVES[1:size]]
    with pytest.raises(SignerRefuses, match="rewritten"):
        sign(signer, forked)
    assert signer.last() == (10, root_of(LEAVES[:10]))


def test_it_refuses_once_it_has_forgotten(signer: Signer, tmp_path: Path) -> None:
    sign(signer, LEAVES[:10])
    (tmp_path / STATE).unlink()
    with pytest.raises(SignerRefuses, match="missing or damaged"):
        sign(signer, [leaf_hash(b"fork")])


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"size": 1, "root": "?"}'])
def test_it_refuses_with_a_damaged_memory(signer: Signer, tmp_path: Path, content: str) -> None:
    (tmp_path / STATE).write_text(content)
    with pytest.raises(SignerRefuses, match="missing or damaged"):
        sign(signer, LEAVES)


def test_an_older_memory_still_refuses_a_fork(signer: Signer, tmp_path: Path) -> None:
    sign(signer, LEAVES[:4])
    old = (tmp_path / STATE).read_text()
    sign(signer, LEAVES[:9])
    (tmp_path / STATE).write_text(old)
    with pytest.raises(SignerRefuses, match="rewritten"):
        sign(signer, [leaf_hash(b"fork"), *LEAVES[1:]])
    sign(signer, LEAVES)


def test_the_memory_is_on_disk_before_the_signature_leaves(
    signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.audit.signer.signed", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sign(signer, LEAVES[:3])
    assert json.loads((tmp_path / STATE).read_text())["size"] == 3


def test_a_second_signer_is_never_made_over_the_first(signer: Signer, tmp_path: Path) -> None:
    before = (tmp_path / "signer.key").read_bytes()
    given = Settings.from_environment({"CRM_HOME": str(tmp_path), "CRM_KEYS_DIR": str(tmp_path)})
    with pytest.raises(FileExistsError):
        make_signer(given)
    assert (tmp_path / "signer.key").read_bytes() == before


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"AAAA")])
def test_without_its_key_there_is_no_signer(signer: Signer, tmp_path: Path, damage) -> None:
    damage(tmp_path / "signer.key")
    with pytest.raises(SignerRefuses, match="missing or damaged"):
        Signer(tmp_path, signer.origin)


def test_key_and_memory_are_for_their_owner_only(signer: Signer, tmp_path: Path) -> None:
    sign(signer, LEAVES)
    for name in ("signer.key", STATE, "signer.lock"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
