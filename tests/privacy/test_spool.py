"""Uploads lie sealed from their first byte, open in order only, and are swept where forgotten."""

import hashlib
import os
import time
from pathlib import Path

import pytest

from crm.privacy import spool
from crm.privacy.spool import CHUNK, SpoolDamaged, SpoolFile, chunks_of, claim, discard, sweep
from crm.storage.ids import new_id
from tests.houses import Instance

WORDS = b"canary in an upload, " * 10_000  # more than three chunks


def kept(content: bytes = WORDS, step: int = 10_000):
    """Write an upload and claim it; return the name it is read back by."""
    file, name = SpoolFile(10**7), new_id()
    for start in range(0, len(content), step):
        file.write(content[start : start + step])
    claim(file.finish(), name)
    file.close()
    return name


def only_file(house: Instance) -> Path:
    (path,) = (house.settings.home / "spool").iterdir()
    return path


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_it_comes_back_whole(house: Instance, size: int) -> None:
    content = os.urandom(size)
    assert b"".join(chunks_of(kept(content))) == content


@pytest.mark.parametrize("step", [1_000, CHUNK, CHUNK * 2])
def test_however_it_came_it_comes_back(house: Instance, step: int) -> None:
    assert b"".join(chunks_of(kept(step=step))) == WORDS


def test_nothing_of_it_is_in_clear_even_while_it_is_written(house: Instance) -> None:
    file = SpoolFile(10**7)
    file.write(WORDS)
    path = only_file(house)
    assert path.stat().st_size > CHUNK, "some of it is on disk already"
    assert b"canary" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert (file.seek(0), file.read()) == (0, b""), "a parser reads nothing back"
    file.finish()
    assert b"canary" not in path.read_bytes()
    file.close()
    assert not path.exists(), "nobody claimed it"


def test_a_digest_knows_the_same_file_again(house: Instance) -> None:
    files = [SpoolFile(100) for _ in range(3)]
    for file, content in zip(files, (b"one", b"one", b"two"), strict=True):
        file.write(content)
    one, two, three = (bytes(file.finish()) for file in files)
    assert one == two != three
    assert files[0].finish() is files[0].finish(), "it is finished once"
    for file in files:
        file.close()
    assert one != hashlib.sha256(b"one").digest(), "a thief cannot look for a file he knows"


def test_too_much_is_refused_before_it_is_written(house: Instance) -> None:
    file = SpoolFile(10)
    file.write(b"0123456789")
    with pytest.raises(spool.UploadTooLarge):
        file.write(b"x")
    file.close()


def records(path: Path) -> list[bytes]:
    """Part a spooled file into its sealed chunks."""
    raw, found = path.read_bytes(), []
    while raw:
        length = int.from_bytes(raw[:4]) + 4 + 1 + 12
        found.append(raw[:length])
        raw = raw[length:]
    return found


def flipped(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[40] ^= 1
    path.write_bytes(raw)


def reordered(path: Path) -> None:
    one, two, *rest = records(path)
    path.write_bytes(b"".join([two, one, *rest]))


def without_its_end(path: Path) -> None:
    path.write_bytes(b"".join(records(path)[:-1]))


def ended_early(path: Path) -> None:
    one = bytearray(records(path)[0])
    one[4] = 1
    path.write_bytes(bytes(one))


def cut_in_a_chunk(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (flipped, "altered"),
        (reordered, "altered"),
        (ended_early, "altered"),
        (without_its_end, "cut short"),
        (cut_in_a_chunk, "cut short"),
        (emptied, "cut short"),
        (Path.unlink, "gone"),
    ],
)
def test_what_was_harmed_is_not_believed(house: Instance, harm, says: str) -> None:
    name = kept()
    harm(only_file(house))
    with pytest.raises(SpoolDamaged, match=says):
        list(chunks_of(name))


def test_one_upload_does_not_pass_for_another(house: Instance) -> None:
    one, two = kept(b"mine"), kept(b"yours")
    folder = house.settings.home / "spool"
    paths = {path.name.partition(".")[0]: path for path in folder.iterdir()}
    paths[one.hex].write_bytes(paths[two.hex].read_bytes())
    with pytest.raises(SpoolDamaged, match="altered"):
        list(chunks_of(one))


def test_what_is_discarded_is_gone(house: Instance) -> None:
    name = kept()
    discard(name)
    discard(name)
    assert not list((house.settings.home / "spool").iterdir())


def test_only_what_nobody_waits_for_is_swept(house: Instance) -> None:
    waited_for, forgotten, young = kept(), kept(), kept()
    folder, now = house.settings.home / "spool", time.time()
    for name in (waited_for, forgotten):
        (path,) = folder.glob(f"{name.hex}.*")
        os.utime(path, (now - 100, now - 100))
    (folder / "half").write_bytes(b"of a process that was killed")
    os.utime(folder / "half", (now - 100, now - 100))
    assert sweep({waited_for}, now - 50) == 2
    assert {path.name.partition(".")[0] for path in folder.iterdir()} == {
        waited_for.hex,
        young.hex,
    }
