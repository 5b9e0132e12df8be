"""What stands beside the entries: their seals, the queue, the tree's head and its checkpoints."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, literal_column, select

from crm.audit.ledger import has_seal
from crm.audit.merkle import leaf_hash
from crm.audit.models import (
    audit_checkpoint,
    audit_entry,
    audit_head,
    audit_leaf,
    audit_pending,
)
from crm.audit.note import BadNote, Checkpoint, moment_of, opened
from crm.audit.report import MOST_NAMED, Report
from crm.audit.sequencer import waiting_entries
from crm.audit.signer import Signer


def check_seal(connection: Connection, entry: Any) -> bool:
    """Tell whether an entry has the seal it was written with; on SQLite it was written with none.

    The leaf does not cover seal, writer and seq: the seal covers itself and the other two.
    """
    if connection.dialect.name == "sqlite":
        return (entry.writer, entry.seq, entry.seal) == (None, None, None)
    return has_seal(entry)


def check_head(connection: Connection, report: Report, made: bytes | None, since: str) -> None:
    """Compare the tree's only head with the frontier `made` of the entries that are there.

    None: one is missing, and was named; `since` says which entries no signature covers.
    """
    heads = connection.execute(select(audit_head)).all()
    if len(heads) > 1:
        report.fault(f"the tree has {len(heads)} heads")
    head = heads[0] if heads else None
    if head is None or head.size != report.size:
        said = head.size if head is not None else "no"
        report.fault(f"the tree says {said} entries, {report.size} are there")
    elif made is not None and head.frontier != made:
        report.fault(f"{since}: the tree's head is not that of its entries")
    if head is not None and head.id != 1:
        report.fault("the tree's head was changed: its id is not 1")
    placeless = (
        select(audit_entry.c.id)
        .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
        .outerjoin(audit_pending, audit_pending.c.entry_id == audit_entry.c.id)
        .where(audit_leaf.c.number.is_(None), audit_pending.c.number.is_(None))
        .limit(MOST_NAMED)
    )
    for entry in connection.execute(placeless).scalars():
        report.fault(f"entry {entry} has no place in the tree and none was asked for")


def check_checkpoints(
    connection: Connection, report: Report, signer: Signer, last: tuple[int, bytes]
) -> None:
    """Check every checkpoint's signature and columns, and that no signed entry is gone."""
    if last[0] > report.size:
        report.fault(f"{last[0]} entries were signed, {report.size} are there: the tail is gone")
    newest = 0
    for row in connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.size)):
        _check_note(row, report, signer.origin, signer.public)
        newest = row.size
    if newest > report.size:
        report.fault(f"{newest} entries were signed, {report.size} are there: the tail is gone")


def _check_note(row: Any, report: Report, origin: str, public: Ed25519PublicKey) -> None:
    try:
        checkpoint = Checkpoint.parse(opened(row.note, origin, public))
        at = moment_of(row.note, origin, public)
    except BadNote as fault:
        report.fault(f"the checkpoint at {row.size} is not signed by this instance: {fault}")
        return
    if (checkpoint.size, checkpoint.root, at) != (row.size, row.root, row.at):
        report.fault(f"the checkpoint at {row.size} was changed")


def check_queue(
    connection: Connection, report: Report, learn: Callable[[bytes, int], None]
) -> None:
    """Check what has no place yet, and `learn` its rows (PostgreSQL); on SQLite nothing waits."""
    beside = (
        select(audit_pending.c.entry_id, audit_entry.c.id, audit_leaf.c.number)
        .outerjoin(audit_entry, audit_entry.c.id == audit_pending.c.entry_id)
        .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_pending.c.entry_id)
        .order_by(audit_pending.c.number)
    )
    inline = connection.dialect.name == "sqlite"
    for waiting in connection.execute(beside):
        if waiting.id is None:
            report.fault(f"entry {waiting.entry_id} waits for a place, but is missing")
        elif inline or waiting.number is not None:
            report.fault(f"entry {waiting.entry_id} waits for a place by hand")
    if inline:
        return
    # Whoever changes a row gives it the number of his own transaction.
    queued = (literal_column("audit_pending.xmin") == literal_column("audit_entry.xmin")).label(
        "queued"
    )
    for row in connection.execute(waiting_entries().add_columns(queued)):
        report.pending += 1
        if not check_seal(connection, row) or leaf_hash(row.entry) != row.leaf:
            report.fault(f"entry {row.id}, still without a place, was changed or forged")
        elif not row.queued:
            report.fault(
                f"entry {row.id}, still without a place, was queued anew: by hand, or when the "
                "database was restored (then start the worker, and verify again)"
            )
        learn(row.entry, report.size + report.pending - 1)
