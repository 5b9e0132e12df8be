"""The meter of somebody with 1,000 contacts beside that of somebody with 10, in turn.

Both live in China, whose book looks 90 days back, and were called and written to within 80 days.
In process, as the desk asks for it: statements, books, and one line each for calls and texts; and
all that a file's page shows, before it is written.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.seeding import Fill
from crm import clock
from crm.contacts.models import contact
from crm.contacts.queries.file import PersonFile
from crm.contacts.queries.meter import meters
from crm.gate.action import Subject
from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor, system
from crm.storage.ids import new_id
from tests.factories import make_evidence, make_loan, make_person, make_point

FEW, MANY = 10, 1000
SPAN = timedelta(days=80)
AT_MOST = 1.3
TIMES = 60


@dataclass(frozen=True)
class Meter(Question, needs=Permission.READ_PEOPLE):
    """The lines of one number of one person."""

    person: UUID
    point: UUID

    def read(self, reader: Reader, subject: Subject | None) -> Any:
        """Return them."""
        point = {"id": self.point, "label": "", "kind": "phone", "place": "mobile"}
        return meters(reader, {self.person: [point]})


def measure_meter(actor: Actor) -> dict[str, float]:
    """Measure on the open instance, print a line a figure, and return the ratios by name."""
    few, many = (_somebody(actor, number) for number in (FEW, MANY))
    jobs: dict[str, tuple[Question, Question]] = {
        "meter": (Meter(*few), Meter(*many)),
        "file": (PersonFile(few[0]), PersonFile(many[0])),
    }
    found = {}
    for name, questions in jobs.items():
        low, high = _medians([lambda q=one: answer(q, actor) for one in questions])
        found[name] = ratio = high / low
        wanted = f" (at most {AT_MOST})" if name == "meter" else ""
        mark = "LOW " if wanted and ratio > AT_MOST else "ok  "
        times = f"{1000 * low:.1f} and {1000 * high:.1f} ms"
        print(
            f"{mark} {name:20} {MANY:,} contacts / {FEW}: {ratio:5.2f}{wanted}; {times}", flush=True
        )
    return found


def _medians(jobs: list[Callable[[], Any]]) -> list[float]:
    took: list[list[float]] = [[] for _ in jobs]
    for turn in range(TIMES + 5):
        for place, job in enumerate(jobs):
            began = time.perf_counter()
            job()
            if turn >= 5:  # the first ones compile statements and read keys
                took[place].append(time.perf_counter() - began)
    return [statistics.median(one) for one in took]


def _somebody(actor: Actor, number: int) -> tuple[UUID, UUID]:
    person = make_person(collector=actor)
    point = make_point(person, f"+86138{10_000_000 + number}")
    make_evidence(person)
    rows = list(_contacts((person, point, make_loan(person)), actor.id, number))
    perform(Fill([(contact.name, rows)]), system("bench"))
    return person, point


def _contacts(whom: tuple[UUID, UUID, UUID], by: UUID, number: int) -> Iterator[dict[str, Any]]:
    person, point, loan = whom
    chance, now = random.Random(1), clock.now()
    for back in range(number):
        at = now - timedelta(hours=25) - SPAN / number * back
        channel = chance.choice(("call", "call", "sms"))
        answers = ("no_answer", "busy", "no_answer", "effective_conversation")
        yield {
            "id": new_id(),
            "person_id": person,
            "contact_point_id": point,
            "channel": channel,
            "direction": "outbound",
            "target": "borrower",
            "outcome": "delivered" if channel == "sms" else chance.choice(answers),
            "purpose": "collection",
            "mark": "external_file",
            "exempt": False,
            "agent": "human",
            "loan_ids": [str(loan)],
            "started_at": at,
            "ended_at": at,
            "recorded_at": at,
            "recorded_by": by,
        }
