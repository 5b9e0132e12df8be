"""Lists as files: who asked for one, as he stands now, how far it is, and its rows for a day."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.meter.words import TAKEN_FOR
from crm.contacts.models import export
from crm.contacts.queries.takeouts import TAKEOUTS
from crm.gate.action import Subject
from crm.gate.approvals import as_he_stands
from crm.gate.errors import Missing
from crm.gate.jobs import job
from crm.gate.listing import LISTINGS
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.queries import names_of
from crm.privacy.openers import reopen
from crm.privacy.rows import stored

MOST = 20_000
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class ExportToWrite(Question, needs=Permission.KEEP_HOUSE):
    """What the worker needs to write a file: who asked, as he stands now, and for what."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it; `asker` is None where he may no longer do anything."""
        row = reader.one(select(export).where(export.c.id == self.id))
        if row is None:
            raise Missing("export")
        return {
            "asker": as_he_stands(reader, row.asked_by),
            "takeout": TAKEOUTS[row.list],
            "filters": row.filters,
            "ready": row.ready_at is not None,
        }


@dataclass(frozen=True)
class OneExport(Question, needs=Permission.EXPORT_CONTACTS):
    """How far one's own file is."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return its state and figures: writing, ready, gone or failed."""
        row = _own(reader, self.id)
        running = reader.one(select(job.c.state, job.c.progress).where(job.c.id == row.job_id))
        return {
            "id": row.id,
            "job_id": row.job_id,
            "list": row.list,
            "listing": LISTINGS.get(row.list),
            "purpose": row.purpose,
            "state": _state_of(row, running),
            "asked_at": row.asked_at,
            "rows": row.rows,
            "until": row.ready_at and row.ready_at + KEPT,
            "progress": (running.progress if running else None) or {},
        }


@dataclass(frozen=True)
class ExportFile(
    Question, needs=Permission.EXPORT_CONTACTS, recorded_as="contacts.export.downloaded"
):
    """The rows of one's own file."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find it; nobody has another one's."""
        row = _own(reader, self.id)
        if row.content is None:
            raise Missing("export")
        return Subject("export", row.id, Scope.OWN, row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return them as they were written, masked for whoever asked, under whose file it is."""
        assert subject is not None
        row = subject.row
        content = stored(export, row._asdict())["content"]
        return {
            "rows": json.loads(reopen(content)),
            "columns": TAKEOUTS[row.list].columns,
            "name": f"{row.list}.csv",
            "mark": {
                "who": names_of(reader, {row.asked_by}).get(row.asked_by),
                "at": row.asked_at,
                "purpose": TAKEN_FOR[row.purpose],
                "file": row.id,
            },
        }

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many rows were taken out."""
        return {"rows": len(result["rows"])}


def _own(reader: Reader, export_id: UUID) -> Any:
    mine = (export.c.id == export_id) & (export.c.asked_by == reader.actor.id)
    row = reader.one(select(export).where(mine))
    if row is None:
        raise Missing("export")
    return row


def _state_of(row: Any, running: Any) -> str:
    if row.ready_at is not None:
        return "gone" if row.content is None else "ready"
    ended = running is None or running.state in {"failed", "cancelled", "done"}
    return "failed" if ended else "writing"
