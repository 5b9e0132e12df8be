"""What the forms for people need before anything is typed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from crm.borrowers.models import organisation
from crm.borrowers.rules.words import WORDS
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader


@dataclass(frozen=True)
class NewPerson(Question, needs=Permission.EDIT_PEOPLE):
    """What can be chosen for a new person."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the words to choose from, and the organisations known already."""
        names = select(organisation.c.name).order_by(organisation.c.name).limit(500)
        return {"words": WORDS, "organisations": [row.name for row in reader.all(names)]}
