"""What an auditor does: have the whole record verified by the worker, with a lasting result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.audit.queries import VERIFIED, VERIFY
from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.gate.action import Action, Subject
from crm.gate.jobs import JobState, Progress, enqueue, job, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.settings import Settings
from crm.storage.database import database

NAMED = 20  # faults that the entry of the result names; the command names a hundred


@dataclass(frozen=True)
class AskVerification(
    Action, needs=Permission.VERIFY_LEDGER, recorded_as="audit.verification.requested"
):
    """Ask for the whole ledger, and every recorded row, to be verified."""

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Enter the job, unless one that has not begun will answer it as well."""
        waiting = select(job.c.id).where(job.c.kind == VERIFY, job.c.state == JobState.READY)
        return {"id": work.scalar(waiting.limit(1)) or enqueue(work, VERIFY, {})}


@dataclass(frozen=True)
class RecordVerification(Action, needs=Permission.KEEP_HOUSE, recorded_as=VERIFIED):
    """Keep what a verification found, in the ledger itself."""

    ok: bool
    entries: int
    rows: int
    faults: tuple[str, ...]

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Put the figures into the entry."""
        work.note(ok=self.ok, entries=self.entries, rows=self.rows, faults=list(self.faults))
        return {}


@runs(VERIFY)
def run_verification(_arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Verify, and record what was found."""
    report = verify(database(), open_signer(Settings.from_environment()))
    faults = tuple(report.faults[:NAMED])
    perform(RecordVerification(report.ok, report.size, report.rows, faults), actor)
    progress.tell(ok=report.ok, entries=report.size, rows=report.rows, faults=len(report.faults))
