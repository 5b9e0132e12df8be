"""Order for what was written without a lock: one sequencer gives entries their places."""

from typing import Any

import structlog
from sqlalchemy import Select, String, cast, delete, func, insert, literal_column, select

from crm.audit.checkpoint import head_of
from crm.audit.ledger import has_seal, move_head
from crm.audit.merkle import leaf_hash
from crm.audit.models import audit_entry, audit_leaf, audit_pending
from crm.storage.database import Database

ONE_SEQUENCER = 0x50524F42  # the advisory lock's number
AT_ONCE = 4096

log = structlog.get_logger()


class BadSeal(RuntimeError):
    """An entry that waits was not written, or not left so, by this instance."""


def waiting_entries() -> Select[Any]:
    """Select what waits, in its order: transactions as they were queued, and within each one its
    entries as they were made (PostgreSQL runs the parts of one statement in any order).
    """
    transaction = cast(literal_column("audit_entry.xmin"), String)
    began = func.min(audit_pending.c.number).over(partition_by=transaction)
    return (
        select(audit_pending.c.number.label("place"), audit_entry)
        .join(audit_entry, audit_entry.c.id == audit_pending.c.entry_id)
        .order_by(began, audit_entry.c.seq)
    )


def sequence_once(database: Database) -> int:
    """Give places to what waits, in the order it was queued; return how many it was.

    Does nothing on SQLite (places are given inline) and while another sequencer works. Raises
    BadSeal, and integrates nothing, where an entry was forged or altered while it waited.
    """
    if database.is_sqlite:
        return 0
    with database.write() as connection:
        if not connection.execute(select(func.pg_try_advisory_xact_lock(ONE_SEQUENCER))).scalar():
            return 0
        waiting = connection.execute(waiting_entries().limit(AT_ONCE)).all()
        if not waiting:
            return 0
        frontier = head_of(connection)
        places = []
        for row in waiting:
            if row.leaf != leaf_hash(row.entry) or not has_seal(row):
                log.error("ledger.bad_seal", entry=str(row.id))
                raise BadSeal(f"entry {row.id} was altered or forged before it had its place")
            places.append({"number": frontier.size, "entry_id": row.id})
            frontier.append(row.leaf)
        connection.execute(insert(audit_leaf), places)
        move_head(connection, frontier)
        done = [row.place for row in waiting]
        connection.execute(delete(audit_pending).where(audit_pending.c.number.in_(done)))
        connection.commit()
    return len(places)
