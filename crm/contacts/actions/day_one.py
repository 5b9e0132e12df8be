"""The day-one question answered: by files, or by two people who attest there is nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.models import day_one
from crm.contacts.queries.day_one import ATTESTED, ID_OF, THE_QUESTION, missing, oldest_contact
from crm.contacts.rules.day_one import Answer, DayOne, reaches_back
from crm.gate.action import Action, Subject
from crm.gate.generation import raise_generation
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict, refuse, second_person
from crm.gate.work import Work
from crm.loans.imports.actions.runs import EndImport
from crm.loans.imports.states import RunState
from crm.loans.models import import_run
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reach import look_back
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


@dataclass(frozen=True)
class AnswerByFile(Action, needs=Permission.IMPORT_DATA, recorded_as="contacts.day_one.answered"):
    """See whether the files brought in so far answer a part of the question.

    It follows the end of an import. One stop is enough, contacts must fill the longest window; and
    of neither may a line have been rejected, for nobody knows what stood in it.
    """

    run_id: UUID
    question: str

    @classmethod
    def built_from(cls, _earlier: Any, result: Any) -> Sequence["AnswerByFile"]:
        """Follow a file that came in whole and could answer what is open."""
        if result.get("state") != RunState.DONE or result["kind"] not in missing():
            return []
        return [cls(result["id"], result["kind"])]

    def locks(self, work: Work) -> Iterable[UUID]:
        """Answer one at a time."""
        return (THE_QUESTION,)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Answer the question where that is enough; the entry says whether it was."""
        enough = not is_answered(work, self.question) and self._enough(work)
        if enough:
            begun_by = select(import_run.c.started_by).where(import_run.c.id == self.run_id)
            answer(work, self.question, Answer.FILE, self.run_id, work.scalar(begun_by))
        work.note(question=self.question, answered=enough)
        return {"id": self.run_id}

    def _enough(self, work: Work) -> bool:
        totals = work.scalar(select(import_run.c.totals).where(import_run.c.id == self.run_id))
        if totals["run"]["rejected"]:
            return False
        if self.question == DayOne.CONTACTS:
            days, _ = look_back(books_in_force())
            return reaches_back(oldest_contact(work), work.now, days)
        return bool(totals["run"]["new"] + totals["run"]["same"])


Action.followers.setdefault(EndImport, []).append(AnswerByFile)


def is_answered(work: Work, question: str) -> bool:
    """Tell whether one part of the day-one question has its answer."""
    query = select(day_one.c.question).where(day_one.c.question == question)
    return work.scalar(query) is not None


def answer(
    work: Work, question: str, how: Answer, run_id: UUID | None = None, by: UUID | None = None
) -> None:
    """Write an answer down; from this commit on every process looks again.

    `by` is who gave it: whoever began the import that the machine ends; None: the actor.
    """
    work.keep(
        day_one,
        question=str(question),
        answer=str(how),
        answered_by=by or work.actor.id,
        run_id=run_id,
        at=work.now,
    )
    raise_generation(work)
