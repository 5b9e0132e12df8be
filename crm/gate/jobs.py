"""Work that takes longer than a request: asked for by actions, done by the worker."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Integer, String, UniqueConstraint, select, update

from crm import clock
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.privacy.fields import Retention, impersonal, sealed
from crm.privacy.masks import Mask
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
