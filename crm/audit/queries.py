"""What the ledger answers: lists of entries, one entry with its proof, the state of the seal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select, true

from crm.audit.checkpoint import leaves_of
from crm.audit.merkle import consistency_proof, inclusion_proof, root_of
from crm.audit.models import audit_checkpoint, audit_entry, audit_head, audit_leaf
from crm.gate.action import Subject
from crm.gate.cursor import sealed as sealed_cursor
from crm.gate.errors import Invalid, Missing
from crm.gate.jobs import job
from crm.gate.listing import Listing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import system
from crm.identity.queries import names_of
from crm.storage.database import database
from crm.storage.prepared import Prepared
from crm.words import N_

PAGE = 50
LIST = "ledger"
LEDGER = Listing(
    "ledger",
    "/ledger",
    N_("Ledger"),
    (
        ("number", N_("Number")),
        ("who", N_("Who")),
        ("about", N_("About")),
        ("rule", N_("Rule")),
    ),
)
VERIFY = "audit.ledger.verify"  # the kind of job that verifies
BY_COMMAND = "crm audit verify"  # who verified, where no job did
VERIFIED = "audit.ledger.verified"  # what the entry of its result is recorded as


@dataclass(frozen=True, slots=True)
class Seal:
    """How the ledger stands, for the foot of every page."""

    size: int
    sealed_size: int
    sealed_at: datetime | None
    ok: bool
    anchor: str | None = None
    url: str = "/ledger"


_newest = (
    select(audit_checkpoint.c.size, audit_checkpoint.c.at)
    .order_by(audit_checkpoint.c.size.desc())
    .limit(1)
    .subquery()
)
_STANDING = Prepared(
    select(audit_head.c.size, _newest.c.size.label("sealed"), _newest.c.at).outerjoin(
        _newest, true()
    )
)


def seal() -> Seal:
    """Return how many entries there are and when the tree was last signed, by one statement."""
    with database().glance() as connection:
        row = _STANDING.one(connection)
    assert row is not None
    return Seal(row.size, row.sealed or 0, row.at, ok=row.size >= (row.sealed or 0))


def newest_note(connection: Connection) -> str | None:
    """Return the newest signed checkpoint."""
    query = select(audit_checkpoint.c.note).order_by(audit_checkpoint.c.size.desc()).limit(1)
    return connection.execute(query).scalar()


@dataclass(frozen=True)
class Entries(Question, needs=Permission.READ_LEDGER, recorded_as="audit.ledger.listed"):
    """The ledger, newest first; filtered by actor, subject, kind of action, outcome and time."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    action: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: list[Any] | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page of entries, with the names of who acted, and the next one's cursor."""
        rows = reader.all(self._query())
        items = [entry_line(dict(row._mapping)) for row in rows[:PAGE]]
        names = names_of(reader, {item["actor_id"] for item in items})
        for item in items:
            item["actor"] = names.get(item["actor_id"])
        more = sealed_cursor(LIST, [str(items[-1]["id"])]) if len(rows) > PAGE else None
        return {"items": items, "next": more, "filters": self}

    def details(self, result: Any) -> dict[str, Any]:
        """Put into the entry what was looked for."""
        looked = {field.name: getattr(self, field.name) for field in fields(self)}
        looked["after"] = self.after is not None or None
        return {name: value for name, value in looked.items() if value is not None}

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
        if self.after:
            query = query.where(audit_entry.c.id < UUID(self.after[0]))
        return query.order_by(audit_entry.c.id.desc()).limit(PAGE + 1)


@dataclass(frozen=True)
class OneEntry(Question, needs=Permission.READ_LEDGER, recorded_as="audit.entry.viewed"):
    """One entry, whole: its exact words and its place in the tree."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the entry, its words, and when the tree over it was first signed."""
        query = (
            select(audit_entry, audit_leaf.c.number)
            .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
            .where(audit_entry.c.id == self.id)
        )
        row = reader.one(query)
        if row is None:
            raise Missing("entry")
        line = entry_line(dict(row._mapping))
        line["entry"] = json.loads(row.entry)
        line["text"] = json.dumps(line["entry"], ensure_ascii=False, indent=2)
        line["leaf"] = row.leaf.hex()
        line["actor"] = names_of(reader, {row.actor_id}).get(row.actor_id)
        line["sealed_at"] = _sealed_at(reader, row.number)
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
        steps = [step.hex() for step in path]
        return {"older": self.older, "newer": self.newer, "path": steps}


@dataclass(frozen=True)
class Verification(Question, needs=Permission.VERIFY_LEDGER):
    """Whether the record is what it was: the last verification, and the one that is under way."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return what the last one found (None before the first), and the newest job (or None)."""
        by = [system(name).id for name in (VERIFY, BY_COMMAND)]
        result = reader.one(
            select(audit_entry.c.id, audit_entry.c.at, audit_entry.c.entry, audit_leaf.c.number)
            .outerjoin_from(audit_entry, audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
            .where(audit_entry.c.actor_id.in_(by), audit_entry.c.action == VERIFIED)
            .order_by(audit_entry.c.at.desc())
            .limit(1)
        )
        asked = select(job).where(job.c.kind == VERIFY).order_by(job.c.id.desc()).limit(1)
        row = reader.one(asked.with_only_columns(*PROGRESS))
        last = None
        if result:
            last = {"id": result.id, "number": result.number, "at": result.at}
            last |= json.loads(result.entry)["details"]
        return {"last": last, "job": dict(row._mapping) if row else None}


PROGRESS = (job.c.id, job.c.state, job.c.progress, job.c.run_at, job.c.ended_at, job.c.fault)


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


def _sealed_at(reader: Reader, number: int | None) -> datetime | None:
    """Return when a checkpoint that covers this place was first signed."""
    if number is None:
        return None
    query = select(audit_checkpoint.c.at).where(audit_checkpoint.c.size > number)
    at: datetime | None = reader.scalar(query.order_by(audit_checkpoint.c.size).limit(1))
    return at
