"""A permit asked for: given under the locks of all that could count, or refused and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.decisions import unpacked
from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import gather
from crm.contacts.hearing import Hearing, hear, relation_in
from crm.contacts.locks import about
from crm.contacts.models import decision, permit
from crm.contacts.rules.expiry import CALL_LIMIT, expiry_of
from crm.contacts.rules.permits import FURTHEST
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.locks import Filled
from crm.gate.permissions import Permission, reaches
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.rulebook.in_force import books_in_force
from crm.rulebook.vocabulary import TELEPHONE
from crm.storage.ids import new_id
from crm.words import N_


@dataclass(frozen=True)
class RequestPermit(
    Action, needs=Permission.REQUEST_PERMIT, recorded_as="contacts.permit.reserved"
):
    """Ask whether a contact is lawful, and reserve it if it is.

    `loan_ids` None: whatever the person owes; `at` None: now. `proposed` holds what only the
    asker can know, in the contract's words.
    """

    person_id: UUID
    contact_point_id: UUID
    channel: str
    loan_ids: tuple[UUID, ...] | None = None
    at: datetime | None = None
    proposed: Mapping[str, Any] | None = None

    def locks(self, work: Work) -> Filled:
        """Hold person, loans, whose loans they are, and the number."""
        return about([self.person_id], [self.contact_point_id])

    def subject(self, work: Work) -> Subject:
        """Gather the facts and hear the approach."""
        approach = self.approach(work.now)
        found = gather(work, [approach])
        relation = relation_in(found, self.person_id, work.actor)
        within = reaches(work.actor.role, self.needs, relation)
        hearing = hear(found, approach) if within else None
        return Subject("person", self.person_id, relation, row=hearing)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let the books answer."""
        assert subject is not None
        verdict: Verdict = subject.row.verdict
        return verdict

    def run(self, work: Work, subject: Subject | None) -> Any:
        """Reserve the slot, with the decision that gives it."""
        assert subject is not None
        hearing: Hearing = subject.row
        decision_id = hearing.keep(work, "permit")
        row = permit_row(hearing, decision_id, work.actor.id, work.now)
        work.add(permit, **row)
        return {"id": row["id"], "expires_at": row["expires_at"], "decision": hearing.decision}

    def refused(self, work: Work, subject: Subject | None, verdict: Verdict) -> None:
        """Keep the decision that refused."""
        assert subject is not None
        subject.row.keep(work, "permit")

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the permit reserved before, with its decision."""
        return permit_given(work, result_id)

    def approach(self, now: datetime) -> Approach:
        """Return the contact as planned; raise Invalid where that lies too far ahead."""
        return Approach(
            person_id=self.person_id,
            contact_point_id=self.contact_point_id,
            channel=self.channel,
            loan_ids=self.loan_ids,
            at=planned_at(self.channel, self.at, now),
            extra=self.proposed or {},
        )


def planned_at(channel: str, wanted: datetime | None, now: datetime) -> datetime:
    """Return the instant a permit is asked for: never past, a call's never far ahead."""
    if wanted is None or wanted <= now:
        return now
    if channel in TELEPHONE and wanted - now > CALL_LIMIT:
        raise Invalid({"at": [N_("A call is reserved at most ten minutes ahead.")]})
    if wanted - now > FURTHEST:
        raise Invalid({"at": [N_("Plan it at most 31 days ahead.")]})
    return wanted


def permit_row(
    hearing: Hearing, decision_id: UUID, reserved_by: UUID, now: datetime
) -> dict[str, Any]:
    """Return the row of a permit that a hearing allows."""
    approach, proposed = hearing.approach, hearing.proposed
    return {
        "id": new_id(),
        "person_id": approach.person_id,
        "contact_point_id": approach.contact_point_id,
        "decision_id": decision_id,
        "channel": approach.channel,
        "target": proposed["target"],
        "purpose": proposed.get("purpose", "collection"),
        "ground": proposed.get("ground"),
        "loan_ids": hearing.loan_ids,
        "proposed": hearing.told or None,
        "reserved_by": reserved_by,
        "reserved_at": now,
        "planned_at": approach.at,
        "expires_at": expiry_of(hearing.typed, books_in_force()),
    }


def permit_given(work: Work, permit_id: UUID) -> dict[str, Any]:
    """Return a permit as it was given: its id, its end and its decision."""
    query = select(decision, permit.c.expires_at).join(
        permit, permit.c.decision_id == decision.c.id
    )
    row = work.one(query.where(permit.c.id == permit_id))
    assert row is not None
    _, answer = unpacked(work.stored(decision, row)["document"])
    return {"id": permit_id, "expires_at": row.expires_at, "decision": answer}
