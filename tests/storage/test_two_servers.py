"""Two servers on one house: each change is kept once, none is lost, and the record holds."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import func, select

from crm.audit.models import audit_entry
from crm.audit.sequencer import sequence_once
from crm.audit.signer import open_signer
from crm.audit.verify import verify
from crm.borrowers.models import person
from crm.identity.roles import Role
from crm.storage.database import database
from tests.factories import make_person
from tests.houses import Instance

ROOT = Path(__file__).parents[2]
EACH = 12  # changes a writer makes
WRITERS = 3  # on each server


class Server:
    """A server process of its own."""

    def __init__(self, house: Instance) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.at = f"http://127.0.0.1:{port}"
        environment = {**os.environ, **house.environment, "PORT": str(port)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "crm.cli.main", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self) -> None:
        """Wait until it serves."""
        for _ in range(300):
            try:
                with urlopen(self.at + "/readyz", timeout=5):
                    return
            except URLError:
                assert self._process.poll() is None, "it did not start"
                time.sleep(0.1)
        raise AssertionError("it never served")

    def ask(self, method: str, path: str, headers: dict[str, str], body: Any) -> tuple[int, Any]:
        """Send a request; return status and answer."""
        data = json.dumps(body).encode() if body is not None else None
        wanted = Request(self.at + "/api/v1" + path, data, headers, method=method)
        wanted.add_header("Content-Type", "application/json")
        try:
            with urlopen(wanted, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except HTTPError as no:
            with no:
                return no.code, json.loads(no.read())

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def servers(house: Instance) -> Iterator[list[Server]]:
    """Two servers on one house."""
    made = [Server(house), Server(house)]
    try:
        for one in made:
            one.wait()
        yield made
    finally:
        for one in made:
            one.stop()


@pytest.mark.both
def test_nothing_two_servers_write_at_once_is_lost(house: Instance, program, servers) -> None:
    collector = program(Role.COLLECTOR)
    shared = make_person("Chen Jing", collector.actor)
    told: list[tuple[str, int]] = []

    def write(server: Server, name: str) -> None:
        for number in range(EACH):
            key = {"Idempotency-Key": f"{name}-{number}"}
            body = {"name": f"Person {name} {number}"}
            status, _ = server.ask("POST", "/people", collector.headers | key, body)
            told.append(("new", status))
            told.append(("changed", change(server, collector.headers, str(shared))))

    threads = [
        threading.Thread(target=write, args=(server, f"{place}{writer}"))
        for place, server in enumerate(servers)
        for writer in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count = EACH * WRITERS * 2
    assert told.count(("new", 201)) == told.count(("changed", 200)) == count
    with database().read() as connection:
        people = connection.execute(select(func.count()).select_from(person)).scalar_one()
        version = connection.execute(
            select(person.c.version).where(person.c.id == shared)
        ).scalar_one()
        done = dict(
            connection.execute(
                select(audit_entry.c.action, func.count())
                .where(audit_entry.c.outcome == "done")
                .group_by(audit_entry.c.action)
            ).all()
        )
    assert people == count + 1
    assert version == count + 1, "each change was built on the one before"
    assert done["borrowers.person.created"] == count
    assert done["borrowers.person.changed"] == count
    while sequence_once(database()):
        pass
    report = verify(database(), open_signer(house.settings))
    assert report.ok, report.faults


def change(server: Server, headers: dict[str, str], who: str) -> int:
    """Change a person as long as somebody else is faster; return the last status."""
    for _ in range(200):
        _, file = server.ask("GET", f"/people/{who}", headers, None)
        body = {"version": file["version"], "language": ("en", "zh")[file["version"] % 2]}
        status, _ = server.ask("PATCH", f"/people/{who}", headers, body)
        if status not in {409, 412}:
            return status
    return status
