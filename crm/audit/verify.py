"""Is the record what it was? Two passes: the tree over the entries, and the rows of business."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, select

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
from crm.audit.reading import UNREADABLE, each_row
from crm.audit.rows import RowsCheck
from crm.audit.sequencer import waiting_entries
from crm.audit.signer import Signer, SignerRefuses
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
    try:
        last = signer.last()  # before the reading begins: it may sign more meanwhile
    except SignerRefuses as fault:
        report.fault(str(fault))
        last = (0, b"")
    try:
        with database.read() as connection:
            tree = _check_tree(connection, report, rows, last)
            _check_head(connection, report, tree)
            _check_checkpoints(connection, report, signer, last)
            _check_waiting(connection, report, rows)
            report.rows = rows.compare(connection)
    except UNREADABLE as fault:
        report.fault(f"the ledger cannot be read to its end: {type(fault).__name__}")
    finally:
        rows.close()
    return report


def _entries(connection: Connection) -> Iterator[tuple[int, Any]]:
    query = select(audit_leaf.c.number, audit_entry).outerjoin(
        audit_entry, audit_entry.c.id == audit_leaf.c.entry_id
    )
    return each_row(connection, query, audit_leaf.c.number)


class _Tree:
    """The tree, made again entry by entry, beside the roots that were signed."""

    def __init__(self, report: Report, signed: dict[int, bytes]) -> None:
        self._report = report
        self._signed = signed
        self._good = 0
        self.frontier: Frontier | None = Frontier()  # None once an entry is missing

    def grow(self, number: int, entry: bytes | None) -> None:
        """Take the entry at `number`; name what is missing before it, or itself."""
        first, last = self._report.size, number - (entry is not None)
        self._report.size = number + 1
        if first <= last:
            which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
            self._report.fault(f"{which} missing or cannot be read")
            self.frontier = None
        if self.frontier is None or entry is None:
            return
        self.frontier.append(leaf_hash(entry))
        root = self._signed.get(self.frontier.size)
        if root == self.frontier.root():
            self._good = self.frontier.size
        elif root is not None:
            self._report.fault(f"{self.since()} are not those that were signed")
            self._signed = {}  # no later root can fit: one name is enough

    def since(self) -> str:
        """Name the entries after the last root that fitted."""
        return f"entries {self._good} to {max(self._report.size - 1, self._good)}"


def _check_tree(
    connection: Connection, report: Report, rows: RowsCheck, last: tuple[int, bytes]
) -> _Tree:
    """Hash every entry again in its place, and check it against its columns."""
    roots = select(audit_checkpoint.c.size, audit_checkpoint.c.root)
    signed = {row.size: row.root for row in connection.execute(roots)} | {last[0]: last[1]}
    tree = _Tree(report, signed)
    latest: datetime | None = None
    for number, row in _entries(connection):
        entry = row.entry if row is not None else None
        tree.grow(number, entry if isinstance(entry, bytes) else None)
        if not isinstance(entry, bytes):
            continue
        _check_entry(row, number, report)
        rows.learn(row.entry, number)
        if latest is not None and row.at < latest - BACKWARDS:
            report.warnings.append(f"the clock was set back at entry {number}")
        latest = row.at if latest is None else max(latest, row.at)
    report.root = tree.frontier.root() if tree.frontier is not None else b""
    return tree


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


def _check_head(connection: Connection, report: Report, tree: _Tree) -> None:
    head = connection.execute(select(audit_head)).one_or_none()
    if head is None or head.size != report.size:
        said = head.size if head is not None else "no"
        report.fault(f"the tree says {said} entries, {report.size} are there")
    elif tree.frontier is not None and head.frontier != tree.frontier.to_bytes():
        report.fault(f"{tree.since()}: the tree's head is not that of its entries")
    placeless = (
        select(audit_entry.c.id)
        .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
        .outerjoin(audit_pending, audit_pending.c.entry_id == audit_entry.c.id)
        .where(audit_leaf.c.number.is_(None), audit_pending.c.number.is_(None))
        .limit(MOST_NAMED)
    )
    for entry in connection.execute(placeless).scalars():
        report.fault(f"entry {entry} has no place in the tree and none was asked for")


def _check_checkpoints(
    connection: Connection, report: Report, signer: Signer, last: tuple[int, bytes]
) -> None:
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
    except BadNote as fault:
        report.fault(f"the checkpoint at {row.size} is not signed by this instance: {fault}")
        return
    if (checkpoint.size, checkpoint.root) != (row.size, row.root):
        report.fault(f"the checkpoint at {row.size} was changed")


def _check_waiting(connection: Connection, report: Report, rows: RowsCheck) -> None:
    """Check the seals of what has no place yet (PostgreSQL), and learn its rows."""
    if connection.dialect.name != "postgresql":
        return
    for row in connection.execute(waiting_entries()):
        report.pending += 1
        sealed = row.seal is not None and hmac.compare_digest(
            row.seal, seal(row.id, row.leaf, row.writer, row.seq)
        )
        if not sealed or leaf_hash(row.entry) != row.leaf:
            report.fault(f"entry {row.id}, still without a place, was changed or forged")
        rows.learn(row.entry, report.size + report.pending - 1)
