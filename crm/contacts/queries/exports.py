"""Refusals as a file: read for it in pages, masked as an export is, kept for a day."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from crm.contacts.meter.words import CHANNELS, OUTCOMES, REFUSALS
from crm.contacts.models import export
from crm.contacts.queries.refusals import Refusals
from crm.gate.action import Subject
from crm.gate.approvals import as_he_stands
from crm.gate.errors import Missing
from crm.gate.jobs import job
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.privacy.masks import Context
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.words import N_

AT_ONCE = 1000
MOST = 20_000
KEPT = timedelta(days=1)
COLUMNS = (
    ("kind", N_("What")),
    ("at", N_("When")),
    ("person", N_("Person")),
    ("channel", N_("Contact")),
    ("outcome", N_("Outcome")),
    ("title", N_("Rule")),
    ("citation", N_("Law")),
    ("collector", N_("Collector")),
    ("next_allowed_at", N_("Lawful again")),
)


@dataclass(frozen=True)
class RefusalsForFile(
    Refusals, needs=Permission.EXPORT_CONTACTS, recorded_as="contacts.refusals.exported"
):
    """The same list, a thousand rows at once, masked as whatever leaves the house."""

    context: ClassVar[Context] = Context.EXPORT

    def size(self) -> int:
        """Return how many rows a page has."""
        return AT_ONCE


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
        return Subject("export", row.id, row=row)

    def read(self, reader: Reader, subject: Subject | None) -> list[dict[str, Any]]:
        """Return them as they were written, masked for whoever asked."""
        assert subject is not None
        content = stored(export, subject.row._asdict())["content"]
        rows: list[dict[str, Any]] = json.loads(reopen(content))
        return rows

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many rows were taken out."""
        return {"rows": len(result)}


def question_of(filters: Mapping[str, Any], before: list[str] | None) -> RefusalsForFile:
    """Return the question that kept filters ask, from `before` on."""
    given = dict(filters)
    for name in ("by", "team"):
        given |= {name: UUID(given[name])} if name in given else {}
    for name in ("since", "until"):
        given |= {name: date.fromisoformat(given[name])} if name in given else {}
    return RefusalsForFile(**given, before=before)


def row_of(item: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Return one line of the file: words to translate, instants on the asker's clock."""
    clock = ZoneInfo(zone)
    again = item["next_allowed_at"]
    return {
        "kind": REFUSALS[item["kind"]],
        "at": item["at"].astimezone(clock).isoformat(timespec="seconds"),
        "person": item["person"].text if item["person"] else None,
        "channel": CHANNELS[item["channel"]],
        "outcome": OUTCOMES.get(item["outcome"] or "", None),
        "title": item["title"],
        "citation": item["citation"],
        "collector": item["collector"].text if item["collector"] else None,
        "next_allowed_at": again and again.astimezone(clock).isoformat(timespec="seconds"),
    }


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
