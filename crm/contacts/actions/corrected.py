"""What a correction makes of a contact: judged anew where it is moved, and what then follows."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.actions.findings import OpenFinding
from crm.contacts.actions.said import Record
from crm.contacts.decisions import unpacked
from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import gather
from crm.contacts.hearing import Hearing, hear
from crm.contacts.models import decision, permit
from crm.contacts.queries.chain import first_of
from crm.contacts.queries.proof import CameIn
from crm.contacts.queries.slips import counted_of
from crm.contacts.rules.findings import FindingKind, is_charged
from crm.contacts.rules.records import Counted, is_breach, is_elsewhere
from crm.gate.work import Work

# What whoever wrote a contact down said of it; all else of a proposed contact is ours to know.
_TOLD = (
    "direction",
    "purpose",
    "ground",
    "agent",
    "discloses_debt",
    "identity_verified",
    "opt_out_notice",
    "announced",
    "format",
    "borrower_at",
)


def judged_anew(work: Work, row: Any, new: Counted) -> Hearing | None:
    """Judge a contact that is moved as of where it now lies; None where it is not moved."""
    if not is_elsewhere(counted_of(row), new):
        return None
    kept = work.one(select(decision).where(decision.c.id == row.decision_id))
    assert kept is not None, "without a permit it was judged"
    told = unpacked(work.stored(decision, kept)["document"])[0]["proposed"]
    approach = Approach(
        person_id=row.person_id,
        contact_point_id=new.number,
        channel=row.channel,
        loan_ids=tuple(UUID(one) for one in sorted(new.loan_ids)),
        at=new.started_at,
        extra={name: told[name] for name in _TOLD if name in told},
        made=True,
    )
    found = gather(work, [approach])
    found.leave_out(row.id)
    return hear(found, approach)


def heard_by(work: Work, row: Any) -> Any:
    """Return who spoke in a contact: who made it, or who wrote it down first."""
    if row.permit_id is None:
        return first_of(work, row).recorded_by
    return work.scalar(select(permit.c.reserved_by).where(permit.c.id == row.permit_id))


def record_of(
    work: Work, row: Any, contact_id: UUID, new: Counted, hearing: Hearing | None
) -> Record:
    """Return the new record as what is said in it asks; who took the call stands with the first."""
    inbound = row.direction == "inbound"
    came_in = CameIn.of(work, row, new.started_at) if inbound else None
    return Record(
        id=contact_id,
        person_id=row.person_id,
        contact_point_id=new.number,
        point_is_valid=_is_valid(hearing, row),
        channel=row.channel,
        target=row.target,
        loan_ids=tuple(sorted(new.loan_ids)),
        began_at=new.started_at,
        permit_id=row.permit_id,
        came_in=came_in,
        in_breach=is_breach(row.direction, allowed=_is_lawful(hearing, row)),
    )


def finding_of(
    work: Work, row: Any, contact_id: UUID, hearing: Hearing | None
) -> Iterator[OpenFinding]:
    """Yield the finding that a record opens which was lawful where it stood, and is not now."""
    if _is_lawful(hearing, row) or row.allowed is False:
        return
    assert hearing is not None, "as it stood it was lawful"
    yield OpenFinding(
        person_id=row.person_id,
        contact_id=contact_id,
        kind=FindingKind.UNLAWFUL,
        mark=row.mark,
        rule=hearing.verdict.rule,
        charged_to=first_of(work, row).recorded_by if is_charged(row.mark) else None,
    )


def _is_valid(hearing: Hearing | None, row: Any) -> bool:
    if hearing is None:
        return row.valid_until is None
    return hearing.point is not None and hearing.point.valid_until is None


def _is_lawful(hearing: Hearing | None, row: Any) -> bool:
    return row.allowed is not False if hearing is None else bool(hearing.verdict)
