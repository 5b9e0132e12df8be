"""The database of wrapped keys: apart from the data, so that a stolen dump holds no key."""

import sqlite3
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    event,
)

from crm.storage.database import normal_url
from crm.storage.types import Id

keystore_metadata = MetaData()

subject_key = Table(
    "subject_key",
    keystore_metadata,
    Column("subject", Id, primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
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


def open_keystore(url: str) -> Engine:
    """Return the keystore's engine, its tables made where they are new."""
    chosen = normal_url(url)
    if chosen.startswith("sqlite"):
        engine = create_engine(
            chosen,
            hide_parameters=True,
            connect_args={"check_same_thread": False, "timeout": 30},
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    else:
        engine = create_engine(chosen, hide_parameters=True, pool_size=5)
    keystore_metadata.create_all(engine)
    return engine


def _prepare(raw: sqlite3.Connection, _record: Any) -> None:
    raw.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
        raw.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")
