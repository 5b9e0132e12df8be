"""Kill −9 in the middle of a run: whole batches stay, and the next worker goes on."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
import yaml

from crm import clock
from crm.gate.jobs import job
from crm.gate.worker import run_next
from crm.identity.roles import Role
from crm.loans.imports import runner
from crm.loans.models import import_run, loan
from crm.storage.bookkeeping import bookkeep
from crm.storage.ids import new_id
from tests.loans.conftest import count, every
from tests.loans.files import DOCUMENT, lines, text_of
from tests.loans.test_import_pages import upload, work_off

assert runner

# A worker that takes its time between two batches, so that it can be killed there.
SLOW_WORKER = """
import sys, time
from crm import open_house
from crm.settings import Settings
from crm.loans.imports import runner, surveying
from crm.gate.worker import run_next
from crm.storage.ids import new_id

surveying.AT_ONCE = 5
open_house(Settings.from_environment())
real = runner.perform

def slowly(action, *given):
    done = real(action, *given)
    if isinstance(action, runner.ImportBatch):
        print("batch", flush=True)
        time.sleep(0.4)
    return done

runner.perform = slowly
while run_next(new_id()):
    pass
"""


@pytest.mark.both
def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(house, browser) -> None:
    steward = browser(Role.DATA_STEWARD)
    steward.post("/imports/mappings", name="small", document=yaml.safe_dump(DOCUMENT))
    page = upload(steward, text_of(lines(40))).location
    work_off()
    steward.post(page + "/confirm")
    worker = start_worker(house)
    assert worker.stdout is not None
    for _ in range(2):
        assert worker.stdout.readline() == "batch\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait(10)
    worker.stdout.close()
    done = count(loan)
    assert 10 <= done < 40
    assert done % 5 == 0, "batches are whole"
    assert every(import_run)[-1].totals["run"]["new"] == done, "the mark moved with the rows"
    assert not run_next(new_id()), "the lease of the dead worker still holds"
    over = clock.now() - timedelta(seconds=1)
    bookkeep(job.update().where(job.c.ended_at.is_(None)).values(lease_until=over))
    work_off()
    run = every(import_run)[-1]
    assert (run.state, run.totals["run"]["new"], run.totals["run"]["same"]) == ("done", 40, 0)
    assert count(loan) == 40
    assert list((house.settings.home / "spool").iterdir()) == []


def start_worker(house: Any) -> subprocess.Popen[str]:
    """Start a worker of this instance; wait until it has loaded."""
    environment = os.environ | dict(house.environment) | {"PYTHONPATH": os.getcwd()}
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER], env=environment, stdout=subprocess.PIPE, text=True
    )
    return process
