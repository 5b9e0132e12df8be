"""Two people attest that there is nothing to bring in: the house may begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.models import day_one
from crm.contacts.queries.day_one import ATTESTED, ID_OF, THE_QUESTION
from crm.contacts.rules.day_one import Answer, DayOne
from crm.gate.action import Action, Subject
from crm.gate.generation import raise_generation
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict, refuse, second_person
from crm.gate.work import Work
from crm.words import N_


@dataclass(frozen=True)
class AttestDayOne(Action, needs=Permission.ATTEST_HISTORY, recorded_as=ATTESTED):
    """Say that nobody was told a stop, or that no earlier contact counts any more.

    `question` is a word of `DayOne`. Whoever asks says so, and a second person must agree.
    """

    question: str

    def locks(self, work: Work) -> Iterable[UUID]:
        """Answer one at a time."""
        return (THE_QUESTION,)

    def subject(self, work: Work) -> Subject:
        """Name the part of the question."""
        return Subject("day_one", ID_OF[DayOne(self.question)])

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a second person; what is answered stays so."""
        if is_answered(work, self.question):
            return refuse("day_one.answered", N_("This was answered already."))
        return second_person("day_one.attest", N_("Attesting to it takes a second person."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Answer the question, and let every process know."""
        answer(work, self.question, Answer.ATTESTED)
        work.note(question=self.question)
        return {"id": None}


def is_answered(work: Work, question: str) -> bool:
    """Tell whether one part of the day-one question has its answer."""
    query = select(day_one.c.question).where(day_one.c.question == question)
    return work.scalar(query) is not None


def answer(work: Work, question: str, how: Answer, run_id: UUID | None = None) -> None:
    """Write an answer down; from this commit on every process looks again."""
    work.keep(
        day_one,
        question=str(question),
        answer=str(how),
        answered_by=work.actor.id,
        run_id=run_id,
        at=work.now,
    )
    raise_generation(work)
