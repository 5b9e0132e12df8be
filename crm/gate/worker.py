"""What the worker does: take the next job that is due, keep its lease, do it, say how it ended."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Connection, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from crm import clock
from crm.gate.action import Action
from crm.gate.errors import Invalid, Missing, Refusal, Stale
from crm.gate.jobs import LEASE, MOST_TRIES, RUNNERS, Cancelled, JobState, Progress, job
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.privacy.openers import reopen
from crm.privacy.rows import seal_row, stored
from crm.privacy.sealed import Sealed
from crm.storage.bookkeeping import bookkeep
from crm.storage.database import Database, database
from crm.storage.ids import new_id

IDLE_SECONDS, AFTER_FAULT_SECONDS = 0.5, 5.0
BEAT_SECONDS = LEASE.total_seconds() / 3

log = structlog.get_logger()


def work_until(stop: threading.Event, worker: UUID, also: Callable[[], None]) -> None:
    """Do jobs until `stop` is set; between two of them do `also` (the ledger's own chores).

    A fault of the database or the disk is told, and tried again a little later.
    """
    while not stop.is_set():
        try:
            also()
            if not run_next(worker):
                stop.wait(IDLE_SECONDS)
        except Exception as fault:
            log.error("worker.failed", kind=type(fault).__name__, exc_info=fault)
            stop.wait(AFTER_FAULT_SECONDS)


def run_next(worker: UUID) -> bool:
    """Do the next job that is due; tell whether there was one."""
    _fill_slots(clock.now())
    claimed = _claim(worker)
    if claimed is None:
        return False
    row = stored(job, claimed)
    progress = Progress(row["id"], worker)
    try:
        with _lease_kept(progress):
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


def _run(row: Mapping[str, Any], progress: Progress) -> None:
    arguments = json.loads(reopen(row["arguments"]))
    if row["kind"] in RUNNERS:
        RUNNERS[row["kind"]](arguments, system(row["kind"]), progress)
    else:
        perform(Action.catalogue[row["kind"]](), system(row["kind"]))


def _claim(worker: UUID) -> Mapping[str, Any] | None:
    """Take the next due job for `worker`; one whose workers all died is given up."""
    now = clock.now()
    lost = (job.c.state == JobState.RUNNING) & (job.c.lease_until < now)
    due = (
        select(job)
        .where(job.c.run_at <= now, or_(job.c.state == JobState.READY, lost))
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
        given_up = row.tries >= MOST_TRIES
        values = (
            {"state": JobState.FAILED, "ended_at": now, "fault": "WorkerLost"}
            if given_up
            else {"state": JobState.RUNNING, "worker": worker, "tries": row.tries + 1}
        )
        lease = None if given_up else now + LEASE
        mine = update(job).where(job.c.id == row.id)
        connection.execute(mine.values(values | {"lease_until": lease}))
        connection.commit()
        return None if given_up else dict(row._mapping)


@contextmanager
def _lease_kept(progress: Progress) -> Iterator[None]:
    """Renew the job's lease while it is worked on, so that only a dead worker loses it."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_SECONDS):
            renew(progress)

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def renew(progress: Progress) -> None:
    """Hold the job for another while; where the database is busy the next beat will do."""
    held = update(job).where(job.c.id == progress.job_id, job.c.worker == progress.worker)
    try:
        bookkeep(held.values(lease_until=clock.now() + LEASE))
    except Exception as fault:  # the job itself meets the same fault, and tells it
        log.warning("job.lease_not_renewed", kind=type(fault).__name__)


def _end(progress: Progress, state: JobState, fault: str | None = None) -> None:
    held = update(job).where(job.c.id == progress.job_id, job.c.worker == progress.worker)
    ended = None if state is JobState.READY else clock.now()
    bookkeep(held.values(state=state, ended_at=ended, lease_until=None, fault=fault))


_slots_seen: WeakKeyDictionary[Database, dict[str, str]] = WeakKeyDictionary()


def _fill_slots(now: datetime) -> None:
    """Enter this moment's slot of every periodic action; the unique key makes one run of it."""
    seen = _slots_seen.setdefault(database(), {})
    for name, kind in list(Action.catalogue.items()):
        if kind.every is None:
            continue
        slot = str(int(now.timestamp()) // int(kind.every.total_seconds()))
        if seen.get(name) != slot:
            _enter_slot(name, slot, now)
            seen[name] = slot


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
