"""How fast the engine judges: in process with typed facts, and `crm decide --lines` with JSON.

The facts: fifty earlier contacts of one person over about four months (calls, texts, e-mails, of
all outcomes), one to two debts, US-FED or CN; two of three contacts come out allowed, every third
is refused for its hour or for the calls made, and its next lawful time is searched. In process the
facts are typed already, as the rooms build them, and the processor's time of one core counts;
`--lines` counts from the start of the command to its end, reading, judging, writing and all: by
the clock, on every core there is, and by the processor's time of one core.

A heavy file: 10,000 contacts within five days, three books, two zones, four consents to more calls.
A back-test: stored decisions unpacked, typed and tried, as many as 100,000, without the reading
from a database and the opening of seals.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import inf
from pathlib import Path
from typing import Any

from crm.contacts.decisions import opened, packed
from crm.rulebook.backtest import Trial
from crm.rulebook.engine import decide
from crm.rulebook.facts import Facts
from crm.rulebook.reading import read_facts
from crm.rulebook.shelf import shipped_books

CONTACTS = 50
DIFFERENT = 300
LINES = 30_000
ROUNDS = 3
AT_LEAST = {"decisions_a_second": 20_000, "lines_a_second": 5_000}
AT_MOST = {"heavy_file_ms": 20, "back_test_s": 60}


def measure_engine() -> dict[str, float]:
    """Measure both, print them, and return them by name."""
    documents = [made_up(number) for number in range(DIFFERENT)]
    allowed = [doc for doc in documents if decide(doc, shipped_books())["allowed"]]
    refused = [doc for doc in documents if doc not in allowed]
    figures = {
        "share_refused": len(refused) / len(documents),
        "decisions_a_second": _in_process(documents),
        "allowed_a_second": _in_process(allowed),
        "refused_a_second": _in_process(refused),
        **_lines(documents),
        "heavy_file_ms": 1000 * _quickest([read_facts(_heavy())], _decide),
        "back_test_s": 100_000 * _quickest([_stored(one) for one in documents], _tried),
    }
    for name, figure in figures.items():
        wanted = f"  (wanted: {AT_LEAST[name]:,})" if name in AT_LEAST else ""
        wanted = f"  (at most: {AT_MOST[name]:,})" if name in AT_MOST else wanted
        print(f"engine  {name:20} {figure:12,.2f}{wanted}")
    return figures


def made_up(number: int) -> dict[str, Any]:
    """Make up the facts of one contact; every third comes too late or once too often."""
    chance = random.Random(number)
    book, zone = chance.choice([("US-FED", "America/New_York"), ("CN", "Asia/Shanghai")])
    refused = number % 3 == 0
    # In the afternoon; where it is to be refused in China, at two in the night.
    at = datetime(2026, 6, 3, 19 if book == "US-FED" else 7, tzinfo=UTC)
    if refused and book == "CN":
        at = datetime(2026, 6, 2, 18, tzinfo=UTC)
    gap = timedelta(hours=7 if refused else 57)
    return {
        "jurisdictions": [book],
        "collector_role": "agency",
        "time_zones": [zone],
        "debts": {"A": {"kind": "credit_card", "days_past_due": 47}, "B": {"kind": "medical"}},
        "history": [_contact(chance, at - timedelta(hours=3) - gap * n) for n in range(CONTACTS)],
        "proposed": {
            "at": at.isoformat(),
            "channel": "call",
            "debts": chance.choice([["A"], ["A", "B"]]),
            "number": "n1",
            "identity_verified": True,
        },
    }


def _contact(chance: random.Random, at: datetime) -> dict[str, Any]:
    channel, outcomes = chance.choice(
        [
            ("call", ("no_answer", "no_answer", "voicemail_left", "busy", "rejected")),
            ("call", ("no_answer", "voicemail_left", "answered_hangup", "not_in_service")),
            ("sms", ("delivered", "inbound")),
            ("email", ("delivered", "not_delivered")),
        ]
    )
    return {
        "at": at.isoformat(),
        "channel": channel,
        "outcome": chance.choice(outcomes),
        "debts": chance.choice([["A"], ["A"], ["A", "B"]]),
        "number": chance.choice(["n1", "n2"]),
        "target": "borrower",
    }


def _in_process(documents: list[dict[str, Any]]) -> float:
    books, facts = shipped_books(), [read_facts(document) for document in documents]
    best = 0.0
    for _ in range(ROUNDS):
        count, began = 0, time.process_time()
        while (spent := time.process_time() - began) < 1.0:
            for one in facts:
                decide(one, books)
            count += len(facts)
        best = max(best, count / spent)
    return best


def _lines(documents: list[dict[str, Any]]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "facts.jsonl"
        lines = [json.dumps(document) for document in documents]
        file.write_text("\n".join(lines * (LINES // len(lines))), "utf-8")
        began, worked = time.perf_counter(), _of_children()
        command = [sys.executable, "-m", "crm.cli.main", "decide", "--lines", str(file)]
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
        spent, worked = time.perf_counter() - began, _of_children() - worked
    count = len(done.stdout.splitlines())
    return {"lines_a_second": count / spent, "lines_a_core_second": count / worked}


def _heavy() -> dict[str, Any]:
    facts, chance = made_up(1), random.Random(1)
    at = datetime(2026, 6, 3, 19, tzinfo=UTC)
    gap = timedelta(days=5) / 10_000
    return facts | {
        "jurisdictions": ["US-FED", "US-NY", "US-NYC"],
        "time_zones": ["America/New_York", "America/Chicago"],
        "consents": [
            {"kind": "extra_calls", "at": (at - timedelta(days=days)).isoformat()}
            for days in (1, 3, 6, 9)
        ],
        "history": [_contact(chance, at - gap * n) for n in range(1, 10_001)],
        "proposed": facts["proposed"] | {"at": at.isoformat(), "debts": ["A", "B"]},
    }


def _decide(facts: Facts) -> None:
    decide(facts, shipped_books())


def _stored(facts: dict[str, Any]) -> str:
    return packed(facts, decide(facts, shipped_books()))


def _tried(document: str) -> None:
    facts, then = opened(document)
    _trial(facts["jurisdictions"][0]).turn(facts, then, blocked=False)


@lru_cache
def _trial(book: str) -> Trial:
    return Trial(shipped_books().versions(book)[-1], shipped_books())


def _quickest(items: list[Any], judge: Callable[[Any], None]) -> float:
    """Give the processor's seconds that one item takes, in the best of some rounds."""
    best = inf
    for _ in range(2 * ROUNDS):
        began = time.process_time()
        for item in items:
            judge(item)
        best = min(best, (time.process_time() - began) / len(items))
    return best


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    measure_engine()
