"""What one contact takes on disk, beside the floor's plain row: whole files and relations.

Enough rows are written for pages that fill and split to even out; SQLite counts the pages in use
with the WAL folded in, PostgreSQL the tables with their indexes and TOAST after a VACUUM.
"""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert, text

from bench import floor
from bench.seeding import NOTE, Whom, plain_contact
from crm.audit.sequencer import sequence_once
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.privacy.sealed import Sealed
from crm.storage.database import database

ENOUGH = 4000
AT_ONCE = 100

Size = Callable[[], int]


def of_sqlite(path: Path) -> Size:
    """Return what measures a SQLite file: its pages in use, the WAL folded in."""

    def size() -> int:
        raw = sqlite3.connect(path, timeout=30)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, free, each = (
            raw.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        raw.close()
        return int((pages - free) * each)

    return size


def of_postgres(url: str) -> Size:
    """Return what measures a PostgreSQL database: every table with its indexes and TOAST."""
    query = (
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind = 'r' AND n.nspname = 'public'"
    )

    def size() -> int:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("VACUUM"))
            found = int(connection.execute(text(query)).scalar_one())
        engine.dispose()
        return found

    return size


def measure_bytes(
    whom: list[Whom], actor: Actor, ours: Size, plain: Size, floor_url: str
) -> dict[str, float]:
    """Reserve, start and log a contact with each of `whom`; return bytes a contact, and print."""
    begun = ours()
    permits = []
    for one in whom:
        permit = perform(RequestPermit(one.person, one.point, "call"), actor).result["id"]
        perform(StartPermit(permit), actor)
        permits.append(permit)
    _settle()
    permitted = ours()
    for permit in permits:
        perform(LogContact(permit, "no_answer", note=Sealed.fresh(NOTE)), actor)
    _settle()
    logged = ours()
    row = _plain_row(len(whom), plain, floor_url)
    record, whole = (logged - permitted) / len(whom), (logged - begun) / len(whom)
    print(
        f"bytes: a plain row {row:.0f}; record with its entry {record:.0f} ({record / row:.1f} x); "
        f"the whole with permit, start and sealed decisions {whole:.0f}",
        flush=True,
    )
    return {"floor row": row, "record with entry": record, "whole": whole}


def _settle() -> None:
    """Give what waits its place in the tree, where a sequencer does that."""
    while sequence_once(database()):
        pass


def _plain_row(count: int, size: Size, url: str) -> float:
    """Insert as many plain rows as contacts were logged, each in its own transaction."""
    engine = floor.engine_of(url).execution_options(writes=True)
    begun, now = size(), datetime.now(UTC).replace(tzinfo=None)
    for number in range(count):
        with engine.begin() as connection:
            connection.execute(insert(floor.Contact), plain_contact(number, now, now))
    engine.dispose()
    found: Any = (size() - begun) / count
    return float(found)
