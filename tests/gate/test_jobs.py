"""Jobs are done once, by whoever holds their lease, and survive the death of a worker."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from crm import clock
from crm.gate import generation, jobs, worker
from crm.gate.action import Action
from crm.gate.actions import CancelJob
from crm.gate.errors import Invalid
from crm.gate.jobs import RUNNERS, Cancelled, JobState, Progress, TakenOver, enqueue, job, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.gate.worker import renew, run_next, work_until
from crm.identity.actor import Actor, system
from crm.identity.roles import Role
from crm.storage.bookkeeping import bookkeep
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import make_account
from tests.gate.plays import told

pytestmark = pytest.mark.both

ME = new_id()


@dataclass(frozen=True)
class Ask(Action, needs=Permission.MANAGE_SELF, recorded_as="tests.job.asked"):
    """Ask for a job."""

    kind: str
    words: str = "words"

    def run(self, work: Work, subject: Any) -> Any:
        """Put it into the queue."""
        return {"id": enqueue(work, self.kind, {"words": self.words})}


@pytest.fixture
def seen(house) -> Iterator[list[str]]:
    """What the jobs of these tests did."""
    done: list[str] = []

    @runs("tests.plain")
    def plain(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
        done.append(arguments["words"])
        progress.tell(done=1, of=1)

    @runs("tests.broken")
    def broken(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
        done.append("tried")
        raise ZeroDivisionError

    @runs("tests.invalid")
    def invalid(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
        raise Invalid({"line": ["Give a number."]})

    yield done
    for kind in ("tests.plain", "tests.broken", "tests.invalid"):
        del RUNNERS[kind]


@pytest.fixture(autouse=True)
def nothing_periodic(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's own periodic actions are not these tests' concern."""
    mine = {name: kind for name, kind in Action.catalogue.items() if kind.every is None}
    monkeypatch.setattr(Action, "catalogue", mine)


def ask(kind: str = "tests.plain", words: str = "words") -> UUID:
    job_id: UUID = perform(Ask(kind, words), make_account(Role.COLLECTOR)).result["id"]
    return job_id


def row(job_id: UUID) -> Any:
    with database().read() as connection:
        return connection.execute(select(job).where(job.c.id == job_id)).one()


def claim(by: UUID = ME) -> Progress:
    claimed = worker._claim(by)
    assert claimed is not None
    return Progress(claimed["id"], by)


def expire(job_id: UUID) -> None:
    bookkeep(job.update().where(job.c.id == job_id).values(lease_until=clock.now() - jobs.LEASE))


def test_a_job_is_done_and_says_how_far_it_came(seen: list[str]) -> None:
    job_id = ask()
    assert run_next(ME)
    assert not run_next(ME)
    assert seen == ["words"]
    done = row(job_id)
    assert (done.state, done.progress, done.fault) == (JobState.DONE, {"done": 1, "of": 1}, None)
    assert done.ended_at is not None


def test_arguments_are_sealed(seen: list[str]) -> None:
    job_id = ask(words="canary-5d27-arguments")
    assert b"canary" not in bytes(row(job_id).arguments)
    run_next(ME)
    assert seen == ["canary-5d27-arguments"]


def test_a_broken_job_is_tried_three_times_and_named(seen: list[str]) -> None:
    job_id = ask("tests.broken")
    for _ in range(3):
        assert run_next(ME)
    assert not run_next(ME)
    assert (seen, row(job_id).state) == (["tried"] * 3, JobState.FAILED)
    assert row(job_id).fault == "ZeroDivisionError"


def test_a_no_ends_a_job_at_once(seen: list[str]) -> None:
    job_id = ask("tests.invalid")
    run_next(ME)
    assert (row(job_id).state, row(job_id).fault) == (JobState.FAILED, "Invalid: line")


def test_a_job_whose_worker_lives_is_left_alone(seen: list[str]) -> None:
    ask()
    claim(new_id())
    assert not run_next(ME)


def test_a_job_whose_worker_died_is_done_by_another(seen: list[str]) -> None:
    job_id = ask()
    claim(new_id())
    expire(job_id)
    assert run_next(ME)
    assert (seen, row(job_id).tries, row(job_id).worker) == (["words"], 2, ME)


def test_a_job_that_kills_its_workers_is_given_up(seen: list[str]) -> None:
    job_id = ask()
    for _ in range(3):
        claim(new_id())
        expire(job_id)
    assert not run_next(ME)
    assert (row(job_id).state, row(job_id).fault, seen) == (JobState.FAILED, "WorkerLost", [])


def test_a_worker_that_lost_its_lease_hears_so_and_ends_nothing(seen: list[str]) -> None:
    job_id = ask()
    slow = claim(new_id())
    expire(job_id)
    claim(ME)
    with pytest.raises(TakenOver):
        slow.tell(done=1)
    worker._end(slow, JobState.CANCELLED)
    assert row(job_id).state == JobState.RUNNING


def test_a_beating_worker_keeps_its_lease(seen: list[str], monkeypatch) -> None:
    job_id = ask()
    progress = claim()
    expire(job_id)
    renew(progress)
    assert row(job_id).lease_until > clock.now()
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.01)
    expire(job_id)
    with worker._lease_kept(progress):
        for _ in range(500):
            if row(job_id).lease_until > clock.now():
                break
            threading.Event().wait(0.01)
    assert row(job_id).lease_until > clock.now()


