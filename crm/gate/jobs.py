"""Work that takes longer than a request: asked for by actions, done by the worker."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection, Integer, String, UniqueConstraint, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.gate.action import Action
from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.gate.perform import perform
from crm.gate.work import Work
from crm.identity.actor import Actor, system
from crm.privacy.fields import Retention, impersonal, sealed
from crm.privacy.masks import Mask
from crm.privacy.openers import reopen
from crm.privacy.rows import seal_row, stored
from crm.privacy.sealed import Sealed
from crm.storage.bookkeeping import bookkeep
from crm.storage.database import database
from crm.storage.ids import new_id
from crm.storage.tables import bookkeeping
from crm.storage.types import Id, Json, Moment

LEASE = timedelta(seconds=60)
MOST_TRIES = 3

log = structlog.get_logger()


class JobState(StrEnum):
    """Where a job stands."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


job = bookkeeping(
    "job",
    "asking and cancelling are entries of their actions; what a job does has its own",
    impersonal("id", Id, primary_key=True),
    impersonal("kind", String(80), nullable=False),
    impersonal("slot", String(40), nullable=False),  # unique a kind: periodic work runs once
    sealed(
        "arguments",
        field="job.arguments",
        mask=Mask.HIDDEN,
        retention=Retention.STAFF,
        label="Job",
        pad=256,
    ),
    impersonal("asked_by", Id, nullable=False),
    impersonal("state", String(12), nullable=False, index=True),
    impersonal("run_at", Moment, nullable=False),
    impersonal("lease_until", Moment),
    impersonal("worker", Id),
    impersonal("tries", Integer, nullable=False, default=0),
    impersonal("progress", Json),  # {"done": n, "of": n, ...}: figures only
    impersonal("cancel_asked_at", Moment),
    impersonal("ended_at", Moment),
    impersonal("fault", String(200)),  # a name, never a value
    UniqueConstraint("kind", "slot"),
    person="asked_by",
)


class Cancelled(Exception):
    """The job was asked to stop, and stopped between two steps."""


class TakenOver(Cancelled):
    """This worker was too slow to keep its lease; another one goes on with the job."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a running job tells how far it is, keeps its lease and hears that it should stop."""

    job_id: UUID
    worker: UUID

    def tell(self, **figures: Any) -> None:
        """Publish `figures`; raise Cancelled if someone asked the job to stop."""
        held = update(job).where(job.c.id == self.job_id, job.c.worker == self.worker)
        if not bookkeep(held.values(progress=figures, lease_until=clock.now() + LEASE)):
            raise TakenOver("another worker has taken over")
        with database().glance() as connection:
            asked = select(job.c.cancel_asked_at).where(job.c.id == self.job_id)
            if connection.execute(asked).scalar() is not None:
                raise Cancelled("cancelled by request")


Runner = Callable[[Mapping[str, Any], Actor, Progress], None]

RUNNERS: dict[str, Runner] = {}


def runs(kind: str) -> Callable[[Runner], Runner]:
    """Name the function that does jobs of `kind`."""

    def register(runner: Runner) -> Runner:
        RUNNERS[kind] = runner
        return runner

    return register


def enqueue(work: Work, kind: str, arguments: Mapping[str, Any]) -> UUID:
    """Put a job into the queue, in the transaction of the action that asks for it."""
    job_id = new_id()
    work.add(
        job,
        id=job_id,
        kind=kind,
        slot=str(job_id),
        arguments=Sealed.fresh(json.dumps(arguments)),
        asked_by=work.actor.id,
        state=JobState.READY,
        run_at=work.now,
        tries=0,
    )
    return job_id


def run_next(worker: UUID) -> bool:
    """Do the next job that is due; tell whether there was one."""
    _fill_slots(clock.now())
    claimed = _claim(worker)
    if claimed is None:
        return False
    row = stored(job, claimed)
    progress = Progress(row["id"], worker)
    try:
        _run(row, progress)
        _end(progress, JobState.DONE)
    except Cancelled:
        _end(progress, JobState.CANCELLED)
    except (Refusal, Missing, Invalid, Stale) as no:
        _end(progress, JobState.FAILED, f"{type(no).__name__}: {no}"[:200])
    except Exception as fault:  # one broken job must not stop the worker
        log.error("job.failed", kind=row["kind"], exc_info=fault)
        last = row["tries"] + 1 >= MOST_TRIES
        _end(progress, JobState.FAILED if last else JobState.READY, type(fault).__name__)
    return True


def work_until(stop: threading.Event, worker: UUID, also: Callable[[], None]) -> None:
    """Do jobs until `stop` is set; between two of them do `also` (the ledger's own chores)."""
    while not stop.is_set():
        also()
        if not run_next(worker):
            stop.wait(0.5)


def _run(row: Mapping[str, Any], progress: Progress) -> None:
    arguments = json.loads(reopen(row["arguments"]))
    if row["kind"] in RUNNERS:
        RUNNERS[row["kind"]](arguments, system(row["kind"]), progress)
    else:
        perform(Action.catalogue[row["kind"]](), system(row["kind"]))


def _fill_slots(now: datetime) -> None:
    """Enter this moment's slot of every periodic action; the unique key makes one run of it."""
    for kind in list(Action.catalogue.values()):
        if kind.every is None:
            continue
        seconds = int(kind.every.total_seconds())
        slot = str(int(now.timestamp()) // seconds)
        if _slots_seen.get(kind.recorded_as) == slot:
            continue
        _slots_seen[kind.recorded_as] = slot
        _enter_slot(kind.recorded_as, slot, now)


_slots_seen: dict[str, str] = {}


def _enter_slot(kind: str, slot: str, now: datetime) -> None:
    asker = system(kind).id
    values = {
        "id": new_id(),
        "kind": kind,
        "slot": slot,
        "arguments": Sealed.fresh("{}"),
        "asked_by": asker,
        "state": JobState.READY,
        "run_at": now,
        "tries": 0,
    }
    row = seal_row(job, values, asker)
    with database().write() as connection:
        connection.execute(_insert_once(connection).values(row))
        connection.commit()


def _insert_once(connection: Connection) -> Any:
    """Return an insert into the queue that gives way where another worker was first."""
    kind = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return kind(job).on_conflict_do_nothing(index_elements=["kind", "slot"])


def _claim(worker: UUID) -> Mapping[str, Any] | None:
    now = clock.now()
    due = (
        select(job)
        .where(
            job.c.run_at <= now,
            or_(
                job.c.state == JobState.READY,
                (job.c.state == JobState.RUNNING) & (job.c.lease_until < now),
            ),
        )
        .order_by(job.c.run_at, job.c.id)
        .limit(1)
    )
    with database().glance() as connection:
        if connection.execute(due.with_only_columns(job.c.id)).first() is None:
            return None  # the usual case: no need to ask for the write lock
    with database().write() as connection:
        row = connection.execute(due.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        mine = update(job).where(job.c.id == row.id)
        connection.execute(
            mine.values(
                state=JobState.RUNNING,
                worker=worker,
                lease_until=now + LEASE,
                tries=row.tries + 1,
            )
        )
        connection.commit()
        return dict(row._mapping)


def _end(progress: Progress, state: JobState, fault: str | None = None) -> None:
    held = update(job).where(job.c.id == progress.job_id, job.c.worker == progress.worker)
    ended = None if state is JobState.READY else clock.now()
    bookkeep(held.values(state=state, ended_at=ended, lease_until=None, fault=fault))
