"""Bringing lines in, batch by batch: contacts, stops and consents of others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.borrowers.models import circumstance, consent
from crm.contacts.imports.comparing import Compared, compare
from crm.contacts.imports.lines import Line
from crm.contacts.imports.models import import_item
from crm.contacts.imports.people import NotFound, People
from crm.contacts.imports.writing import Written, write_contacts, write_limits
from crm.contacts.locks import about
from crm.contacts.queries.reserved import has_reservations
from crm.gate.action import Action, Subject
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.loans.imports.actions.runs import in_state, keep_late_rejects, move_on, run_subject
from crm.loans.imports.row_mapping import RowMapping, row_mapping_from
from crm.loans.imports.states import RunState
from crm.loans.models import import_conflict


@dataclass(frozen=True)
class _Batch:
    """Some lines of a run: all of them come in, or none; `next_line` is the first not yet done."""

    run_id: UUID
    from_line: int
    next_line: int
    lines: Sequence[Line]
    rejected: int = 0  # lines of this stretch that could not be read

    def locks(self, work: Work) -> Filled:
        """Hold everybody the batch is about, their loans and the numbers named."""
        whom = list(_found(work, self.lines))
        points = (one.point.id for one in whom if one.point is not None)
        return about((one.person_id for one in whom), points)

    def subject(self, work: Work) -> Subject:
        """Find the run."""
        return run_subject(work, self.run_id)


@dataclass(frozen=True)
class ImportContacts(
    _Batch, Action, needs=Permission.IMPORT_DATA, recorded_as="contacts.contacts.imported"
):
    """Take in contacts that others made, each judged as of its own moment.

    One that was refused opens a finding and is charged to nobody here.
    """

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write what is new, and move the run's mark."""
        row, mapping = _begun(subject)
        found = compare(work, mapping, self.lines)
        return _kept(work, self, row, found, write_contacts(work, found.new))


@dataclass(frozen=True)
class ImportStops(
    _Batch, Action, needs=Permission.IMPORT_DATA, recorded_as="contacts.stops.imported"
):
    """Take in stops that others were told of; they bind at once."""

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write what is new, and move the run's mark."""
        row, mapping = _begun(subject)
        found = compare(work, mapping, self.lines)
        return _kept(work, self, row, found, write_limits(work, found.new, circumstance, "since"))


@dataclass(frozen=True)
class ImportConsents(
    _Batch, Action, needs=Permission.IMPORT_DATA, recorded_as="contacts.consents.imported"
):
    """Take in consents that others were given."""

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write what is new, and move the run's mark."""
        row, mapping = _begun(subject)
        found = compare(work, mapping, self.lines)
        return _kept(work, self, row, found, write_limits(work, found.new, consent, "at"))


BATCHES: dict[str, type[ImportContacts] | type[ImportStops] | type[ImportConsents]] = {
    "contacts": ImportContacts,
    "stops": ImportStops,
    "consents": ImportConsents,
}


def _found(work: Work, lines: Sequence[Line]) -> Iterable[Any]:
    people = People(work, lines)
    for line in lines:
        try:
            yield people.whom(line)
        except NotFound:
            continue


def _begun(subject: Subject | None) -> tuple[Any, RowMapping]:
    row = in_state(subject, RunState.RUNNING)
    return row, row_mapping_from(row.mapping, row.document)


def _kept(work: Work, told: _Batch, row: Any, found: Compared, written: Written) -> dict[str, Any]:
    """Keep which line became which row, what clashed and what was late; move the mark."""
    rejects = [*found.rejects, *written.rejects]
    conflicts = [*found.conflicts, *written.conflicts]
    items = [
        {
            "run_id": row.id,
            "line": item.line.line,
            "kind": row.kind,
            "person_id": item.whom.person_id,
            "digest": item.digest,
            "content": item.content,
            "record_id": record_id,
        }
        for item, record_id in written.records
    ]
    work.add_many(import_item, items)
    work.add_many(import_conflict, [one.row(row.id) for one in conflicts])
    keep_late_rejects(work, row.id, rejects)
    counts = {
        "new": len(items),
        "same": found.same,
        "conflicts": len(conflicts),
        "unlawful": written.unlawful,
        "rejected": told.rejected + len({one.line for one in rejects}),
    }
    after = move_on(work, row, counts, from_line=told.from_line, next_line=told.next_line)
    people = dict.fromkeys(item.whom.person_id for item, _ in written.records)
    people |= dict.fromkeys(sorted(written.stopped))
    anew = tuple(one for one in people if has_reservations(work, one))
    return {"id": row.id, "people_anew": anew, **after}
