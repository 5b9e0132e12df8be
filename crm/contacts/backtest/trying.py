"""A draft tried on the decisions of the days past, and what came of it in figures."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crm.contacts.backtest.reading import Place, how_many, page_of
from crm.contacts.decisions import unpacked
from crm.contacts.models import decision
from crm.gate.action import Subject
from crm.gate.answer import answer
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.rows import stored
from crm.rulebook.actions.shelving import kept_books
from crm.rulebook.backtest import Trial
from crm.rulebook.books import Book
from crm.rulebook.facts import BadFacts
from crm.rulebook.shelf import BrokenBook
from crm.rulebook.versions.checking import check

MOST_CASES = 2000  # kept one by one; the figures count all

Tell = Callable[[int, int], None]


def tell_nobody(_done: int, _of: int) -> None:
    """Say nothing of how far it is."""


@dataclass
class Tried:
    """What a back-test found: how many were tried, and which would have turned out otherwise."""

    tried: Counter[str] = field(default_factory=Counter)  # contact, permit, unjudged
    turned: Counter[str] = field(default_factory=Counter)  # refused, allowed
    by: dict[str, dict[str, Counter[str]]] = field(
        default_factory=lambda: {"rule": {}, "team": {}, "collector": {}}
    )
    cases: list[dict[str, Any]] = field(default_factory=list)

    @property
    def summary(self) -> dict[str, Any]:
        """The figures as they are kept."""
        return {
            "tried": dict(self.tried),
            "turned": dict(self.turned),
            "by": {
                name: {key: dict(counts) for key, counts in sorted(found.items())}
                for name, found in self.by.items()
            },
        }

    def count(self, row: Any, kind: str, effect: str, rules: tuple[str, ...]) -> None:
        """Note one contact or permit that would have turned out otherwise."""
        self.turned[effect] += 1
        team = str(row.team_id) if row.team_id else ""
        for name, keys in (("rule", rules), ("team", (team,)), ("collector", (row.asked_by,))):
            for key in keys:
                self.by[name].setdefault(str(key), Counter())[effect] += 1
        if len(self.cases) < MOST_CASES:
            case = {"decision_id": row.id, "at": row.at, "kind": kind, "effect": effect}
            who = {"team_id": row.team_id, "collector_id": row.asked_by}
            self.cases.append(case | who | {"rule": rules[0][:80]})


@dataclass(frozen=True)
class BackTest(Question, needs=Permission.CHANGE_BOOKS, recorded_as="contacts.history.back_tested"):
    """Begin to try a draft on every contact and permit from `since` to before `until`."""

    text: str
    since: datetime
    until: datetime

    def read(self, reader: Reader, subject: Subject | None) -> tuple[Trial, int]:
        """Return the trial and how many there are to try; Invalid where the draft is broken."""
        trial = Trial(_draft(self.text), kept_books(reader))
        return trial, how_many(reader, self.since, self.until)

    def details(self, result: Any) -> dict[str, Any]:
        """Say in the ledger what is tried, and on what."""
        draft = _draft(self.text)
        told = {"book": draft.id, "edition": draft.version, "sha256": draft.sha256}
        span = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return told | span | {"decisions": result[1]}


@dataclass(frozen=True)
class Stretch(Question, needs=Permission.CHANGE_BOOKS):
    """Try a draft on one page of decisions; gives out figures and ids, nothing of a person."""

    trial: Trial
    test: BackTest
    place: Place
    found: Tried

    def read(self, reader: Reader, subject: Subject | None) -> tuple[int, Place | None]:
        """Count into `found`; return how many were tried, and where to go on."""
        rows, following = page_of(reader, self.test.since, self.test.until, self.place)
        for row in rows:
            _try(self.trial, row, self.found)
        return len(rows), following


def back_test(test: BackTest, actor: Actor, tell: Tell = tell_nobody) -> Tried:
    """Try a draft page by page, each read by itself, and tell how far it is between two."""
    trial, total = answer(test, actor)
    found, done = Tried(), 0
    place: Place | None = Place()
    while place is not None:
        tell(done, total)
        tried, place = answer(Stretch(trial, test, place, found), actor)
        done += tried
    tell(done, total)
    return found


def _draft(text: str) -> Book:
    try:
        return check(text)
    except BrokenBook as fault:
        raise Invalid({"text": [str(fault)]}) from None


def days_before(now: datetime, days: int) -> tuple[datetime, datetime]:
    """Return since when and until when the last so many days are."""
    return now - timedelta(days=days), now


def _try(trial: Trial, row: Any, found: Tried) -> None:
    """Try one decision; what cannot be opened or judged any more is counted apart."""
    kind = "permit" if row.asked_for == "permit" else "contact"
    try:
        facts, then = unpacked(stored(decision, row._mapping)["document"])
        blocked = not row.allowed and then["allowed"]
        turn = trial.turn(facts, then, blocked=blocked)
    except (SealKeyMissing, BadFacts):
        found.tried["unjudged"] += 1
        return
    found.tried[kind] += 1
    if turn is not None:
        found.count(row, kind, turn.effect, turn.rules)
