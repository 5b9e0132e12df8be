"""Imports: begun, previewed, agreed to, ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Action, Subject, Then
from crm.gate.actions import CancelJob
from crm.gate.errors import Missing, Stale
from crm.gate.jobs import JobState, enqueue, job
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.words import N_
from crm.gate.work import Work
from crm.loans.imports.queries import mapping_named
from crm.loans.imports.reading import Reject
from crm.loans.imports.saved import AnyMapping
from crm.loans.imports.states import OPEN, RunState
from crm.loans.models import import_reject, import_run
from crm.privacy.sealed import Sealed
from crm.privacy.spool import Upload, claim, discard

PREVIEW, BRING_IN = "loans.import.preview", "loans.import.bring_in"


@dataclass(frozen=True)
class BeginImport(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.import.begun"):
    """Have a file read and compared; nothing changes before someone agrees to the preview."""

    mapping: str
    file: Upload

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The same file is not read twice at once."""
        return _not_under_way(work, self.mapping, self.file)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep the sealed upload under the run's name and ask the worker to read it."""
        chosen = mapping_named(work, self.mapping)
        run_id = _add_run(work, chosen, self.file, RunState.READING)
        claim(self.file, run_id)
        job_id = enqueue(work, PREVIEW, {"run_id": str(run_id)})
        work.change(import_run, run_id, job_id=job_id)
        return {"id": run_id}


