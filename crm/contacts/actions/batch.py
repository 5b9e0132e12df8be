"""Many permits at once: for messages to many people, in the order in which they are listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from crm.contacts.actions.permits import permit_row, planned_at
from crm.contacts.decisions import unpacked
from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import Gathered, gather
from crm.contacts.hearing import Hearing, hear, relation_in
from crm.contacts.locks import about
from crm.contacts.models import decision, permit
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.storage.ids import new_id
from crm.words import N_

AT_MOST = 500


@dataclass(frozen=True)
class Wanted:
    """One permit of a batch, as `RequestPermit` has it."""

    person_id: UUID
    contact_point_id: UUID
    channel: str
    loan_ids: tuple[UUID, ...] | None = None
    at: datetime | None = None
    proposed: Mapping[str, Any] | None = None


@dataclass
class Answer:
    """What one item of a batch was told: a permit, a refusal, or that it could not be asked."""

    status: str  # reserved, refused, missing, invalid
    hearing: Hearing | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    permit: dict[str, Any] | None = None

    def shown(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        told: dict[str, Any] = {"status": self.status}
        if self.fields:
            told["fields"] = dict(self.fields)
        if self.hearing is not None:
            told["decision"] = self.hearing.decision
        if self.permit is not None:
            told |= {"id": self.permit["id"], "expires_at": self.permit["expires_at"]}
        return told


@dataclass(frozen=True)
class RequestPermits(
    Action, needs=Permission.REQUEST_PERMIT, recorded_as="contacts.permits.reserved"
):
    """Ask for up to 500 permits, judged one after the other; each counts for those after it.

    `all`: reserve every one of them, or none.
    """

    items: tuple[Wanted, ...]
    all: bool = False

    def locks(self, work: Work) -> Filled:
        """Hold everybody, their loans and numbers, by one statement in one order."""
        if not 0 < len(self.items) <= AT_MOST:
            raise Invalid({"items": [N_("Send 1 to 500 items.")]})
        return about(
            (item.person_id for item in self.items),
            (item.contact_point_id for item in self.items),
        )

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Hear every item; with `all`, one no is a no to all."""
        answers = work.held = self._answers(work)
        if self.all and any(answer.status != "reserved" for answer in answers):
            why = N_("Not every contact of the list is lawful, so none was reserved.")
            return refuse(
                "permits.all", why, data={"items": [answer.shown() for answer in answers]}
            )
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Reserve what is lawful and keep every decision, in a few statements for all."""
        batch_id = new_id()
        answers: list[Answer] = work.held
        decisions, permits = [], []
        for number, answer in enumerate(answers):
            if answer.hearing is None:
                continue
            kept = answer.hearing.row(work.actor.id, "permit")
            decisions.append(kept | {"id": _decision_id(batch_id, number)})
            if answer.permit is not None:
                decision_id = _decision_id(batch_id, number)
                answer.permit |= {"id": _permit_id(batch_id, number), "decision_id": decision_id}
                permits.append(answer.permit)
        work.add_many(decision, decisions)
        work.add_many(permit, permits)
        missing = sum(answer.status == "missing" for answer in answers)
        work.note(asked=len(answers), reserved=len(permits), missing=missing)
        return {"id": batch_id, "items": [answer.shown() for answer in answers]}

    def refused(self, work: Work, subject: Subject | None, verdict: Verdict) -> None:
        """Keep the decisions that refused."""
        answers: list[Answer] = work.held
        refusals = [a.hearing for a in answers if a.hearing is not None and a.permit is None]
        work.add_many(decision, [hearing.row(work.actor.id, "permit") for hearing in refusals])
        work.note(asked=len(answers), reserved=0)

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the answers given before, found by the ids that follow from the batch's own."""
        numbers = range(len(self.items))
        ids = {_decision_id(result_id, number): number for number in numbers}
        query = select(decision, permit.c.id.label("permit_id"), permit.c.expires_at).outerjoin(
            permit, permit.c.decision_id == decision.c.id
        )
        told = [answer.shown() for answer in self._answers(work)]  # for what left no decision
        for row in work.all(query.where(decision.c.id.in_(list(ids)))):
            _, answer = unpacked(work.stored(decision, row)["document"])
            reserved = row.permit_id is not None
            told[ids[row.id]] = {
                "status": "reserved" if reserved else "refused",
                "decision": answer,
                **({"id": row.permit_id, "expires_at": row.expires_at} if reserved else {}),
            }
        return {"id": result_id, "items": told}

    def _answers(self, work: Work) -> list[Answer]:
        approaches = [_approach(item, work.now) for item in self.items]
        good = [approach for approach in approaches if isinstance(approach, Approach)]
        found = gather(work, good) if good else Gathered([], work.now)
        return [self._answer(work, found, approach) for approach in approaches]

    def _answer(self, work: Work, found: Gathered, approach: Approach | Invalid) -> Answer:
        if isinstance(approach, Invalid):
            return Answer("invalid", fields=approach.fields)
        try:
            relation = relation_in(found, approach.person_id, work.actor)
            reach: Scope | None = work.reach(self.needs)
            if reach is None or not reach.covers(relation):
                return Answer("missing")
            hearing = hear(found, approach)
        except Missing:
            return Answer("missing")
        except Invalid as fault:
            return Answer("invalid", fields=fault.fields)
        if not hearing.verdict:
            return Answer("refused", hearing)
        row = permit_row(hearing, new_id(), work.actor.id, work.now)
        found.keep(hearing.as_pending(row["id"], row["expires_at"]))
        return Answer("reserved", hearing, permit=row)


def _approach(item: Wanted, now: datetime) -> Approach | Invalid:
    try:
        at = planned_at(item.channel, item.at, now)
    except Invalid as fault:
        return fault
    return Approach(
        item.person_id, item.contact_point_id, item.channel, item.loan_ids, at, item.proposed or {}
    )


def _decision_id(batch_id: UUID, number: int) -> UUID:
    return uuid5(batch_id, f"decision {number}")


def _permit_id(batch_id: UUID, number: int) -> UUID:
    return uuid5(batch_id, f"permit {number}")


__all__: Sequence[str] = ["AT_MOST", "RequestPermits", "Wanted"]
