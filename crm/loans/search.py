"""Finding people by one thing that one knows of them, a loan number among them."""

from dataclasses import dataclass, fields
from typing import Any

from crm.borrowers.models import person
from crm.borrowers.queries.lines import lines_query
from crm.borrowers.queries.search import by_contact_point, by_name, by_national_id, found
from crm.borrowers.queries.subjects import ALIVE
from crm.borrowers.rules.points import PointKind
from crm.borrowers.rules.words import LANGUAGES
from crm.gate.action import Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.loans.models import loan, loan_party
from crm.privacy.index import blind, normal
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.words import N_


@dataclass(frozen=True)
class SearchPeople(
    Question, needs=Permission.SEARCH_PEOPLE, recorded_as="borrowers.people.searched"
):
    """Whom one looks for, by exactly one of these; a search is always recorded.

    A name is looked for among one's own people only; anything else finds exactly, and of other
    people's borrowers says at most that there is one.
    """

    phone: Sealed | None = None
    national_id: Sealed | None = None
    email: Sealed | None = None
    loan_number: Sealed | None = None
    name: Sealed | None = None

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return `items`, one's own people, and `elsewhere`, the teams that have others."""
        by, value = self._one()
        return {"by": by, "languages": LANGUAGES, **self._found(reader, by, value)}

    def details(self, result: dict[str, Any]) -> dict[str, Any]:
        """Say by what, and who was found; never what was typed."""
        return {
            "by": result["by"],
            "people": [item["id"] for item in result["items"]],
            "elsewhere": len(result["elsewhere"]),
        }

    def _one(self) -> tuple[str, Sealed]:
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        known = [(name, value) for name, value in given.items() if value is not None]
        if len(known) != 1:
            raise Invalid({"value": [N_("Search by one thing: fill in one field.")]})
        return known[0]

    @staticmethod
    def _found(reader: Reader, by: str, value: Sealed) -> dict[str, Any]:
        if by == "name":
            return {"items": by_name(reader, value), "elsewhere": []}
        if by == "national_id":
            return found(reader, by_national_id(reader, value))
        if by == "loan_number":
            return found(reader, reader.all(on_loan(value)))
        return found(reader, by_contact_point(reader, PointKind(by), value))


def on_loan(value: Sealed) -> Any:
    """Return the select of everybody who stands on the loan of that number."""
    index = blind("loan.number", 128, normal("loan.number", reopen(value)))
    return (
        lines_query(loan_party.c.role)
        .join(loan_party, loan_party.c.person_id == person.c.id)
        .join(loan, loan.c.id == loan_party.c.loan_id)
        .where(loan.c.number_index == index, ALIVE)
    )
