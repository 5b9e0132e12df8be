"""The job over HTTP, product against floor, at one connection and at sixteen."""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import uuid4

from sqlalchemy import create_engine, text

from bench.desk import files, steps
from bench.load import Figures, Request, measure, repeat
from bench.meter import measure_meter
from bench.paint import PAGES, WARM, measure_paint
from bench.seeding import NOTE, Whom, fill_floor, fill_ours, phone_of
from bench.server import move_clock, seconds_to_noon
from bench.sizes import ENOUGH, measure_bytes, of_postgres, of_sqlite
from crm import clock
from crm.gate.perform import perform
from crm.identity.actor import Actor
from tests.cluster import Cluster
from tests.factories import make_account, make_team, seed
from tests.houses import Instance, Templates, make_house

THREADS = 8
SECRET = "probity_" + "b" * 43

# name: (floor's request, least ratio on SQLite and PostgreSQL, at 1 and 16 connections)
GOALS = {
    "log": {"sqlite": (0.85, 0.75), "postgresql": (0.75, 0.60)},
    "permit": {"sqlite": (0.80, 0.80), "postgresql": (0.65, 0.65)},
    "page": {"sqlite": (0.75, 0.75), "postgresql": (0.75, 0.75)},
    "desk": {"sqlite": (0.67, 0.67), "postgresql": (0.67, 0.67)},
    "next": {"sqlite": (0.75, 0.75), "postgresql": (0.75, 0.75)},
    "search": {"sqlite": (0.65, 0.65), "postgresql": (0.65, 0.65)},
    "search, unrecorded": {"sqlite": (0.85, 0.85), "postgresql": (0.85, 0.85)},
}


@dataclass
class Sides:
    """What both sides have to offer to a measurement."""

    kind: str
    instance: Instance
    actor: Actor
    whom: list[Whom]
    floor_url: str
    ahead: int
    cluster: Cluster | None = None
    used: int = 0

    def next_people(self, count: int) -> list[Whom]:
        """Return people that no measurement has used yet."""
        taken = self.whom[self.used : self.used + count]
        self.used += count
        return taken


def measure_web(kind: str, given: argparse.Namespace) -> dict[str, Any]:
    """Measure everything on one database; print a line a figure; return all figures."""
    os.environ["CRM_CHEAP_HASHES"] = "for tests"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="probity-bench-")))
        sides = _prepared(kind, given, folder, stack)
        print(f"\n{kind}: {given.people:,} people, {given.contacts:,} contacts")
        found: dict[str, Any] = {"flatness": measure_meter(sides.actor)}
        found["paint"] = _paint(sides)
        for name, ours in _JOBS.items():
            for place, connections in enumerate((1, 16)):
                goal = GOALS[name][kind][place]
                found[f"{name} c{connections}"] = _compare(
                    sides, name, ours, connections, goal, given
                )
        found["bytes"] = _bytes(sides, folder)
        return found


def _paint(sides: Sides) -> dict[str, float]:
    with (
        _serving("bench.floor", sides.floor_url, env=dict(os.environ)) as floor,
        _serving("bench.server", env=dict(os.environ), after=(str(sides.ahead),)) as ours,
    ):
        desks = [
            f"http://127.0.0.1:{ours}/people/{one.person}" for one in sides.whom[: PAGES + WARM]
        ]
        return measure_paint(f"http://127.0.0.1:{floor}/people", desks, dict(HEADERS))


def _prepared(kind: str, given: argparse.Namespace, folder: Path, stack: ExitStack) -> Sides:
    cluster = Cluster(durable=True) if kind == "postgresql" else None
    templates = Templates(folder, cluster)
    instance = make_house(templates, folder / "instance", kind)
    if cluster:
        stack.callback(cluster.stop)
    stack.callback(instance.house.close)
    os.environ.update(instance.environment)
    ahead = seconds_to_noon()
    move_clock(ahead)
    actor = make_account(team_id=make_team())
    _make_token(actor)
    began = time.perf_counter()
    whom = fill_ours(given.people, given.contacts, actor, clock.now())
    url = f"sqlite:///{folder / 'floor.db'}"
    if cluster:
        plain = cluster.create()
        url = cluster.url("postgres", plain)
    fill_floor(url, given.people, given.contacts, SECRET)
    for name in (instance.database, plain) if cluster else ():
        _know(cluster.url("postgres", str(name)))
    print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
    return Sides(kind, instance, actor, whom, url, ahead, cluster)


