"""Small actions and questions of the tests' own, on teams."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from crm.audit.models import audit_entry, audit_leaf
from crm.audit.sequencer import sequence_once
from crm.gate.action import Action, Subject, Then
from crm.gate.errors import Missing, Refusal, Stale
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.identity.models import team
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from crm.storage.ids import new_id


@dataclass(frozen=True)
class Found(Action, needs=Permission.EDIT_PEOPLE, recorded_as="tests.team.founded"):
    """Make a team, with whatever else is asked of this action."""

    name: str
    answer: str = "allowed"
    parts: tuple["Found", ...] = ()
    raises: str = ""
    relation: Scope = Scope.OWN
    secret: Sealed | None = None

    def subject(self, work: Work) -> Subject:
        """Return a subject of the chosen relation."""
        return Subject("team", SUBJECT, self.relation)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Answer as chosen."""
        if self.answer == "second":
            return second_person("team.large", "Someone else must agree.")
        return ALLOWED if self.answer == "allowed" else refuse("team.full", "There are enough.")

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Make it, and raise what was asked for."""
        made = work.add(team, name=self.name, version=1)
        work.flush()
        if self.raises == "refusal":
            raise Refusal(refuse("team.late", "Too late."))
        if self.raises == "stale":
            raise Stale("team")
        if self.raises == "missing":
            raise Missing("team")
        if self.raises == "bug":
            raise ZeroDivisionError
        return Then({"id": made}, self.parts)

    def refused(self, work: Work, subject: Subject | None, verdict: Verdict) -> None:
        """Leave a team that says so."""
        work.add(team, name=f"refused {self.name}", version=1)

    def again(self, work: Work, result_id: UUID) -> Any:
        """Return the team as it is now."""
        row = work.one(select(team).where(team.c.id == result_id))
        return {"id": result_id, "name": row.name if row else None, "again": True}


SUBJECT = new_id()


@dataclass(frozen=True)
class Rename(Action, needs=Permission.EDIT_PEOPLE, recorded_as="tests.team.renamed", version=3):
    """Rename a team; a second person must agree."""

    team_id: UUID
    name: str
    alone: bool = False

    def subject(self, work: Work) -> Subject:
        """Find it, with the version it has."""
        row = work.one(select(team).where(team.c.id == self.team_id))
        if row is None:
            raise Missing("team")
        return Subject("team", row.id, Scope.OWN, version=row.version)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person."""
        return ALLOWED if self.alone else second_person("team.name", "Someone else must agree.")

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Rename it, and say in whose name."""
        assert subject is not None
        work.change(team, self.team_id, version=subject.version, name=self.name)
        work.note(by=str(work.actor.id))
        return Then({"id": self.team_id}, [Found(f"with {self.name}")])


@dataclass(frozen=True)
class Nothing(Action, needs=Permission.MANAGE_SELF, recorded_as="tests.thing.done"):
    """Do nothing that could be found again."""

    value: int = 0

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Return nothing to remember."""
        return None


@dataclass(frozen=True)
class Teams(Question, needs=Permission.READ_PEOPLE):
    """How many teams there are; unrecorded."""

    relation: Scope = Scope.OWN
    raises: bool = False

    def subject(self, reader: Reader) -> Subject:
        """Return a subject of the chosen relation."""
        return Subject("team", SUBJECT, self.relation)

    def read(self, reader: Reader, subject: Subject | None) -> int:
        """Count them."""
        if self.raises:
            raise Refusal(refuse("team.closed", "Not now."))
        return int(reader.scalar(select(func.count()).select_from(team)))


@dataclass(frozen=True)
class SeenTeams(
    Teams,
    needs=Permission.READ_PEOPLE,
    recorded_as="tests.team.seen",
    once_in=timedelta(minutes=15),
):
    """The same, recorded once in a quarter of an hour."""

    def details(self, result: int) -> dict[str, Any]:
        """Say how many were shown."""
        return {"shown": result}


@dataclass(frozen=True)
class SearchedTeams(Teams, needs=Permission.READ_PEOPLE, recorded_as="tests.team.searched"):
    """The same, recorded always."""


def names() -> set[str]:
    """Return the names of all teams."""
    with database().read() as connection:
        return set(connection.execute(select(team.c.name)).scalars())


@dataclass
class Told:
    """What the ledger tells, oldest first."""

    action: str
    outcome: str
    rule: str | None
    actor: str
    subject: dict[str, str] | None
    details: dict[str, Any] = field(default_factory=dict)


def told(*, of: Callable[[Told], bool] = lambda _: True) -> Sequence[Told]:
    """Return the entries of the tests' own actions and of approvals."""
    while sequence_once(database()):
        pass
    query = (
        select(audit_entry.c.entry)
        .join(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
        .order_by(audit_leaf.c.number)
    )
    with database().read() as connection:
        entries = [json.loads(text) for text in connection.execute(query).scalars()]
    lines = [
        Told(
            e["action"],
            e["outcome"],
            e.get("rule"),
            e["actor"]["id"],
            e.get("subject"),
            e.get("details", {}),
        )
        for e in entries
    ]
    return [line for line in lines if not line.action.startswith("tests.row.") and of(line)]
