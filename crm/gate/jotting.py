"""What is kept without an entry: a draft, a view of a list. Never the only record of a deed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable

from crm.gate.action import Subject
from crm.gate.answer import answer
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor
from crm.storage.bookkeeping import bookkeep


class Jotting(Question, needs=Permission.MANAGE_SELF):
    """Something to be kept in tables of bookkeeping: permitted and in scope like any question.

    `read` returns the statements that keep it; the guard refuses any recorded table.
    """

    def read(self, reader: Reader, subject: Subject | None) -> Sequence[Executable]:
        """Return what to do, in order."""
        raise TypeError(f"{type(self).__name__} keeps nothing")


def jot(jotting: Jotting, actor: Actor) -> None:
    """Keep it; raises Refusal (recorded), Missing or Invalid as `answer` does."""
    statements: Any = answer(jotting, actor)
    bookkeep(*statements)
