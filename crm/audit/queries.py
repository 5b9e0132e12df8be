"""What the ledger answers: lists of entries, one entry with its proof, the state of the seal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, func, select

from crm.audit.checkpoint import leaves_of
from crm.audit.merkle import consistency_proof, inclusion_proof, root_of
from crm.audit.models import audit_checkpoint, audit_entry, audit_head, audit_leaf
from crm.gate.action import Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.gate.words import N_
from crm.storage.database import database

PAGE = 50


@dataclass(frozen=True, slots=True)
class Seal:
    """How the ledger stands, for the foot of every page."""

    size: int
    sealed_size: int
    sealed_at: datetime | None
    ok: bool
    anchor: str | None = None
    url: str = "/ledger"


def seal() -> Seal:
    """Return how many entries there are and when the tree was last signed."""
    newest = select(
        select(audit_head.c.size).scalar_subquery().label("size"),
        select(func.max(audit_checkpoint.c.size)).scalar_subquery().label("sealed"),
        select(func.max(audit_checkpoint.c.at)).scalar_subquery().label("at"),
    )
    with database().glance() as connection:
        row = connection.execute(newest).one()
    return Seal(row.size, row.sealed or 0, row.at, ok=row.size >= (row.sealed or 0))


def newest_note(connection: Connection) -> str | None:
    """Return the newest signed checkpoint."""
    query = select(audit_checkpoint.c.note).order_by(audit_checkpoint.c.size.desc()).limit(1)
    return connection.execute(query).scalar()


@dataclass(frozen=True)
class Entries(
    Question, needs=Permission.READ_LEDGER, recorded_as="audit.ledger.listed"
):
    """The ledger, newest first; filtered by actor, subject, kind of action, outcome and time."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    action: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page of entries and the cursor of the next."""
        rows = reader.all(self._query())
        items = [entry_line(row._mapping) for row in rows[:PAGE]]  # noqa: SLF001
        more = str(items[-1]["id"]) if len(rows) > PAGE else None
        return {"items": items, "next": more, "filters": self}

    def _query(self) -> Select[Any]:
        query = select(audit_entry, audit_leaf.c.number).outerjoin(
            audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id
        )
        for column in ("actor_id", "subject_id", "outcome"):
            value = getattr(self, column)
            if value is not None:
                query = query.where(audit_entry.c[column] == value)
        if self.action:
            query = query.where(audit_entry.c.action.startswith(self.action, autoescape=True))
        if self.since:
            query = query.where(audit_entry.c.at >= self.since)
        if self.until:
            query = query.where(audit_entry.c.at < self.until)
        if self.before:
            query = query.where(audit_entry.c.id < self.before)
        return query.order_by(audit_entry.c.id.desc()).limit(PAGE + 1)


@dataclass(frozen=True)
class OneEntry(Question, needs=Permission.READ_LEDGER, recorded_as="audit.entry.viewed"):
    """One entry, whole: its exact words, its place in the tree and the proof of it."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the entry, its text, and its inclusion proof under the present head."""
        query = (
            select(audit_entry, audit_leaf.c.number)
            .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
            .where(audit_entry.c.id == self.id)
        )
        row = reader.one(query)
        if row is None:
            raise Missing("entry")
        line = entry_line(row._mapping)  # noqa: SLF001
        line["text"] = json.dumps(json.loads(row.entry), ensure_ascii=False, indent=2)
        line["leaf"] = row.leaf.hex()
        line["proof"] = _inclusion(reader, row.number) if row.number is not None else None
        return line


@dataclass(frozen=True)
class NewestCheckpoint(Question, needs=Permission.READ_LEDGER):
    """The newest signed checkpoint, as a C2SP signed note."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the note; None before the first."""
        return {"note": newest_note(reader.connection)}


@dataclass(frozen=True)
class Inclusion(Question, needs=Permission.READ_LEDGER):
    """The proof that an entry is in the tree."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return index, size, root and path."""
        query = select(audit_leaf.c.number).where(audit_leaf.c.entry_id == self.id)
        number = reader.scalar(query)
        if number is None:
            raise Missing("entry")
        return _inclusion(reader, number)


@dataclass(frozen=True)
class Consistency(Question, needs=Permission.READ_LEDGER):
    """The proof that the tree of one size grew into that of another."""

    older: int
    newer: int

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the path between the two sizes."""
        size = reader.scalar(select(audit_head.c.size))
        if not 0 < self.older <= self.newer <= size:
            raise Invalid({"from": [N_("Choose sizes that the ledger has had.")]})
        leaves = leaves_of(reader.connection, self.newer)
        path = consistency_proof(leaves, self.older)
        return {"from": self.older, "to": self.newer, "path": [step.hex() for step in path]}


def entry_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a list shows of an entry."""
    content = json.loads(row["entry"])
    return {
        "id": row["id"],
        "number": row["number"],
        "at": row["at"],
        "actor_id": row["actor_id"],
        "actor_role": content["actor"]["role"],
        "action": row["action"],
        "outcome": row["outcome"],
        "subject_type": content.get("subject", {}).get("type"),
        "subject_id": row["subject_id"],
        "rule": content.get("rule"),
        "rows": [note["t"] for note in content.get("rows", ())],
    }


def _inclusion(reader: Reader, number: int) -> dict[str, Any]:
    size = reader.scalar(select(audit_head.c.size))
    leaves = leaves_of(reader.connection, size)
    path = inclusion_proof(leaves, number)
    return {
        "index": number,
        "size": size,
        "root": root_of(leaves).hex(),
        "path": [step.hex() for step in path],
    }

