"""Is the record what it was? Two passes: the tree over the entries, and the rows of business."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, func, select

from crm.audit.entry import moment_text
from crm.audit.ledger import seal
from crm.audit.merkle import Frontier, leaf_hash
from crm.audit.models import (
    audit_checkpoint,
    audit_entry,
    audit_head,
    audit_leaf,
    audit_pending,
)
from crm.audit.note import BadNote, Checkpoint, opened
from crm.audit.rows import RowsCheck
from crm.audit.signer import Signer
from crm.storage.database import Database

MOST_NAMED = 100
BACKWARDS = timedelta(minutes=1)


@dataclass
class Report:
    """What verification found."""

    size: int = 0
    rows: int = 0
    pending: int = 0
    root: bytes = b""
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def ok(self) -> bool:
        """Tell whether nothing was altered."""
        return not self.faults

    def fault(self, sentence: str) -> None:
        """Add a fault, the first hundred in words, the rest as a number."""
        if len(self.faults) < MOST_NAMED:
            self.faults.append(sentence)
        else:
            self.more += 1


def verify(database: Database, signer: Signer) -> Report:
    """Check the whole ledger, and every recorded row against its entries; change nothing."""
    report = Report()
    rows = RowsCheck(report.fault)
    with database.read() as connection:
        frontier = _check_tree(connection, report, rows)
        _check_head(connection, report, frontier)
        _check_checkpoints(connection, report, signer)
        _check_waiting(connection, report, rows)
        report.rows = rows.compare(connection)
    return report


def _entries(connection: Connection) -> Iterator[Any]:
    query = (
        select(audit_leaf.c.number, audit_entry)
        .outerjoin(audit_entry, audit_entry.c.id == audit_leaf.c.entry_id)
        .order_by(audit_leaf.c.number)
    )
    return iter(connection.execution_options(yield_per=2000).execute(query))


def _check_tree(connection: Connection, report: Report, rows: RowsCheck) -> Frontier:
    """Hash every entry again in its place, and remember the roots that were signed."""
    frontier = Frontier()
    signed = dict(
        connection.execute(select(audit_checkpoint.c.size, audit_checkpoint.c.root)).all()  # type: ignore[arg-type]  # rows of two
    )
    latest: datetime | None = None
    for row in _entries(connection):
        number = frontier.size
        if row.number != number:
            report.fault(f"entry {number} is missing: the next place in the tree is {row.number}")
            break
        if row.entry is None:
            report.fault(f"entry {number} is missing")
            break
        _check_entry(row, number, report)
        rows.learn(row.entry, number)
        if latest is not None and row.at < latest - BACKWARDS:
            report.warnings.append(f"the clock was set back at entry {number}")
        latest = row.at if latest is None else max(latest, row.at)
        frontier.append(leaf_hash(row.entry))
        if frontier.size in signed and signed[frontier.size] != frontier.root():
            report.fault(f"the first {frontier.size} entries are not those that were signed")
    report.size, report.root = frontier.size, frontier.root()
    return frontier


def _check_entry(row: Any, number: int, report: Report) -> None:
    if leaf_hash(row.entry) != row.leaf:
        report.fault(f"entry {number} ({row.id}) was changed")
    try:
        content = json.loads(row.entry)
        told = {
            "id": content["id"],
            "at": content["at"],
            "actor_id": content["actor"]["id"],
            "action": content["action"],
            "outcome": content["outcome"],
            "subject_id": content.get("subject", {}).get("id"),
        }
    except (ValueError, KeyError, TypeError):
        report.fault(f"entry {number} ({row.id}) is not readable")
        return
    kept = {
        "id": str(row.id),
        "at": moment_text(row.at),
        "actor_id": str(row.actor_id),
        "action": row.action,
        "outcome": row.outcome,
        "subject_id": str(row.subject_id) if row.subject_id else None,
    }
    for name, value in told.items():
        if kept[name] != value:
            report.fault(f"entry {number} ({row.id}): its column {name} was changed")


def _check_head(connection: Connection, report: Report, frontier: Frontier) -> None:
    head = connection.execute(select(audit_head)).one()
    if head.size != frontier.size:
        report.fault(f"the tree says {head.size} entries, {frontier.size} are there")
    elif head.frontier != frontier.to_bytes():
        report.fault("the tree's head is not that of its entries")
    total = connection.execute(select(func.count()).select_from(audit_entry)).scalar_one()
    waiting = connection.execute(select(func.count()).select_from(audit_pending)).scalar_one()
    if total != frontier.size + waiting:
        report.fault(f"{total - frontier.size - waiting} entries have no place in the tree")


def _check_checkpoints(connection: Connection, report: Report, signer: Signer) -> None:
    size, root = signer.last()
    if size > report.size:
        report.fault(f"{size} entries were signed, {report.size} are there: the tail is gone")
    elif size and size == report.size and root != report.root:
        report.fault(f"the first {size} entries are not those that were signed")
    for row in connection.execute(select(audit_checkpoint).order_by(audit_checkpoint.c.size)):
        _check_note(row, report, signer.origin, signer.public)


def _check_note(row: Any, report: Report, origin: str, public: Ed25519PublicKey) -> None:
    try:
        checkpoint = Checkpoint.parse(opened(row.note, origin, public))
    except BadNote as fault:
        report.fault(f"the checkpoint at {row.size} is not signed by this instance: {fault}")
        return
    if (checkpoint.size, checkpoint.root) != (row.size, row.root):
        report.fault(f"the checkpoint at {row.size} was changed")


def _check_waiting(connection: Connection, report: Report, rows: RowsCheck) -> None:
    """Check the seals of what has no place yet (PostgreSQL), and learn its rows."""
    query = (
        select(audit_entry)
        .join(audit_pending, audit_pending.c.entry_id == audit_entry.c.id)
        .order_by(audit_pending.c.number)
    )
    for row in connection.execute(query):
        report.pending += 1
        sealed = row.seal is not None and hmac.compare_digest(
            row.seal, seal(row.id, row.leaf, row.writer, row.seq)
        )
        if not sealed or leaf_hash(row.entry) != row.leaf:
            report.fault(f"entry {row.id}, still without a place, was changed or forged")
        rows.learn(row.entry, report.size + report.pending - 1)