def test_a_beat_that_fails_is_told_and_does_not_stop_the_job(seen, monkeypatch) -> None:
    ask()
    progress = claim()
    monkeypatch.setattr(worker, "bookkeep", lambda *_: 1 / 0)
    renew(progress)


def test_a_cancelled_job_stops_between_two_steps(seen: list[str]) -> None:
    job_id = ask()
    progress = claim()
    perform(CancelJob(job_id), make_account(Role.ADMIN))
    with pytest.raises(Cancelled):
        progress.tell(done=1)


def test_a_job_cancelled_before_it_began_is_never_done(seen: list[str]) -> None:
    job_id = ask()
    perform(CancelJob(job_id), make_account(Role.ADMIN))
    assert not run_next(ME)
    assert (seen, row(job_id).state) == ([], JobState.CANCELLED)


def test_a_runner_that_hears_it_ends_as_cancelled(seen: list[str]) -> None:
    job_id = ask()
    bookkeep(job.update().values(cancel_asked_at=clock.now()))
    run_next(ME)
    assert row(job_id).state == JobState.CANCELLED


def test_a_worker_that_comes_second_takes_nothing(seen: list[str], monkeypatch) -> None:
    """Another takes the only job between the look and the lock."""
    ask()
    real = database()

    class Overtaken:
        glance = staticmethod(real.glance)

        def write(self):
            monkeypatch.undo()
            assert worker._claim(new_id()) is not None
            return real.write()

    monkeypatch.setattr(worker, "database", Overtaken)
    assert worker._claim(ME) is None


def test_many_workers_do_each_job_once(seen: list[str]) -> None:
    for number in range(12):
        ask(words=str(number))
    threads = [
        threading.Thread(target=lambda: [None for _ in iter(lambda: run_next(new_id()), False)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while run_next(ME):
        pass
    assert sorted(seen, key=int) == [str(number) for number in range(12)]


@pytest.fixture
def periodic(house, nothing_periodic) -> type[Action]:
    """An action that happens every hour."""

    @dataclass(frozen=True)
    class Hourly(
        Action,
        needs=Permission.KEEP_HOUSE,
        recorded_as="tests.hour.struck",
        every=timedelta(hours=1),
    ):
        def run(self, work: Work, subject: Any) -> Any:
            return {}

    return Hourly


def strikes() -> int:
    return len([line for line in told() if line.action == "tests.hour.struck"])


def test_periodic_work_happens_once_a_slot_whoever_works(periodic, monkeypatch) -> None:
    real = clock.now
    base = real().replace(minute=10)
    monkeypatch.setattr(clock, "now", lambda: base)
    for _ in range(3):
        worker._slots_seen.clear()  # as another process would
        while run_next(new_id()):
            pass
    assert strikes() == 1
    monkeypatch.setattr(clock, "now", lambda: base + timedelta(hours=1))
    while run_next(ME):
        pass
    assert strikes() == 2


def test_each_database_has_its_own_slots(periodic, monkeypatch) -> None:
    """One process may open one house after the other."""
    while run_next(ME):
        pass
    seen = dict(worker._slots_seen)
    assert list(seen) == [database()]
    monkeypatch.setattr(worker, "_slots_seen", {object(): seen[database()]})
    while run_next(ME):  # asks anew for this database; its unique key gives way
        pass
    assert worker._slots_seen[database()] == seen[database()]
    assert strikes() == 1


def test_a_slot_that_could_not_be_entered_is_entered_later(periodic, monkeypatch) -> None:
    monkeypatch.setattr(worker, "_enter_slot", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_next(ME)
    monkeypatch.undo()
    monkeypatch.setattr(Action, "catalogue", {"tests.hour.struck": periodic})
    while run_next(ME):
        pass
    assert strikes() == 1


def test_a_worker_outlives_a_fault(seen: list[str], monkeypatch) -> None:
    monkeypatch.setattr(worker, "AFTER_FAULT_SECONDS", 0.01)
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    ask()
    stop, faults = threading.Event(), iter([True, True, False])

    def chores() -> None:
        if next(faults, False):
            raise OSError("disk full")
        if seen:
            stop.set()

    work_until(stop, ME, chores)
    assert seen == ["words"]


def test_a_generation_is_noticed_once(house, monkeypatch) -> None:
    called: list[int] = []
    monkeypatch.setattr(generation, "_rebuilders", [])
    monkeypatch.setattr(generation, "_seen", None)

    def rebuild() -> None:
        called.append(1)

    generation.when_changed(rebuild)
    generation.when_changed(rebuild)
    for number in (1, 1, 2, 2):
        generation.notice(number)
    assert len(called) == 2


@dataclass(frozen=True)
class Shake(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.house.shaken"):
    """Let every process look again."""

    def run(self, work: Work, subject: Any) -> Any:
        """Raise the generation."""
        generation.raise_generation(work)


def test_a_generation_rises_with_its_action(house) -> None:
    with database().glance() as connection:
        before = connection.execute(generation.current).scalar_one()
    perform(Shake(), system("tests"))
    with database().glance() as connection:
        assert connection.execute(generation.current).scalar_one() == before + 1
