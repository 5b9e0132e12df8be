"""What is asked about imports: runs, one run with its rejects, mappings, a batch compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import select

from crm.gate.action import Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.jobs import job
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.gate.words import N_
from crm.identity.queries import names_of
from crm.loans.imports.accounts import Account
from crm.loans.imports.changes import Comparison
from crm.loans.imports.comparing import compare
from crm.loans.imports.corrections import Corrections, conflicts_of
from crm.loans.imports.mapping import FileMapping
from crm.loans.imports.saved import AnyMapping, any_mapping_from, shipped_mappings
from crm.loans.models import import_mapping, import_reject, import_run
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored

SHOWN = 100  # rejects on the page of a run; all of those kept are in its download
AT_ONCE = 50


def mapping_named(reader: Reader, name: str) -> AnyMapping:
    """Return a mapping by name, saved or shipped; raise Invalid where there is none."""
    shipped = shipped_mappings().get(name)
    if shipped is not None:
        return shipped
    document = reader.scalar(select(import_mapping.c.document).where(import_mapping.c.name == name))
    if document is None:
        raise Invalid({"mapping": [N_("There is no mapping of this name.")]})
    return any_mapping_from(name, document)


def mappings_of(reader: Reader) -> list[dict[str, Any]]:
    """Return every mapping: name, title, kind of file, whether it came with the product."""
    rows = reader.all(select(import_mapping).order_by(import_mapping.c.name))
    saved = [_named(r.name, r.document, shipped=False) for r in rows]
    came = [_named(m.name, m.document, shipped=True) for m in shipped_mappings().values()]
    return saved + came


def _named(name: str, document: Mapping[str, Any], *, shipped: bool) -> dict[str, Any]:
    kind = document.get("kind", "portfolio")
    return {"name": name, "title": document["title"], "kind": kind, "shipped": shipped}


@dataclass(frozen=True)
class CompareAccounts(Question, needs=Permission.IMPORT_DATA):
    """What importing these accounts would do; asked by the machine for its preview."""

    mapping: FileMapping
    accounts: tuple[Account, ...]

    def read(self, reader: Reader, subject: Subject | None) -> Comparison:
        """Compare them with what is here."""
        return compare(reader, self.mapping, self.accounts)


@dataclass(frozen=True)
class RunToContinue(Question, needs=Permission.IMPORT_DATA):
    """A run as its row has it, for whoever goes on with it."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> Any:
        """Return the row, or raise Missing."""
        return _run(reader, self.id)


@dataclass(frozen=True)
class UnfinishedRun(Question, needs=Permission.IMPORT_DATA):
    """The run of this very file that the operator's command began and did not finish."""

    mapping: str
    digest: bytes

    def read(self, reader: Reader, subject: Subject | None) -> UUID | None:
        """Return its id, or None."""
        query = select(import_run.c.id).where(
            import_run.c.mapping == self.mapping,
            import_run.c.digest == self.digest,
            import_run.c.state == "running",
            import_run.c.job_id.is_(None),
        )
        return reader.scalar(query.limit(1))  # type: ignore[no-any-return]  # an Id


@dataclass(frozen=True)
class NamedMapping(Question, needs=Permission.IMPORT_DATA):
    """A mapping by name, for the operator's command."""

    name: str

    def read(self, reader: Reader, subject: Subject | None) -> AnyMapping:
        """Return it, or raise Invalid."""
        return mapping_named(reader, self.name)


