"""The database of wrapped keys: apart from the data, so that a stolen dump holds no key."""

import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import IntegrityError

from crm.storage.database import normal_url
from crm.storage.prepared import Prepared, tell
from crm.storage.types import Id, Moment

SYSTEM_KEYS = ("index-root", "instance", "spool")

keystore_metadata = MetaData()

subject_key = Table(
    "subject_key",
    keystore_metadata,
    Column("subject", Id, primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary),  # NULL: destroyed; the row stays, so none is made again
    Column("kek_ref", String(16)),
    Column("created_at", Moment, nullable=False),
)

system_key = Table(
    "system_key",
    keystore_metadata,
    Column("name", String(40), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

keystore_meta = Table(
    "keystore_meta",
    keystore_metadata,
    Column("id", Integer, primary_key=True),
    Column("instance", Id, nullable=False),
    Column("check_value", LargeBinary(8), nullable=False),
)


AT_ONCE = 500  # subjects in one SELECT
_OF_ONE = Prepared(select(subject_key).where(subject_key.c.subject == bindparam("one")))
_OF_MANY = Prepared(
    select(subject_key).where(
        subject_key.c.subject.in_(bindparam("subjects", expanding=True)),
        subject_key.c.kind.in_(bindparam("kinds", expanding=True)),
    )
)


class KeystoreTaken(RuntimeError):
    """There are keys in this keystore already."""


def make_keystore(
    url: str, instance: UUID, check_value: bytes, wrapped: Mapping[str, bytes]
) -> None:
    """Make the keystore of a new instance; raise KeystoreTaken, with nothing touched, if it is.

    `check_value` tells which KEK it belongs to; `wrapped` holds each of SYSTEM_KEYS.
    """
    file = _file(url)
    if file is not None:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))  # its WAL takes the same mode
    engine = open_keystore(url)
    try:
        keystore_metadata.create_all(engine)
        with engine.begin() as connection:
            row = {"id": 1, "instance": instance, "check_value": check_value}
            connection.execute(insert(keystore_meta), row)
            rows = [{"name": name, "wrapped": key} for name, key in wrapped.items()]
            connection.execute(insert(system_key), rows)
    except IntegrityError:
        raise KeystoreTaken(url) from None
    finally:
        engine.dispose()


def is_there(url: str) -> bool:
    """Tell whether there can be a keystore: opening a file that is gone would make an empty one."""
    file = _file(url)
    return file is None or Path(file).exists()


def _file(url: str) -> str | None:
    return make_url(url).database if url.startswith("sqlite") else None


def open_keystore(url: str) -> Engine:
    """Return the keystore's engine."""
    chosen = normal_url(url)
    if not chosen.startswith("sqlite"):
        return create_engine(chosen, hide_parameters=True, pool_size=5)
    engine = create_engine(
        chosen, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 30}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def place(*parts: str | bytes | int) -> bytes:
    """Return what a wrapped key is bound to: each part behind its length, so none can merge."""
    coded = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"".join(len(part).to_bytes(2) + part for part in coded)


def meta_of(connection: Connection) -> Any:
    """Return whose keystore this is (instance, check_value), or None where it was never made."""
    if not connection.dialect.has_table(connection, keystore_meta.name):
        return None
    return connection.execute(select(keystore_meta)).one_or_none()


def keys_in(connection: Connection, names: Collection[tuple[UUID, str]]) -> Iterator[Row[Any]]:
    """Yield the rows of these keys, each a subject and a class; of one subject alone, of all."""
    subjects = sorted({subject for subject, _ in names})
    if len(subjects) == 1:
        yield from _OF_ONE.all(connection, {"one": subjects[0]})
        return
    kinds = sorted({kind for _, kind in names})
    for start in range(0, len(subjects), AT_ONCE):
        wanted = {"subjects": subjects[start : start + AT_ONCE], "kinds": kinds}
        yield from _OF_MANY.all(connection, wanted)


def _prepare(raw: sqlite3.Connection, _record: Any) -> None:
    raw.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    tell(connection, "BEGIN")
