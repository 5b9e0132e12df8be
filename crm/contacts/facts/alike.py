"""Who may be one and the same person, of those whom facts are about."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row


class Alike:
    """Groups of people: those counted together, and among them those decided to be one."""

    def __init__(self) -> None:
        self._counted: dict[UUID, list[UUID]] = defaultdict(list)
        self._merged: dict[UUID, list[UUID]] = defaultdict(list)
        self._of: dict[UUID, Row[Any]] = {}

    def take(self, row: Row[Any]) -> None:
        """Take in one person: `person_id` names his group, `loan_id` his main person, if any."""
        self._of[row.id] = row
        self._counted[row.person_id].append(row.id)
        if row.loan_id is not None:
            self._merged[row.loan_id].append(row.id)

    def counted(self, person_id: UUID) -> list[UUID]:
        """Return him, and then whoever may be he: one person for every limit and stop."""
        row = self._of.get(person_id)
        return _first(person_id, self._counted[row.person_id] if row else ())

    def merged(self, person_id: UUID) -> list[UUID]:
        """Return him, and then whoever two people agreed is he: their consents are his too."""
        row = self._of.get(person_id)
        return _first(person_id, self._merged[row.loan_id] if row and row.loan_id else ())


def _first(person_id: UUID, group: Any) -> list[UUID]:
    return [person_id, *sorted(other for other in group if other != person_id)]
