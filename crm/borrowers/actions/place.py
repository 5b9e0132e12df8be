"""Evidence of where a person is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import contact_point, place_evidence
from crm.borrowers.queries.clock import drops_clock
from crm.borrowers.queries.subjects import belonging, owner_of, person_subject
from crm.borrowers.rules.evidence import RANK, Source
from crm.borrowers.rules.origin import is_clock_of, origin_of_place
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.work import Work
from crm.words import N_


@dataclass(frozen=True)
class RecordPlaceEvidence(
    Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.place_evidence.recorded"
):
    """Keep where a person who proved who he is says he is; whether he did, says who brings it.

    `country` is ISO 3166-1 (CN), `region` ISO 3166-2 (US-NY), `city` a place with a book of its
    own (US-NYC), `zone` an IANA zone where he named it or the place leaves several.
    """

    person_id: UUID
    country: str
    region: str | None = None
    city: str | None = None
    zone: str | None = None
    stated_at: datetime | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return (self.person_id,)

    def subject(self, work: Work) -> Subject:
        """Find the person."""
        return person_subject(work, self.person_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep the statement with the zones it leaves possible."""
        if self.stated_at is not None and self.stated_at > work.now:
            raise Invalid({"stated_at": [N_("This lies in the future.")]})
        origin = origin_of_place(self.country, self.region, self.city)
        if origin is None:
            raise Invalid({"region": [N_("The region is not in that country.")]})
        if self.zone and not is_clock_of(self.zone, self.country, self.region, work.now):
            raise Invalid({"zone": [N_("No clock of that place shows this zone.")]})
        zones = (self.zone,) if self.zone else origin.zones
        evidence_id = work.add(
            place_evidence,
            person_id=self.person_id,
            source=Source.STATEMENT,
            rank=RANK[Source.STATEMENT],
            country=origin.country,
            region=origin.region,
            city=origin.city,
            zones=list(zones),
            observed_at=self.stated_at or work.now,
        )
        return {"id": evidence_id, "person_id": self.person_id}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": self.person_id}


DROPS_CLOCK = N_("A clock or a law that counts would count no more, so a second person must agree.")


@dataclass(frozen=True)
class EndPlaceEvidence(
    Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.place_evidence.ended"
):
    """End what a number or address tells of his place that ended itself in a contact.

    Where a clock or a law counts by it alone, a second person must agree.
    """

    tells = ("source", "country", "region", "zones")
    id: UUID

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return owner_of(work, place_evidence, self.id)

    def subject(self, work: Work) -> Subject:
        """Find it; it lies to the actor as its person does."""
        return belonging(work, place_evidence, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """It ends once, after its number or address; a statement is followed by another."""
        assert subject is not None
        row = subject.row
        if row.ended_at is not None:
            return refuse("place_evidence.ended", N_("It has ended already."))
        until = select(contact_point.c.valid_until).where(
            contact_point.c.id == row.contact_point_id
        )
        if work.scalar(until) is None:
            why = N_("It counts as long as the number or address does that it comes from.")
            return refuse("place_evidence.stands", why)
        if drops_clock(work, row.person_id, evidence_id=self.id):
            return second_person("place_evidence.drops_clock", DROPS_CLOCK)
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it now."""
        assert subject is not None
        work.change(place_evidence, self.id, ended_at=work.now)
        return {"id": self.id, "person_id": subject.row.person_id}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": owner_of(work, place_evidence, result_id)[0]}