def _know(url: str) -> None:
    """Have PostgreSQL look at its tables once, as it would by itself within a minute."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()


def _make_token(actor: Actor) -> None:
    from crm.identity.lookup import digest
    from crm.identity.models import api_token

    now = clock.now()
    seed(
        api_token,
        account_id=actor.id,
        digest=digest(SECRET),
        label="bench",
        created_at=now,
        expires_at=now + timedelta(days=30),
    )


Ours = Callable[[Sides, int], tuple[Iterator[Request], int, tuple[str, ...]]]
HEADERS = (("Authorization", f"Bearer {SECRET}"),)


def _log(sides: Sides, most: int) -> tuple[Iterator[Request], int, tuple[str, ...]]:
    """Log contacts under permits that were reserved and started before."""
    from crm.contacts.actions.permits import RequestPermit
    from crm.contacts.actions.starting import StartPermit

    requests = []
    for one in sides.next_people(most):
        permit = perform(RequestPermit(one.person, one.point, "call"), sides.actor).result["id"]
        perform(StartPermit(permit), sides.actor)
        body = {"permit_id": str(permit), "outcome": "no_answer", "note": NOTE}
        requests.append(Request("POST", "/api/v1/contacts", json.dumps(body).encode(), _keyed()))
    return iter(requests), 201, ()


def _permit(sides: Sides, most: int) -> tuple[Iterator[Request], int, tuple[str, ...]]:
    requests = []
    for one in sides.next_people(most):
        body = {"person_id": str(one.person), "contact_point_id": str(one.point), "channel": "call"}
        path = "/api/v1/contact-permits"
        requests.append(Request("POST", path, json.dumps(body).encode(), _keyed()))
    return iter(requests), 201, ()


def _page(sides: Sides, _most: int) -> tuple[Iterator[Request], int, tuple[str, ...]]:
    return repeat([Request("GET", "/people", b"", HEADERS)]), 200, ()


def _search(sides: Sides, _most: int) -> tuple[Iterator[Request], int, tuple[str, ...]]:
    bodies = [json.dumps({"phone": one.phone}).encode() for one in sides.whom[:1000]]
    path = "/api/v1/people/search"
    return repeat([Request("POST", path, body, HEADERS) for body in bodies]), 200, ()


def _search_unrecorded(sides: Sides, most: int) -> tuple[Iterator[Request], int, tuple[str, ...]]:
    requests, expect, _ = _search(sides, most)
    return requests, expect, ("unrecorded-search",)


# Pages first: their frame names what the reader left open, and the permits here are thousands.
_JOBS: dict[str, Ours] = {
    "page": _page,
    "desk": lambda sides, _most: (files(sides.whom, HEADERS), 200, ()),
    "next": lambda sides, _most: (steps(sides.actor, HEADERS), 303, ()),
    "log": _log,
    "permit": _permit,
    "search": _search,
    "search, unrecorded": _search_unrecorded,
}


def _floor_requests(name: str) -> tuple[Iterator[Request], int]:
    if name in {"log", "permit"}:
        body = {"person_id": 7, "channel": "call", "outcome": "no_answer", "note": NOTE}
        return repeat([Request("POST", "/contacts", json.dumps(body).encode(), HEADERS)]), 201
    if name in {"page", "desk"}:
        return repeat([Request("GET", "/people", b"", HEADERS)]), 200
    bodies = [json.dumps({"phone": phone_of(number)}).encode() for number in range(1000)]
    return repeat([Request("POST", "/find", body, HEADERS) for body in bodies]), 200


def _keyed() -> tuple[tuple[str, str], ...]:
    return (*HEADERS, ("Idempotency-Key", uuid4().hex))


def _compare(
    sides: Sides, name: str, ours: Ours, connections: int, goal: float, given: argparse.Namespace
) -> dict[str, Any]:
    """Measure floor and product in turn, so often; return the median ratio and more."""
    ratios, tails, rates = [], [], []
    for _ in range(given.rounds):
        plain, expect = _floor_requests(name)
        with _serving("bench.floor", sides.floor_url, env=dict(os.environ)) as port:
            low = _measured(port, plain, connections, given.seconds, expect)
        most = int(low.per_second * given.seconds * 1.3) + 50
        requests, expect, words = ours(sides, most)
        with _serving(
            "bench.server", env=dict(os.environ), after=(str(sides.ahead), *words)
        ) as port:
            high = _measured(port, requests, connections, given.seconds, expect)
        ratios.append(high.per_second / low.per_second)
        tails.append(high.p99 / low.p99)
        rates.append((low, high))
    ratio, tail = statistics.median(ratios), statistics.median(tails)
    mark = "ok  " if ratio >= goal else "LOW "
    low, high = rates[ratios.index(min(ratios, key=lambda r: abs(r - ratio)))]
    print(
        f"{mark} {name:20} c{connections:<3} {ratio:5.2f} of the floor (goal {goal:.2f}; "
        f"{min(ratios):.2f}-{max(ratios):.2f}); p99 {tail:.2f} of its "
        f"({high.p99:.0f}/{low.p99:.0f} ms)",
        flush=True,
    )
    return {
        "ratio": ratio,
        "goal": goal,
        "all": ratios,
        "p99 ratio": tail,
        "per second": [low.per_second, high.per_second],
    }


def _measured(
    port: int, requests: Iterator[Request], connections: int, seconds: float, expect: int
) -> Figures:
    warm = [next(requests) for _ in range(20)]
    measure(port, iter(warm), connections=connections, seconds=5, expect=expect)
    return measure(port, requests, connections=connections, seconds=seconds, expect=expect)


@contextmanager
def _serving(
    module: str, *before: str, env: dict[str, str], after: tuple[str, ...] = ()
) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [*before, str(port), str(THREADS), *after]
    process = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("the server ended before it answered")
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
            return
        except OSError as fault:
            if getattr(fault, "code", None) in {401, 404}:
                return  # the floor has no such address, but it answers
            time.sleep(0.1)
    raise RuntimeError("the server did not answer within 30 seconds")


def _bytes(sides: Sides, folder: Path) -> dict[str, Any]:
    """Compare what one contact takes on disk."""
    if sides.cluster is None:
        ours = of_sqlite(sides.instance.settings.home / "probity.db")
        plain = of_sqlite(folder / "floor.db")
    else:
        ours = of_postgres(sides.cluster.url("postgres", str(sides.instance.database)))
        plain = of_postgres(sides.floor_url)
    whom = sides.next_people(ENOUGH)
    return dict(measure_bytes(whom, sides.actor, ours, plain, sides.floor_url))
