"""Bringing accounts in, batch by batch."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from crm.borrowers.actions.matching import MATCHING, propose
from crm.gate.action import Action, Subject
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.loans.imports.accounts import Account
from crm.loans.imports.actions.runs import in_state, keep_late_rejects, move_on, run_subject
from crm.loans.imports.changes import Comparison
from crm.loans.imports.comparing import compare, index_of, portfolio_of
from crm.loans.imports.mapping import FileMapping, mapping_from
from crm.loans.imports.states import RunState
from crm.loans.imports.writing import Batch, write_changes
from crm.loans.models import import_conflict, loan, portfolio

_ONE_BATCH = uuid5(UUID("6f1c0f7e-3f0e-5d0b-9d5c-0c1f6d3a9b11"), "loans.accounts")


@dataclass(frozen=True)
class ImportBatch(Action, needs=Permission.IMPORT_DATA, recorded_as="loans.accounts.imported"):
    """Bring in some accounts of a run: all of them, or none.

    The run remembers, in the same transaction, how far it is: `next_line` is the first line
    that is still to be done, so that whoever goes on after a crash does nothing twice.
    """

    run_id: UUID
    from_line: int
    next_line: int
    accounts: Sequence[Account]
    rejected: int = 0  # lines of this stretch that could not be read

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold every loan of the batch and its borrower; one batch at a time."""
        indexes = [index_of(item.number) for item in self.accounts]
        query = select(loan.c.id, loan.c.borrower_id).where(loan.c.number_index.in_(indexes))
        held = {_ONE_BATCH, MATCHING}
        for row in work.all(query):
            held |= {row.id, row.borrower_id}
        return held

    def subject(self, work: Work) -> Subject:
        """Find the run."""
        return run_subject(work, self.run_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write what is new or changed and move the run's mark; raises Stale if it moved."""
        row = in_state(subject, RunState.RUNNING)
        mapping = mapping_from(row.mapping, row.document)
        found = compare(work, mapping, self.accounts)
        batch = Batch(work, mapping, _portfolio(work, mapping), self.run_id)
        batch.add_new(found)
        batch.add_changes(found.changed)
        batch.write()
        write_changes(work, found.changed)
        matched = propose(work, batch.people | _identified_anew(found), _papers_of(found))
        known_anew = set(matched) - batch.people  # nothing is reserved yet for who is new
        work.add_many(import_conflict, [one.row(self.run_id) for one in found.conflicts])
        keep_late_rejects(work, self.run_id, found.rejects)
        counts = self._counts(found)
        after = move_on(work, row, counts, from_line=self.from_line, next_line=self.next_line)
        return {"id": self.run_id, "people_anew": _people_anew(found, known_anew), **after}

    def _counts(self, found: Comparison) -> dict[str, int]:
        late = len({reject.line for reject in found.rejects})
        return {
            "new": len(found.new),
            "changed": len(found.changed),
            "same": found.same,
            "conflicts": len(found.conflicts),
            "rejected": self.rejected + late,
        }


def _identified_anew(found: Comparison) -> set[UUID]:
    """Return the known people who were given a number, an address, a name or an identity."""
    return {c.loan.borrower_id for c in found.changed if c.points or c.person_values}


def _papers_of(found: Comparison) -> set[UUID]:
    """Return the known people whose identity number became another."""
    return {c.loan.borrower_id for c in found.changed if "national_id" in c.person_values}


def _people_anew(found: Comparison, matched: Collection[UUID]) -> tuple[UUID, ...]:
    """Return the people about whom a fact changed that a permit could hang on.

    A loan that is paid now, a new number or address with its evidence of place, somebody else
    who may be the same: whoever listens judges their open permits anew.
    """
    changed = {
        change.loan.borrower_id
        for change in found.changed
        if change.points or (change.loan.balance > 0 and change.account.standing.balance <= 0)
    }
    return tuple(sorted(changed.union(matched)))


def _portfolio(work: Work, mapping: FileMapping) -> UUID:
    """Return the mapping's portfolio, made where it is new."""
    found = portfolio_of(work, mapping)
    if found is not None:
        return found
    values: dict[str, Any] = {**mapping.portfolio, "created_at": work.now}
    return work.add(portfolio, **values)
