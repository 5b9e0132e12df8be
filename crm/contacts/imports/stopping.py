"""What a code of ours in a file of contacts itself says: it stops here as it would have there."""

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from crm.borrowers.models import circumstance
from crm.borrowers.rules.points import number_of
from crm.contacts.actions.unpermitted import ImportContact
from crm.contacts.facts.gathered import Gathered
from crm.contacts.hearing import Hearing
from crm.contacts.imports.clashing import Met, stop_clash
from crm.contacts.imports.comparing import by_person
from crm.contacts.outcomes import codes, is_by_other
from crm.contacts.rules.said import OF_BORROWER, Circumstance, Heard, Kind, circumstances_of
from crm.contacts.rules.standing import OWING
from crm.gate.work import Work

_WRONG_NUMBER = Circumstance("wrong_number", at_point=True)


def said_by_code(told: ImportContact) -> Kind | None:
    """Return what the code of a contact itself says, if anything."""
    known = codes().get(told.code or "")
    return Kind(known.said) if known is not None and known.said else None


class Stops:
    """The stops of a batch of contacts beside those that stand here, read once for all of them."""

    def __init__(self, work: Work, found: Gathered, batch: Iterable[ImportContact]) -> None:
        self._work, self._loans = work, found.loans
        people = {told.person_id for told in batch if said_by_code(told) is not None}
        if people:  # what a reference says of the borrower is the borrower's
            people |= {loan.borrower_id for loan in found.loans.values()}
        self._here = by_person(work, circumstance, people) if people else {}

    def of(
        self, told: ImportContact, hearing: Hearing, contact_id: UUID
    ) -> Iterator[tuple[dict[str, Any], Met]]:
        """Yield each circumstance that a contact becomes, since it was made, and what it meets.

        None where it is new; else it stands here already, or two people lifted it since. Nothing
        comes of what is bound to a number that is not known here.
        """
        kind = said_by_code(told)
        for row in () if kind is None else self._told(told, hearing, kind, contact_id):
            here = self._here.setdefault(row["person_id"], [])
            alike = [one for one in here if (one.kind, one.scope) == (row["kind"], row["scope"])]
            met = stop_clash(row, alike)
            if met is None:
                here.append(SimpleNamespace(**row, id=row["contact_id"], lifted_at=None))
            yield row, met

    def _told(
        self, told: ImportContact, hearing: Hearing, kind: Kind, contact_id: UUID
    ) -> Iterator[dict[str, Any]]:
        for fact in _facts(told, hearing, kind):
            scope = dict(fact.scope)
            if fact.at_point:
                if hearing.point is None or hearing.point.token is None:
                    continue
                scope["number"] = number_of(hearing.point.token)
            yield {
                "person_id": self._whose(told, hearing, kind),
                "kind": fact.kind,
                "since": told.started_at.isoformat(),
                "until": None,
                "scope": scope or None,
                "source": "file",
                "contact_id": contact_id,
                "created_at": self._work.now,
                "version": 1,
            }

    def _whose(self, told: ImportContact, hearing: Hearing, kind: Kind) -> UUID:
        if kind in OF_BORROWER and hearing.proposed["target"] not in OWING:
            return self._loans[UUID(hearing.loan_ids[0])].borrower_id
        return told.person_id


def _facts(told: ImportContact, hearing: Hearing, kind: Kind) -> tuple[Circumstance, ...]:
    if kind is Kind.WRONG_NUMBER:
        return (_WRONG_NUMBER,)
    target = hearing.proposed["target"]
    other = target in OWING and is_by_other(told.code)
    heard = Heard(told.channel, target, tuple(hearing.loan_ids), other)
    return circumstances_of(kind, {}, None, heard)
