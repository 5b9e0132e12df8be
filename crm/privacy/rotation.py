"""A new KEK for all keys: each is wrapped anew, all of them or none, and the old file is kept."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select, update

from crm.privacy.kek import Kek, KekUnavailable, kek_in, write_kek
from crm.privacy.keystore import (
    keystore_meta,
    meta_of,
    open_keystore,
    place,
    subject_key,
    system_key,
)
from crm.settings import Settings


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did: the names of both KEKs, and how many keys were wrapped anew."""

    old: str
    new: str
    keys: int


def rotate(settings: Settings) -> Rotation:
    """Wrap every key under a new KEK; finish a rotation that was interrupted.

    The new file is on disk before the keystore changes, in one transaction; then the files
    change names. Whatever happens between two of these steps, calling this again finishes it.
    """
    current = _path(settings)
    fresh = current.with_name(current.name + ".new")
    if not fresh.exists():
        write_kek(fresh)
    new = Kek(kek_in(fresh))
    engine = open_keystore(settings.keystore_url)
    try:
        with engine.begin() as keystore:
            keystore.execute(update(keystore_meta).values(id=1))  # takes the writer's lock first
            known = meta_of(keystore)
            old = known.check_value.hex()
            keks = _known_keks(current) | {new.ref: new}
            if old not in keks:
                raise KekUnavailable("the keystore was made with another KEK: bring it back first")
            count = _rewrap(keystore, keks, new)
            keystore.execute(update(keystore_meta).values(check_value=new.check_value))
    finally:
        engine.dispose()
    if current.exists():
        old = Kek(kek_in(current)).ref
        current.rename(current.with_name(f"{current.name}.{old}"))
    fresh.rename(current)
    _settle(current.parent)
    return Rotation(old, new.ref, count)


def adopt(settings: Settings) -> int:
    """Wrap anew what a process that still had an older KEK wrapped; return how many keys.

    It needs the older files that `rotate` left beside the KEK.
    """
    current = _path(settings)
    kek = Kek(kek_in(current))
    engine = open_keystore(settings.keystore_url)
    try:
        with engine.begin() as keystore:
            keystore.execute(update(keystore_meta).values(id=1))
            return _rewrap(keystore, _known_keks(current), kek)
    finally:
        engine.dispose()


def old_files(settings: Settings) -> list[Path]:
    """Return the files of earlier KEKs, which an operator destroys once no backup needs them."""
    if not settings.kek.startswith("file:"):
        return []
    current = _path(settings)
    return sorted(current.parent.glob(current.name + ".*"))


def _rewrap(keystore: Connection, keks: Mapping[str, Kek], new: Kek) -> int:
    """Wrap every key that is not under `new`; raise KekUnavailable where one does not open."""
    count = 0
    for row in keystore.execute(select(system_key)).all():
        where = place("system", row.name)
        key = _opened(keks, row.wrapped, where)
        mine = system_key.c.name == row.name
        keystore.execute(update(system_key).where(mine).values(wrapped=new.wrap(key, where)))
    wrapped = subject_key.c.wrapped.is_not(None) & (subject_key.c.kek_ref != new.ref)
    for row in keystore.execute(select(subject_key).where(wrapped)).all():
        where = place("subject", row.subject.bytes, row.kind, row.generation)
        if row.kek_ref not in keks:
            raise KekUnavailable(f"a key was wrapped by KEK {row.kek_ref}: bring back its file")
        key = keks[row.kek_ref].unwrap(row.wrapped, where)
        mine = (
            (subject_key.c.subject == row.subject)
            & (subject_key.c.kind == row.kind)
            & (subject_key.c.generation == row.generation)
        )
        values = {"wrapped": new.wrap(key, where), "kek_ref": new.ref}
        keystore.execute(update(subject_key).where(mine).values(values))
        count += 1
    return count


def _opened(keks: Mapping[str, Kek], wrapped: bytes, where: bytes) -> bytes:
    """Open a system key, which does not say which KEK wrapped it."""
    for kek in keks.values():
        try:
            return kek.unwrap(wrapped, where)
        except KekUnavailable:
            continue
    raise KekUnavailable("a system key does not open: restore the keystore from its backup")


def _known_keks(current: Path) -> dict[str, Kek]:
    """Return the KEKs whose files lie here, by name: the present one and earlier ones."""
    files = [current, *current.parent.glob(current.name + ".*")]
    keks = (Kek(kek_in(path)) for path in files if path.exists())
    return {kek.ref: kek for kek in keks}


def _path(settings: Settings) -> Path:
    if not settings.kek.startswith("file:"):
        raise KekUnavailable("only a KEK in a file is rotated by this command")
    return Path(settings.kek.removeprefix("file:"))


def _settle(folder: Path) -> None:
    """Have the new names of the files on disk before anyone relies on them."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
