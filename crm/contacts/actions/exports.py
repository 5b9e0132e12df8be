"""A list of refusals taken out as a file: asked for, written by the worker, gone after a day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.models import export
from crm.contacts.queries.exports import KEPT, MOST, ExportToWrite, question_of, row_of
from crm.contacts.queries.refusals import Filters
from crm.gate.action import Action, Subject
from crm.gate.answer import answer
from crm.gate.errors import Missing
from crm.gate.jobs import Progress, enqueue, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id

EXPORT = "contacts.refusals.export"


@dataclass(frozen=True)
class AskExport(
    Filters, Action, needs=Permission.EXPORT_CONTACTS, recorded_as="contacts.export.requested"
):
    """Ask for a file of refused and unpermitted contacts, under the filters of their list."""

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what was asked for, and put its work into the queue."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        kept = {
            name: value if isinstance(value, int) else str(value)
            for name, value in given.items()
            if value is not None
        }
        export_id = new_id()
        job_id = enqueue(work, EXPORT, {"export_id": str(export_id)})
        work.add(
            export,
            id=export_id,
            asked_by=work.actor.id,
            asked_at=work.now,
            job_id=job_id,
            filters=kept,
        )
        return {"id": export_id, "job_id": job_id}


@dataclass(frozen=True)
class KeepExport(Action, needs=Permission.KEEP_HOUSE, recorded_as="contacts.export.written"):
    """Keep the rows of a file, sealed under the key of whoever asked."""

    id: UUID
    rows: int
    content: Sealed

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep them."""
        asked_by = work.scalar(select(export.c.asked_by).where(export.c.id == self.id))
        work.change(
            export,
            self.id,
            asked_by=asked_by,
            rows=self.rows,
            content=self.content,
            ready_at=work.now,
        )
        return {"id": self.id}


@dataclass(frozen=True)
class SweepExports(
    Action,
    needs=Permission.KEEP_HOUSE,
    recorded_as="contacts.exports.swept",
    every=timedelta(hours=1),
):
    """Let go of files older than a day."""

    def run(self, work: Work, subject: Subject | None) -> None:
        """Empty them; the entry says how many."""
        old = select(export.c.id, export.c.asked_by).where(
            export.c.content.is_not(None), export.c.ready_at < work.now - KEPT
        )
        rows = work.all(old)
        for row in rows:
            work.change(export, row.id, asked_by=row.asked_by, content=None)
        work.note(deleted=len(rows))


@runs(EXPORT)
def write_file(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Read the list page by page as whoever asked, as he stands now, and keep it."""
    export_id = UUID(arguments["export_id"])
    asked = answer(ExportToWrite(export_id), actor)
    asker = asked["asker"]
    if asked["ready"]:
        return
    if asker is None:
        raise Missing("account")
    rows: list[dict[str, Any]] = []
    before: list[str] | None = None
    while len(rows) < MOST:
        page = answer(question_of(asked["filters"], before), asker)
        rows += [row_of(item, asker.zone) for item in page["items"]]
        progress.tell(done=len(rows))
        if page["next"] is None:
            break
        last = page["items"][-1]
        before = [last["at"].isoformat(), str(last["id"])]
    content = Sealed.fresh(json.dumps(rows, ensure_ascii=False))
    perform(KeepExport(export_id, len(rows), content), actor)
