"""What is known of a person, with the loans to which it can be limited."""

from dataclasses import dataclass
from typing import Any

from crm.borrowers.queries.file import OnePerson
from crm.contacts.queries.owed import covered, owed_to
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK
from crm.gate.reader import Reader
from crm.loans.queries import loans_of


@dataclass(frozen=True)
class WhatIsKnown(
    OnePerson,
    needs=Permission.READ_PEOPLE,
    recorded_as="borrowers.person.viewed",
    once_in=ONE_LOOK,
):
    """A person's file as the forms need it: with the loans a stop or consent can name."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return him, and his loans where one may see them: covered while somebody else listens."""
        may_see = reader.reach(Permission.READ_LOANS) is not None
        loans = loans_of(reader, self.person_id) if may_see else []
        owed = owed_to(reader, [self.person_id], [str(loan["id"]) for loan in loans])
        return super().read(reader, subject) | {"loans": loans if owed.verdict else covered(loans)}
