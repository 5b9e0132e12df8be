"""Those entered before identity numbers had a token are given theirs, and found if entered twice.

A migration has no keys, so it leaves the token of a number that was there before empty; nobody
would be found by it until the number is written again. The worker fills it, a batch at a time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from crm.borrowers.actions.matching import MATCHING, propose
from crm.borrowers.models import person
from crm.borrowers.queries.subjects import ALIVE
from crm.gate.action import Action, Subject
from crm.gate.jobs import Progress, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.storage.database import database

AT_ONCE = 200  # people in one transaction: others wait for MATCHING meanwhile
KIND = "borrowers.people.identified"


@dataclass(frozen=True)
class IdentifyPeople(
    Action, needs=Permission.KEEP_HOUSE, recorded_as=KIND, every=timedelta(hours=1)
):
    """Give the next of these people their token; who is found twice is counted as one from now."""

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold what makes people alike."""
        return (MATCHING,)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Seal each number anew for its place, which fills the indexes that lead to it."""
        rows = [work.stored(person, row) for row in work.all(_unidentified())]
        work.change_many(
            person, [{"id": row["id"], "national_id": row["national_id"]} for row in rows]
        )
        work.note(people=len(rows))
        return {"people_anew": propose(work, [row["id"] for row in rows])}


@runs(KIND)
def identify_people(_arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Go on until everybody with a number has its token; usually there is nobody."""
    done = 0
    while _somebody():
        perform(IdentifyPeople(), actor)
        done += AT_ONCE
        progress.tell(done=done)


def _unidentified() -> Select[Any]:
    """Select the next people whose number has no token."""
    without = (person.c.national_id.is_not(None), person.c.national_id_token.is_(None), ALIVE)
    return select(person).where(*without).order_by(person.c.id).limit(AT_ONCE)


def _somebody() -> bool:
    with database().glance() as connection:
        return (
            connection.execute(_unidentified().with_only_columns(person.c.id)).first() is not None
        )
