"""Is the record what it was? Two passes: the tree over the entries, and the rows of business."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from crm.audit.entry import moment_text
from crm.audit.merkle import Frontier, leaf_hash
from crm.audit.models import audit_checkpoint, audit_entry, audit_leaf
from crm.audit.reading import UNREADABLE, each_row
from crm.audit.report import Report
from crm.audit.rows import RowsCheck
from crm.audit.seals import check_checkpoints, check_head, check_queue, check_seal
from crm.audit.signer import Signer, SignerRefuses
from crm.storage.database import Database

BACKWARDS = timedelta(minutes=1)


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
            made = tree.frontier.to_bytes() if tree.frontier is not None else None
            check_head(connection, report, made, tree.since())
            check_checkpoints(connection, report, signer, last)
            check_queue(connection, report, rows.learn)
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
        if not check_seal(connection, row):
            report.fault(f"entry {number} ({row.id}): its seal, writer or seq was changed")
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
