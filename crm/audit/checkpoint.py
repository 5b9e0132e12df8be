"""Signed checkpoints of the ledger, kept beside it and handed to whoever asks."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select

from crm import clock
from crm.audit.merkle import Frontier, consistency_proof
from crm.audit.models import audit_checkpoint, audit_entry, audit_head, audit_leaf
from crm.audit.signer import Signer
from crm.storage.database import Database


def head_of(connection: Connection) -> Frontier:
    """Return the tree's present size and frontier."""
    head = connection.execute(select(audit_head)).one()
    return Frontier.from_bytes(head.size, head.frontier)


def leaves_of(connection: Connection, size: int) -> list[bytes]:
    """Return the first `size` leaf hashes, in order."""
    query = (
        select(audit_entry.c.leaf)
        .join(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
        .where(audit_leaf.c.number < size)
        .order_by(audit_leaf.c.number)
    )
    return list(connection.execute(query).scalars())


def checkpoint_now(database: Database, signer: Signer) -> str | None:
    """Sign the tree as it is, unless its last checkpoint says so already; return the note.

    Raises SignerRefuses where the ledger is no continuation of what was signed before.
    """
    at = clock.now().replace(microsecond=0)  # the signature covers its second
    with database.read() as connection:
        frontier = head_of(connection)
        newest = connection.execute(select(func.max(audit_checkpoint.c.size))).scalar()
        if frontier.size in {0, newest}:
            return None

        def proof(older: int) -> Sequence[bytes]:
            if older == frontier.size:
                return []
            return consistency_proof(leaves_of(connection, frontier.size), older)

        note = signer.sign(frontier.size, frontier.root(), proof, at)
    row = {
        "size": frontier.size,
        "root": frontier.root(),
        "note": note,
        "at": at,
    }
    with database.write() as connection:
        here = select(audit_checkpoint.c.size).where(audit_checkpoint.c.size == frontier.size)
        if connection.execute(here).first() is None:
            connection.execute(insert(audit_checkpoint), row)
            connection.commit()
    return note
