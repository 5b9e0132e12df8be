"""Writing to the ledger: entries with their business, and on SQLite their place in the tree."""

import hashlib
import hmac
import itertools
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, insert, select, update

from crm.audit.entry import Entry
from crm.audit.merkle import Frontier, leaf_hash
from crm.audit.models import audit_entry, audit_head, audit_leaf
from crm.privacy.keyring import keyring
from crm.storage.database import database
from crm.storage.ids import new_id
from crm.storage.prepared import Prepared

# Built once: every transaction runs all three.
_HEAD = Prepared(select(audit_head))
_LEAVES = Prepared(insert(audit_leaf), ["number", "entry_id"])
_MOVE = Prepared(
    update(audit_head)
    .where(audit_head.c.id == 1)
    .values(size=bindparam("new_size"), frontier=bindparam("new_frontier"))
)

_writer = new_id()
_numbers = itertools.count(1)


def inserts(entries: Sequence[Entry]) -> list[tuple[Table, dict[str, Any]]]:
    """Return the rows that keep `entries`, to be written with the rest of the transaction."""
    queued = not database().is_sqlite
    return [(audit_entry, _row(entry, queued)) for entry in entries]


def integrate(connection: Connection, rows: Sequence[tuple[Table, dict[str, Any]]]) -> None:
    """Give the rows of `inserts` their places in the tree, on SQLite; else the sequencer does."""
    if connection.dialect.name != "sqlite" or not rows:
        return
    head = _HEAD.one(connection)
    assert head is not None
    frontier = Frontier.from_bytes(head.size, head.frontier)
    places = []
    for _, row in rows:
        places.append({"number": frontier.size, "entry_id": row["id"]})
        frontier.append(row["leaf"])
    _LEAVES.run(connection, *places)
    move_head(connection, frontier)


def move_head(connection: Connection, frontier: Frontier) -> None:
    """Keep the tree's new size and frontier."""
    values = {"new_size": frontier.size, "new_frontier": frontier.to_bytes()}
    _MOVE.run(connection, values)


def seal(entry_id: UUID, leaf: bytes, writer: UUID, seq: int) -> bytes:
    """Return the seal of an entry that waits: only a holder of the instance key can make it."""
    text = entry_id.bytes + leaf + writer.bytes + seq.to_bytes(8)
    return hmac.digest(keyring().instance_key(), text, hashlib.sha256)


def has_seal(row: Any) -> bool:
    """Tell whether a row of `audit_entry` has the seal that belongs to it."""
    if None in (row.writer, row.seq, row.seal) or row.seq < 0:
        return False
    return hmac.compare_digest(row.seal, seal(row.id, row.leaf, row.writer, row.seq))


def _row(entry: Entry, queued: bool) -> dict[str, Any]:
    content = entry.to_bytes()
    leaf = leaf_hash(content)
    row: dict[str, Any] = {
        "id": entry.id,
        "entry": content,
        "leaf": leaf,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "action": entry.action,
        "outcome": str(entry.outcome),
        "subject_id": entry.subject_id,
    }
    if queued:
        number = next(_numbers)
        row |= {"writer": _writer, "seq": number, "seal": seal(entry.id, leaf, _writer, number)}
    return row