@dataclass(frozen=True)
class Imports(Question, needs=Permission.IMPORT_DATA):
    """The imports there were, newest first, and the mappings to choose from."""

    before: UUID | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return a page of them."""
        query = select(import_run).order_by(import_run.c.id.desc()).limit(AT_ONCE + 1)
        if self.before is not None:
            query = query.where(import_run.c.id < self.before)
        rows = reader.all(query)
        names = names_of(reader, {row.started_by for row in rows})
        items = [_shown(row) | {"started_by": names.get(row.started_by)} for row in rows[:AT_ONCE]]
        more = rows[AT_ONCE - 1].id if len(rows) > AT_ONCE else None
        return {"items": items, "next": more, "mappings": mappings_of(reader)}


@dataclass(frozen=True)
class OneImport(Question, needs=Permission.IMPORT_DATA, recorded_as="loans.import.viewed"):
    """One import: its preview, how far it is, its rejects (masked)."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the run."""
        return Subject("import_run", _run(reader, self.id).id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it with its job and its first rejects."""
        row = _run(reader, self.id)
        mapping = any_mapping_from(row.mapping, row.document)
        found = reader.one(select(job).where(job.c.id == row.job_id)) if row.job_id else None
        names = names_of(reader, {row.started_by})
        return _shown(row) | {
            "started_by": names.get(row.started_by),
            "title": mapping.title,
            "source": mapping.source,
            "portfolio": dict(mapping.portfolio) if isinstance(mapping, FileMapping) else None,
            "job": _job(found),
            "rejects": rejects_of(reader, self.id, Context.PAGE, SHOWN),
            "conflicts": conflicts_of(reader, self.id, Context.LIST, SHOWN),
        }


@dataclass(frozen=True)
class Rejects(Question, needs=Permission.IMPORT_DATA, recorded_as="loans.rejects.downloaded"):
    """The rejects of an import, to be worked off at the source; values masked."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the run."""
        return Subject("import_run", _run(reader, self.id).id)

    def read(self, reader: Reader, subject: Subject | None) -> list[dict[str, Any]]:
        """Return them in the order of their lines."""
        return rejects_of(reader, self.id, Context.EXPORT, None)


@dataclass(frozen=True)
class RejectList(Rejects, needs=Permission.IMPORT_DATA, recorded_as="loans.rejects.downloaded"):
    """The same rejects for a program."""

    def read(self, reader: Reader, subject: Subject | None) -> Any:
        """Return them under a name."""
        return {"items": super().read(reader, subject)}


@dataclass(frozen=True)
class CorrectionList(
    Corrections, needs=Permission.IMPORT_DATA, recorded_as="loans.corrections.downloaded"
):
    """What a file has otherwise than this house, for a program."""

    def read(self, reader: Reader, subject: Subject | None) -> Any:
        """Return it under a name."""
        return {"items": super().read(reader, subject)}


@dataclass(frozen=True)
class Mappings(Question, needs=Permission.IMPORT_DATA):
    """The mappings by name."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return them."""
        return {"items": mappings_of(reader)}


@dataclass(frozen=True)
class OneMapping(Question, needs=Permission.IMPORT_DATA):
    """One mapping as YAML, to be read or changed."""

    name: str

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return its document as text, and its version where it can be changed."""
        row = reader.one(select(import_mapping).where(import_mapping.c.name == self.name))
        shipped = shipped_mappings().get(self.name)
        if row is None and shipped is None:
            raise Missing("import_mapping")
        document = row.document if row is not None else dict(shipped.document) if shipped else {}
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=90)
        return {
            "name": self.name,
            "title": document["title"],
            "document": text,
            "shipped": row is None,
            "version": row.version if row is not None else None,
        }


def rejects_of(
    reader: Reader, run_id: UUID, context: Context, most: int | None
) -> list[dict[str, Any]]:
    """Return rejects of a run as the reader's actor may see them, by line."""
    query = (
        select(import_reject)
        .where(import_reject.c.run_id == run_id)
        .order_by(import_reject.c.line, import_reject.c.id)
        .limit(most)
    )
    looker = Looker(reader.actor.role, "all")
    shown = []
    for row in reader.all(query):
        values = stored(import_reject, row._asdict())
        values["value"] = present(values["value"], looker, context)
        shown.append(values)
    return shown


def _run(reader: Reader, run_id: UUID) -> Any:
    row = reader.one(select(import_run).where(import_run.c.id == run_id))
    if row is None:
        raise Missing("import_run")
    return row


def _shown(row: Any) -> dict[str, Any]:
    totals = row.totals or {}
    names = ("id", "kind", "mapping", "state", "started_at", "ended_at", "version")
    preview = totals.get("preview")
    return {name: getattr(row, name) for name in names} | {
        "preview": preview and preview | _days(preview),
        "run": totals.get("run"),
        "fault": totals.get("fault"),
    }


def _days(preview: Mapping[str, Any]) -> dict[str, date | None]:
    return {
        name: preview[name] and date.fromisoformat(preview[name])
        for name in ("as_of", "oldest", "newest")
        if name in preview
    }


def _job(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    progress = row.progress or {}
    return {
        "id": row.id,
        "state": row.state,
        "done": progress.get("done", 0),
        "of": progress.get("of", 0),
        "fault": row.fault,
    }
