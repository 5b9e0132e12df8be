"""Open permits judged anew wherever a fact about their person changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from crm.borrowers.actions.circumstances import LiftCircumstance, RecordCircumstance
from crm.borrowers.actions.consents import RecordConsent, RevokeConsent
from crm.borrowers.actions.deciding import MergePeople, ReopenMatch, TellApart
from crm.borrowers.actions.identifying import IdentifyPeople
from crm.borrowers.actions.mistaken import ReopenContactPoint
from crm.borrowers.actions.people import CreatePerson, EditPerson
from crm.borrowers.actions.place import RecordPlaceEvidence
from crm.borrowers.actions.points import AddContactPoint, EndContactPoint
from crm.contacts.actions.catching_up import CatchUp
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.for_colleague import LogForColleague
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import approach_of
from crm.contacts.actions.stating import StatePlace
from crm.contacts.actions.unpermitted import ImportContact, LogUnpermitted
from crm.contacts.callers.strangers import HearStranger
from crm.contacts.facts.gathered import gather
from crm.contacts.hearing import hear
from crm.contacts.imports.actions import ImportConsents, ImportContacts, ImportStops
from crm.contacts.locks import about
from crm.contacts.models import permit_event
from crm.contacts.queries.reserved import reserved_for
from crm.gate.action import Action, Subject
from crm.gate.locks import Filled
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.loans.actions import AddParty, RecordPayment
from crm.loans.imports.actions.batches import ImportBatch


@dataclass(frozen=True)
class RejudgePermits(
    Action, needs=Permission.REJUDGE_PERMITS, recorded_as="contacts.permits.rejudged"
):
    """Judge every reservation of a person anew, and of those approached for him; end the refused.

    It follows whatever changes a fact, in the same transaction.
    """

    person_id: UUID

    @classmethod
    def built_from(cls, _earlier: Any, result: Any) -> Sequence["RejudgePermits"]:
        """Follow every change of a fact of one person, and a payment once nothing is owed."""
        if "people_anew" in result:  # a file changed facts of many
            return [cls(person_id) for person_id in result["people_anew"]]
        anew = result.get("judged_anew", result.get("paid_in_full", True))
        return [cls(result["person_id"])] if anew else []

    def locks(self, work: Work) -> Filled:
        """Hold the person, his loans and whose they are."""
        return about([self.person_id])

    def subject(self, work: Work) -> Subject:
        """Name the person; whoever changed the fact may see it through."""
        return Subject("person", self.person_id, Scope.OWN)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End each reservation that is refused at the instant it is planned for."""
        rows = work.all(reserved_for(self.person_id, work.now))
        ended = self._ended(work, rows) if rows else 0
        work.note(judged=len(rows), ended=ended)
        return {"id": None, "ended": ended}

    def _ended(self, work: Work, rows: Sequence[Row[Any]]) -> int:
        approaches = [approach_of(row, work, planned=True) for row in rows]
        found = gather(work, approaches)
        ended = 0
        for approach in approaches:
            hearing = hear(found, approach)
            verdict = hearing.verdict
            if verdict:
                continue
            ended += 1
            work.add(
                permit_event,
                permit_id=approach.permit_id,
                kind="ended",
                at=work.now,
                by=work.actor.id,
                decision_id=hearing.keep(work, "end"),
                reason=verdict.rule[:80],
            )
        return ended


for _changes in (
    RecordCircumstance,
    LiftCircumstance,
    RecordConsent,
    RevokeConsent,
    CreatePerson,
    TellApart,
    IdentifyPeople,
    MergePeople,
    ReopenMatch,
    EditPerson,
    AddContactPoint,
    EndContactPoint,
    ReopenContactPoint,
    RecordPlaceEvidence,
    StatePlace,
    RecordPayment,
    AddParty,
    ImportBatch,
    ImportContacts,
    ImportStops,
    ImportConsents,
    LogContact,
    LogForColleague,
    LogUnpermitted,
    HearStranger,
    CatchUp,
    ImportContact,
    CorrectContact,
):
    Action.followers.setdefault(_changes, []).append(RejudgePermits)
