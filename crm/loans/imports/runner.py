"""What the worker does for imports: reads the file for its preview, then brings it in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm import clock
from crm.gate.action import Action, Subject
from crm.gate.answer import answer
from crm.gate.errors import Invalid, Missing, Refusal
from crm.gate.jobs import Cancelled, Progress, TakenOver, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.loans.imports.accounts import Calendar
from crm.loans.imports.actions.batches import ImportBatch
from crm.loans.imports.actions.runs import BRING_IN, PREVIEW, EndImport, KeepPreview
from crm.loans.imports.kinds import KINDS, Preview, Step
from crm.loans.imports.mapping import FileMapping, mapping_from
from crm.loans.imports.queries import RunToContinue
from crm.loans.imports.saved import AnyMapping, any_mapping_from
from crm.loans.imports.states import OPEN, RunState
from crm.loans.imports.surveying import FileReading, Source, Tell, calendar_of, survey
from crm.loans.models import import_run
from crm.privacy.spool import SpoolDamaged, chunks_of, discard, sweep


@runs(PREVIEW)
def preview(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Read and compare a file; its totals and rejects wait for someone to agree."""
    run_id = UUID(arguments["run_id"])
    row = answer(RunToContinue(run_id), actor)
    if row.state != RunState.READING:
        return
    mapping = any_mapping_from(row.mapping, row.document)
    with _ended(run_id, actor, keep=True):
        source = partial(chunks_of, run_id)
        found = KINDS[row.kind].survey(source, mapping, actor, _telling(progress))
        perform(KeepPreview(run_id, found.totals, tuple(found.rejects)), actor)


@runs(BRING_IN)
def bring_in(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Bring in a file that someone agreed to, from wherever an earlier worker left it."""
    run_id = UUID(arguments["run_id"])
    with _ended(run_id, actor, keep=False):
        bring_in_from(run_id, partial(chunks_of, run_id), actor, _telling(progress))


def bring_in_from(run_id: UUID, source: Source, actor: Actor, tell: Tell) -> None:
    """Bring in the rest of a run's file, batch by batch; do nothing where it is done."""
    row = answer(RunToContinue(run_id), actor)
    if row.state != RunState.RUNNING:
        return
    for step in KINDS[row.kind].steps(row, source):
        tell(step.line, step.lines)
        perform(step.batch, actor)
    perform(EndImport(run_id, RunState.DONE), actor)


class _Portfolio:
    """Accounts of core banking."""

    def survey(self, source: Source, mapping: AnyMapping, actor: Actor, tell: Tell) -> Preview:
        """Read and compare the whole file."""
        assert isinstance(mapping, FileMapping)
        found = survey(source, mapping, Calendar.of(mapping, clock.now().date()), actor, tell)
        return Preview(found.totals(mapping), found.rejects)

    def steps(self, run: Any, source: Source) -> Iterator[Step]:
        """Yield the batches from the run's mark on."""
        mapping = mapping_from(run.mapping, run.document)
        reading = FileReading(source, mapping, calendar_of(run.totals["preview"]))
        mark = run.totals["run"]["next_line"]
        for stretch in reading.stretches(mark):
            rejected = len({one.line for one in stretch.rejects})
            batch = ImportBatch(run.id, mark, stretch.next_line, tuple(stretch.accounts), rejected)
            yield Step(mark, reading.lines, batch)
            mark = stretch.next_line


KINDS["portfolio"] = _Portfolio()


def _telling(progress: Progress) -> Tell:
    return lambda done, of: progress.tell(done=min(done, of), of=of)


@contextmanager
def _ended(run_id: UUID, actor: Actor, *, keep: bool) -> Iterator[None]:
    """Write down how the work ended where it did not end well, and let go of the upload.

    A worker that lost its lease leaves both to the one that goes on; an unexpected fault leaves
    them too, so that the job's next try, or someone's, can go on.
    """
    try:
        yield
    except TakenOver:
        raise
    except Cancelled:
        perform(EndImport(run_id, RunState.CANCELLED), actor)
        discard(run_id)
        raise
    except (Invalid, SpoolDamaged, Refusal, Missing) as fault:
        perform(EndImport(run_id, RunState.FAILED, _told(fault)), actor)
        discard(run_id)
        return
    if not keep:
        discard(run_id)


def _told(fault: Exception) -> dict[str, Any]:
    """Return what was wrong with the file as a whole, as sentences by field."""
    if isinstance(fault, Invalid):
        return dict(fault.fields)
    if isinstance(fault, SpoolDamaged):
        return {"file": [str(fault)]}
    return {"import": [type(fault).__name__]}


@dataclass(frozen=True)
class SweepSpool(
    Action,
    needs=Permission.KEEP_HOUSE,
    recorded_as="loans.uploads.swept",
    every=timedelta(hours=6),
):
    """Delete sealed uploads that no open import waits for, older than a day."""

    def run(self, work: Work, subject: Subject | None) -> None:
        """Sweep; the entry says how many."""
        rows = work.all(select(import_run.c.id).where(import_run.c.state.in_(OPEN)))
        before = (work.now - timedelta(days=1)).timestamp()
        work.note(deleted=sweep({row.id for row in rows}, before))
