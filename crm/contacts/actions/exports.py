"""A list taken out as a file: asked for with its purpose, written by the worker, gone in a day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import ValidationError
from sqlalchemy import select

from crm.contacts.models import export
from crm.contacts.queries.exports import KEPT, MOST, ExportToWrite
from crm.contacts.queries.takeouts import TAKEOUTS, Line, Takeout
from crm.gate.action import Action, Subject
from crm.gate.actions.views import filters_of
from crm.gate.answer import answer
from crm.gate.cursor import opened
from crm.gate.errors import Invalid, Missing, Stale
from crm.gate.jobs import Progress, enqueue, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from crm.words import N_

EXPORT = "contacts.list.export"


@dataclass(frozen=True)
class AskExport(Action, needs=Permission.EXPORT_CONTACTS, recorded_as="contacts.export.requested"):
    """Ask for a file of a list under the filters of its address: what for, and why."""

    list: str
    purpose: str
    reason: Sealed
    query: str = ""

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Nobody takes out what he may not read."""
        takeout = _takeout(self.list)
        if work.reach(takeout.question.needs) is None:
            return refuse("permission.denied", N_("Your role may not see this."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what was asked for, and put its work into the queue."""
        filters = dict(parse_qsl(filters_of(self.query)))
        _asked(_takeout(self.list), filters)
        export_id = new_id()
        job_id = enqueue(work, EXPORT, {"export_id": str(export_id)})
        work.add(
            export,
            id=export_id,
            asked_by=work.actor.id,
            asked_at=work.now,
            job_id=job_id,
            list=self.list,
            purpose=self.purpose,
            reason=self.reason,
            filters=filters,
        )
        return {"id": export_id, "job_id": job_id}


@dataclass(frozen=True)
class KeepExport(Action, needs=Permission.KEEP_HOUSE, recorded_as="contacts.export.written"):
    """Keep the rows of a file, sealed under the key of whoever asked: once, whoever wrote it."""

    id: UUID
    rows: int
    content: Sealed

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep them; raise Stale where another worker was first."""
        row = work.one(select(export).where(export.c.id == self.id).with_for_update())
        if row is None or row.ready_at is not None:
            raise Stale("export")
        work.change(
            export,
            self.id,
            asked_by=row.asked_by,
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
    asker, takeout = asked["asker"], asked["takeout"]
    if asked["ready"]:
        return
    if asker is None:
        raise Missing("account")
    filters, clock = _asked(takeout, asked["filters"]), ZoneInfo(asker.zone)
    rows: list[Line] = []
    turn: dict[str, Any] = {}
    while len(rows) < MOST:
        page = answer(takeout.question(**filters, **turn), asker)
        rows += [takeout.line(item, clock) for item in page["items"]]
        progress.tell(done=len(rows))
        if takeout.turned is None or page["next"] is None:
            break
        name, of = takeout.turned
        turn = {name: opened(of, page["next"])}
    content = Sealed.fresh(json.dumps(rows[:MOST], ensure_ascii=False))
    perform(KeepExport(export_id, len(rows[:MOST]), content), actor)


def _takeout(name: str) -> Takeout:
    if name not in TAKEOUTS:
        raise Invalid({"list": [N_("This list is not taken out as a file.")]})
    return TAKEOUTS[name]


def _asked(takeout: Takeout, filters: Mapping[str, str]) -> dict[str, Any]:
    """Return what a list's address asks, loaded; raise Invalid naming what is wrong with it."""
    try:
        loaded: dict[str, Any] = takeout.takes().load(filters)
    except ValidationError as fault:
        raise Invalid(fault.normalized_messages()) from None  # type: ignore[no-untyped-call]  # theirs
    return loaded
