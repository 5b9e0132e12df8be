"""What if: the same judgement as a permit's, without reserving anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import gather
from crm.contacts.hearing import hear, relation_in
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader


@dataclass(frozen=True)
class WhatIf(
    Question,
    needs=Permission.REQUEST_PERMIT,
    recorded_as="contacts.decision.asked",
    once_in=ONE_LOOK,
):
    """Ask whether a contact would be lawful at an instant, reserving nothing."""

    person_id: UUID
    contact_point_id: UUID
    channel: str
    loan_ids: tuple[UUID, ...] | None = None
    at: datetime | None = None
    proposed: Mapping[str, Any] | None = None

    def subject(self, reader: Reader) -> Subject:
        """Gather the facts; the person lies to the actor as always."""
        approach = Approach(
            person_id=self.person_id,
            contact_point_id=self.contact_point_id,
            channel=self.channel,
            loan_ids=self.loan_ids,
            at=self.at or reader.now,
            extra=self.proposed or {},
        )
        found = gather(reader, [approach])
        relation = relation_in(found, self.person_id, reader.actor)
        return Subject("person", self.person_id, relation, row=(found, approach))

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the decision."""
        assert subject is not None
        return hear(*subject.row).decision