@dataclass(frozen=True)
class RegisterImport(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.import.registered"):
    """Begin an import that the operator's command carries out itself, its preview shown there."""

    mapping: AnyMapping
    digest: bytes
    totals: Mapping[str, Any]
    rejects: Sequence[Reject]

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The same file is not brought in twice at once."""
        return _not_under_way(work, self.mapping.name, self.digest)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what the preview found; batches may follow at once."""
        run_id = _add_run(work, self.mapping, self.digest, RunState.RUNNING)
        work.change(import_run, run_id, totals={"preview": dict(self.totals), "run": fresh_run()})
        work.add_many(import_reject, reject_rows(run_id, self.rejects))
        return {"id": run_id}


@dataclass(frozen=True)
class KeepPreview(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.import.previewed"):
    """Keep what reading the file found, for someone to agree to."""

    run_id: UUID
    totals: Mapping[str, Any]
    rejects: Sequence[Reject]

    def subject(self, work: Work) -> Subject:
        """Find the run."""
        return run_subject(work, self.run_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep totals and rejects; raises Stale where the run was cancelled meanwhile."""
        row = in_state(subject, RunState.READING)
        totals = {"preview": dict(self.totals), "run": fresh_run()}
        work.change(
            import_run, self.run_id, version=row.version, state=RunState.PREVIEWED, totals=totals
        )
        work.add_many(import_reject, reject_rows(self.run_id, self.rejects))
        return {"id": self.run_id}


@dataclass(frozen=True)
class ConfirmImport(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.import.confirmed"):
    """Agree to a preview, or let a run that a fault stopped go on where it was."""

    id: UUID

    def subject(self, work: Work) -> Subject:
        """Find the run."""
        return run_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """It waits for this, or its job died."""
        assert subject is not None
        row = subject.row
        if row.state == RunState.PREVIEWED:
            return ALLOWED
        if row.state == RunState.RUNNING and _job_state(work, row.job_id) == JobState.FAILED:
            return ALLOWED
        return refuse("import.not_waiting", N_("This import does not wait for your agreement."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Ask the worker to bring it in."""
        assert subject is not None
        job_id = enqueue(work, BRING_IN, {"run_id": str(self.id)})
        values = {"state": RunState.RUNNING, "job_id": job_id}
        work.change(import_run, self.id, version=subject.row.version, **values)
        return {"id": self.id}


@dataclass(frozen=True)
class CancelImport(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.import.cancelled"):
    """Stop an import; batches that are in stay in, whole."""

    id: UUID

    def subject(self, work: Work) -> Subject:
        """Find the run."""
        return run_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """What has ended cannot be stopped."""
        assert subject is not None
        if subject.row.state not in OPEN:
            return refuse("import.ended", N_("This import has ended already."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> Any:
        """End it here where no worker has it; else ask the one that has it."""
        assert subject is not None
        row = subject.row
        state = _job_state(work, row.job_id)
        if state != JobState.RUNNING:
            _end(work, row, RunState.CANCELLED)
            discard(self.id)
        running = state in {JobState.READY, JobState.RUNNING}
        return Then({"id": self.id}, [CancelJob(row.job_id)] if running else [])


@dataclass(frozen=True)
class EndImport(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.import.ended"):
    """Say how an import ended: done, cancelled, or failed and why."""

    run_id: UUID
    state: RunState
    fault: Mapping[str, Any] | None = None

    def subject(self, work: Work) -> Subject:
        """Find the run."""
        return run_subject(work, self.run_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write the end down, once."""
        assert subject is not None
        if subject.row.state in OPEN:
            _end(work, subject.row, self.state, self.fault)
        return {"id": self.run_id, "kind": subject.row.kind, "state": self.state}


def run_subject(work: Work, run_id: UUID) -> Subject:
    """Return an import as a subject, or raise Missing."""
    row = work.one(select(import_run).where(import_run.c.id == run_id))
    if row is None:
        raise Missing("import_run")
    return Subject("import_run", row.id, version=row.version, row=row)


def reject_rows(run_id: UUID, rejects: Sequence[Reject]) -> list[dict[str, Any]]:
    """Return the rows that keep rejects."""
    return [
        {
            "run_id": run_id,
            "line": reject.line,
            "column": reject.column[:80] if reject.column else None,
            "value": Sealed.fresh(reject.value) if reject.value else None,
            "reason": reject.reason,
            "hint": reject.hint,
        }
        for reject in rejects
    ]


def fresh_run() -> dict[str, int]:
    """Return the totals of a run that has not begun."""
    return {"new": 0, "changed": 0, "same": 0, "rejected": 0, "next_line": 0}


def move_on(
    work: Work, row: Any, counts: Mapping[str, int], *, from_line: int, next_line: int
) -> dict[str, int]:
    """Move a run's mark from line to line and add to its counts; Stale where it stands elsewhere.

    It happens in the transaction that brings the lines in, so that whoever goes on after a crash
    does nothing twice.
    """
    before: dict[str, int] = row.totals["run"]
    if before["next_line"] != from_line:
        raise Stale("import_run")
    added = {name: before.get(name, 0) + count for name, count in counts.items()}
    after = before | added | {"next_line": next_line}
    work.change(import_run, row.id, version=row.version, totals=row.totals | {"run": after})
    return after


def keep_late_rejects(work: Work, run_id: UUID, rejects: Sequence[Reject]) -> None:
    """Keep the rejects that only bringing the lines in found, not the preview."""
    lines = [reject.line for reject in rejects]
    known = select(import_reject.c.line).where(
        import_reject.c.run_id == run_id, import_reject.c.line.in_(lines)
    )
    seen = {row.line for row in work.all(known)} if lines else set()
    work.add_many(import_reject, reject_rows(run_id, [r for r in rejects if r.line not in seen]))


def in_state(subject: Subject | None, state: RunState) -> Any:
    """Return the run's row; raise Stale where it is not in that state any more."""
    assert subject is not None
    if subject.row.state != state:
        raise Stale("import_run")
    return subject.row


def _not_under_way(work: Work, mapping: str, digest: bytes) -> Verdict:
    query = select(import_run.c.id).where(
        import_run.c.digest == bytes(digest),
        import_run.c.mapping == mapping,
        import_run.c.state.in_(OPEN),
    )
    if work.scalar(query.limit(1)) is not None:
        return refuse("import.under_way", N_("This file is being imported already."))
    return ALLOWED


def _add_run(work: Work, mapping: AnyMapping, digest: bytes, state: RunState) -> UUID:
    return work.add(
        import_run,
        kind=mapping.kind,
        mapping=mapping.name,
        document=dict(mapping.document),
        digest=bytes(digest),
        state=state,
        started_by=work.actor.id,
        started_at=work.now,
        version=1,
    )


def _job_state(work: Work, job_id: UUID | None) -> str | None:
    return work.scalar(select(job.c.state).where(job.c.id == job_id))  # type: ignore[no-any-return]  # a String


def _end(work: Work, row: Any, state: RunState, fault: Mapping[str, Any] | None = None) -> None:
    values: dict[str, Any] = {"state": state, "ended_at": work.now}
    if fault:
        values["totals"] = (row.totals or {}) | {"fault": dict(fault)}
    work.change(import_run, row.id, version=row.version, **values)
