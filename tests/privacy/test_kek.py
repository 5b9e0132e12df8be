"""The key above all keys: where it may lie, and that none is ever made over existing data."""

import base64
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from crm.opening import CannotOpen, make_instance
from crm.privacy.kek import Kek, KekUnavailable, make_kek, read_kek, write_kek
from crm.privacy.keyring import Keyring, open_keyring
from crm.privacy.keystore import KeystoreTaken, make_keystore
from tests.factories import make_person
from tests.houses import Instance

KEY = base64.b64encode(bytes(range(32)))


@pytest.fixture
def kek(house: Instance) -> Path:
    """The file of the instance's KEK."""
    return Path(house.settings.kek.removeprefix("file:"))


LOST = Path.unlink


def everything(house: Instance) -> dict[str, bytes]:
    """Return every file of keys as it is."""
    folder = house.settings.keys_dir
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def piped(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def foldered(path: Path) -> None:
    path.unlink()
    path.mkdir(mode=0o700)


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (LOST, "is missing"),
        (lambda path: path.chmod(0o640), "open to other users"),
        (lambda path: path.chmod(0o602), "open to other users"),
        (linked, "symbolic link"),
        (piped, "not a regular file"),
        (foldered, "not a regular file"),
        (lambda path: path.write_bytes(b""), "does not hold a key"),
        (lambda path: path.write_bytes(KEY[:-8]), "does not hold a key"),
        (lambda path: path.write_bytes(b"no base64, no key"), "does not hold a key"),
        (lambda path: path.write_bytes(KEY + b"\n" + KEY), "does not hold a key"),
        (lambda path: path.write_bytes(KEY), "not the one the keystore was made with"),
    ],
    ids=[
        *("missing", "group may read", "others may write", "link", "pipe", "folder"),
        *("empty", "short", "no base64", "two", "another"),
    ],
)
def test_it_opens_with_its_own_kek_only_and_makes_no_other(
    house: Instance, kek: Path, harm: Callable[[Path], object], says: str
) -> None:
    make_person()
    raw, mode = kek.read_bytes(), kek.stat().st_mode
    harm(kek)
    with pytest.raises(KekUnavailable, match=says):
        open_keyring(house.settings)
    with pytest.raises(CannotOpen):
        make_instance(house.settings)
    if harm is LOST:
        assert not kek.exists(), "a new key over existing data makes all of it unreadable"
    if kek.is_dir():
        kek.rmdir()
    else:
        kek.unlink(missing_ok=True)
    kek.write_bytes(raw)
    kek.chmod(mode)
    open_keyring(house.settings)


def test_a_kek_of_another_user_is_refused(house: Instance, kek: Path, monkeypatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: kek.stat().st_uid + 1)
    with pytest.raises(KekUnavailable, match="belongs to another user"):
        read_kek(house.settings)


def test_a_kek_that_cannot_be_opened_says_why(house: Instance, kek: Path, monkeypatch) -> None:
    def refused(*_given: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refused)
    with pytest.raises(KekUnavailable, match="cannot be opened: Permission denied"):
        read_kek(house.settings)


def test_making_keys_twice_is_refused_and_touches_nothing(house: Instance, kek: Path) -> None:
    make_person()
    before = everything(house)
    with pytest.raises(KekUnavailable, match="exists already"):
        make_kek(house.settings)
    assert everything(house) == before
    with pytest.raises(KekUnavailable, match="never replaced"):
        write_kek(kek)
    kek.rename(kek.with_name("lost"))
    with pytest.raises(KekUnavailable, match="holds keys already"):
        make_kek(house.settings)
    kek.unlink()
    kek.with_name("lost").rename(kek)
    open_keyring(house.settings)


def test_a_keystore_is_made_once(house: Instance) -> None:
    before = everything(house)
    with pytest.raises(KeystoreTaken):
        make_keystore(house.settings.keystore_url, uuid4(), b"12345678", {"spool": b"x"})
    names = {name for name in before if "keystore" not in name}
    assert {name: everything(house)[name] for name in names} == {n: before[n] for n in names}
    open_keyring(house.settings)


def test_a_missing_keystore_is_refused_not_made_anew(house: Instance) -> None:
    path = Path(house.settings.keystore_url.removeprefix("sqlite:///"))
    path.rename(path.with_name("lost"))
    with pytest.raises(KekUnavailable, match="keystore is missing"):
        Keyring(house.settings)
    assert not path.exists()
    path.touch(0o600)
    with pytest.raises(KekUnavailable, match="keystore is missing"):
        Keyring(house.settings)
    path.with_name("lost").rename(path)


def test_another_instances_keystore_is_refused(house: Instance) -> None:
    with pytest.raises(KekUnavailable, match="another instance"):
        Keyring(replace(house.settings, instance_id=uuid4()))


def test_a_kek_in_the_environment_is_read_and_never_made(house: Instance, monkeypatch) -> None:
    there = replace(house.settings, kek="env:A_KEY")
    with pytest.raises(KekUnavailable, match="A_KEY is not set"):
        read_kek(there)
    monkeypatch.setenv("A_KEY", KEY.decode())
    assert read_kek(there) == bytes(range(32))
    with pytest.raises(KekUnavailable, match="A_KEY does not hold a key"):
        read_kek(there, {"A_KEY": "short"})
    with pytest.raises(KekUnavailable, match="holds keys already"):
        make_kek(there)


def test_keys_and_their_files_are_their_owners_alone(house: Instance, kek: Path) -> None:
    make_person()
    files = [path for path in house.settings.keys_dir.iterdir() if path.is_file()]
    keystore = Path(house.settings.keystore_url.removeprefix("sqlite:///"))
    assert kek in files
    for path in [*files, *keystore.parent.glob(keystore.name + "*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert not kek.is_relative_to(house.settings.home)


def test_a_kek_beside_the_data_is_warned_of(house: Instance, kek: Path, capsys) -> None:
    beside = house.settings.home / "kek"
    beside.write_bytes(kek.read_bytes())
    beside.chmod(0o600)
    read_kek(replace(house.settings, kek=f"file:{beside}"))
    told = capsys.readouterr()
    assert "kek.beside_data" in told.out + told.err


def test_a_wrapped_key_opens_in_its_own_place_only() -> None:
    kek = Kek(bytes(32))
    wrapped = kek.wrap(b"k" * 32, b"here")
    assert kek.unwrap(wrapped, b"here") == b"k" * 32
    assert kek.wrap(b"k" * 32, b"here") != wrapped
    for bad, where in ((wrapped, b"there"), (wrapped[:-1], b"here"), (b"", b"here")):
        with pytest.raises(KekUnavailable, match="damaged or swapped"):
            kek.unwrap(bad, where)
    with pytest.raises(KekUnavailable):
        Kek(bytes(31) + b"1").unwrap(wrapped, b"here")
    assert Kek(bytes(32)).check_value == kek.check_value != Kek(bytes(31) + b"1").check_value
