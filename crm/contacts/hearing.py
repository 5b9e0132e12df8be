"""One approach heard: its facts, the decision on them, and the verdict that follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.contacts.decisions import decision_row, first_refusal
from crm.contacts.facts import Approach, judged
from crm.contacts.facts.answering import ANSWERED
from crm.contacts.facts.document import document_of
from crm.contacts.facts.gathered import Gathered, Past, Point
from crm.contacts.models import decision as decisions
from crm.contacts.queries.day_one import missing
from crm.gate.errors import Missing
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Actor, Scope
from crm.rulebook.facts import Facts
from crm.words import N_

DAY_ONE = N_(
    "Nobody is contacted before earlier stops and contacts are in. The page Set-up says what is "
    "missing."
)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was found about an approach, and what the books say to it."""

    approach: Approach
    facts: dict[str, Any]
    typed: Facts  # the same, read once for all who judge
    decision: dict[str, Any]
    point: Point | None

    @property
    def verdict(self) -> Verdict:
        """Return the books' answer, and a no where the number or address has ended.

        Nor is anybody contacted by a house that does not know yet what others were told.
        """
        refusal = first_refusal(self.decision)
        data = {"decision": self.decision}
        if refusal is not None:
            return refuse(refusal["rule"], refusal["why"], data=data)
        ended = self.point.valid_until if self.point is not None else None
        if ended is not None and ended <= self.approach.at:
            why = N_("This number or address is no longer in use.")
            return refuse("contact_point.ended", why, data=data)
        if missing() and not self.approach.made:
            return refuse("house.day_one", DAY_ONE, data=data)
        return ALLOWED

    @property
    def proposed(self) -> Mapping[str, Any]:
        """Return the contract's `proposed`."""
        return self.facts["proposed"]  # type: ignore[no-any-return]  # of the document

    @property
    def told(self) -> dict[str, Any]:
        """Return what of `proposed` the asker told, and which incoming contact it answers."""
        names = {*self.approach.extra, *ANSWERED}
        return {name: value for name, value in self.proposed.items() if name in names}

    @property
    def loan_ids(self) -> list[str]:
        """Return the loans it is about."""
        return list(self.proposed["debts"])

    def as_pending(self, permit_id: UUID, ends_at: datetime | None) -> Past:
        """Return the contact as reserved until `ends_at`, as whatever comes after must count it."""
        point = self.point
        return Past(
            id=permit_id,
            person_id=self.approach.person_id,
            channel=self.approach.channel,
            outcome="pending",
            agent=None,
            place=point.place if point else None,
            token=point.token if point else None,
            loan_ids=frozenset(self.loan_ids),
            at=self.approach.at,
            ends_at=ends_at,
        )

    def row(self, asked_by: UUID, asked_for: str) -> dict[str, Any]:
        """Return the decision as a row to be kept."""
        values = decision_row(
            self.approach.person_id, asked_by, asked_for, self.facts, self.decision
        )
        verdict = self.verdict
        return values | {"allowed": verdict.allowed, "rule": verdict.rule or None}

    def keep(self, work: Work, asked_for: str) -> UUID:
        """Keep the decision with the entry that is being written; return its id."""
        return work.add(decisions, **self.row(work.actor.id, asked_for))


def hear(found: Gathered, approach: Approach) -> Hearing:
    """Judge one approach by what was gathered; raises Missing or Invalid as `document_of` does."""
    facts = document_of(found, approach)
    point = None
    if approach.contact_point_id is not None:
        point = found.points[approach.contact_point_id]
    return Hearing(approach, facts, *judged(facts), point)


def relation_in(found: Gathered, person_id: UUID, actor: Actor) -> Scope:
    """Return how a person lies to the actor; raise Missing where there is no such person."""
    whose = found.people.get(person_id)
    if whose is None:
        raise Missing("person")
    return actor.relation_to_person(whose, person_id)
