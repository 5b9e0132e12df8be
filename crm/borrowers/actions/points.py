"""Contact points: added, ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.actions.matching import MATCHING, propose
from crm.borrowers.actions.place import DROPS_CLOCK
from crm.borrowers.models import circumstance, consent, contact_point, place_evidence
from crm.borrowers.queries.clock import drops_clock
from crm.borrowers.queries.subjects import belonging, owner_of, person_subject
from crm.borrowers.rules.evidence import RANK, Source
from crm.borrowers.rules.origin import Origin, origin_of_address, origin_of_phone
from crm.borrowers.rules.points import EndReason, PointKind, number_of, spelt
from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse, second_person
from crm.gate.work import Work
from crm.privacy.index import token
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.rulebook.vocabulary import CircumstanceKind
from crm.words import N_


@dataclass(frozen=True)
class AddContactPoint(
    Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.contact_point.added"
):
    """Add a number or address of a person, with the evidence of place it brings.

    `country` and `region` (ISO 3166) say where a postal address is.
    """

    person_id: UUID
    kind: str
    value: Sealed
    place: str = "other"
    address_type: str = "personal"
    country: str | None = None
    region: str | None = None
    source: str = "form"
    said_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person, and what makes people alike."""
        return self.person_id, MATCHING

    def subject(self, work: Work) -> Subject:
        """Find the person."""
        return person_subject(work, self.person_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Add it in its one spelling, and where it points to."""
        text = spelt(self.kind, reopen(self.value))
        if text is None:
            raise Invalid({"value": [_FAULTS[PointKind(self.kind)]]})
        if self.kind == PointKind.POSTAL and self.country is None:
            raise Invalid({"country": [N_("Say in which country the address is.")]})
        opaque = token("contact_point", text)
        if work.scalar(_same(self.person_id, opaque)):
            raise Invalid({"value": [N_("The person has this one already.")]})
        if self.source == "form" and _is_struck(work, self.person_id, opaque):
            raise Invalid({"value": [_STRUCK]})
        point_id = work.add(
            contact_point,
            person_id=self.person_id,
            kind=self.kind,
            place=self.place,
            address_type=self.address_type,
            value=Sealed.fresh(text),
            token=opaque,
            valid_from=work.now,
            source=self.source,
            said_id=self.said_id,
            created_at=work.now,
            version=1,
        )
        self._locate(work, text, point_id)
        anew = propose(work, [self.person_id])
        return {"id": point_id, "person_id": self.person_id, "people_anew": anew}

    def _locate(self, work: Work, text: str, point_id: UUID) -> None:
        """Write down where the number's area code or the address points to, if anywhere."""
        filed = self.source == "file"
        source, origin = Source.AREA_CODE if filed else Source.AREA_CODE_TOLD, Origin()
        if self.kind == PointKind.PHONE:
            origin = origin_of_phone(text)
        elif self.kind == PointKind.POSTAL and self.country is not None:
            source = Source.ADDRESS if filed else Source.ADDRESS_TOLD
            origin = origin_of_address(text, self.country, self.region)
        if origin.country is not None:
            work.add(
                place_evidence,
                person_id=self.person_id,
                contact_point_id=point_id,
                source=source,
                rank=RANK[source],
                country=origin.country,
                region=origin.region,
                city=origin.city,
                zones=list(origin.zones),
                observed_at=work.now,
            )

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": self.person_id}


@dataclass(frozen=True)
class EndContactPoint(
    Action, needs=Permission.EDIT_PEOPLE, recorded_as="borrowers.contact_point.ended"
):
    """End a number or address that is no longer the person's; consents and evidence end with it.

    Said in a contact it ends at once; then a clock or law that counts by it alone goes on counting,
    until two people agree to end that too (`EndPlaceEvidence`).
    """

    tells = ("kind", "place", "valid_from")
    id: UUID
    reason: str
    contact_id: UUID | None = None

    def locks(self, work: Work) -> Iterable[UUID]:
        """Hold the person."""
        return owner_of(work, contact_point, self.id)

    def subject(self, work: Work) -> Subject:
        """Find the contact point."""
        return belonging(work, contact_point, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """It ends once; by hand and where that drops a clock, by two people (decision 0031)."""
        assert subject is not None
        if subject.row.valid_until is not None:
            return refuse("contact_point.ended", N_("It has ended already."))
        if self.contact_id is None and drops_clock(work, subject.row.person_id, point_id=self.id):
            return second_person("contact_point.drops_clock", DROPS_CLOCK)
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it with all that hangs on it; whose number it never was, that is written down."""
        assert subject is not None
        row = subject.row
        work.change(
            contact_point,
            self.id,
            version=row.version,
            valid_until=work.now,
            ended_because=self.reason,
        )
        number = number_of(row.token)
        if self.contact_id is None or not drops_clock(work, row.person_id, point_id=self.id):
            for found in work.all(_evidence_of(self.id)):
                work.change(place_evidence, found.id, ended_at=work.now)
        for given in work.all(_consents_of(row.person_id)):
            if (given.scope or {}).get("number") == number:
                until = work.now.isoformat()
                work.change(consent, given.id, version=given.version, until=until)
        if self.reason in {EndReason.WRONG_NUMBER, EndReason.REASSIGNED}:
            work.add(
                circumstance,
                person_id=row.person_id,
                kind=CircumstanceKind.WRONG_NUMBER,
                since=work.now.isoformat(),
                scope={"number": number},
                source="said" if self.contact_id else "form",
                contact_id=self.contact_id,
                created_at=work.now,
                version=1,
            )
        return {"id": self.id, "person_id": row.person_id}

    def again(self, work: Work, result_id: UUID) -> Any:
        """Answer a repeat as the first time."""
        return {"id": result_id, "person_id": owner_of(work, contact_point, result_id)[0]}


_FAULTS = {
    PointKind.PHONE: N_("Give a telephone number with its country code, such as +86 10 6618 5114."),
    PointKind.EMAIL: N_("Give an e-mail address, such as name@example.com."),
    PointKind.POSTAL: N_("Give the address in up to six lines."),
    PointKind.IM: N_("Give the name of the account, without spaces."),
}


def has_point(work: Work, person_id: UUID, kind: str, value: Sealed) -> bool:
    """Tell whether a person has this number or address already, however it is written."""
    text = spelt(kind, reopen(value))
    return text is not None and (
        work.scalar(_same(person_id, token("contact_point", text))) is not None
    )


def _same(person_id: UUID, opaque: bytes) -> Any:
    return select(contact_point.c.id).where(
        contact_point.c.person_id == person_id,
        contact_point.c.token == opaque,
        contact_point.c.valid_until.is_(None),
    )


def _is_struck(work: Work, person_id: UUID, opaque: bytes) -> bool:
    """Tell whether this was found not to be his, and that stands."""
    query = select(circumstance).where(
        circumstance.c.person_id == person_id,
        circumstance.c.kind == CircumstanceKind.WRONG_NUMBER,
        circumstance.c.lifted_at.is_(None),
    )
    return any((row.scope or {}).get("number") == number_of(opaque) for row in work.all(query))


_STRUCK = N_(
    "It was found not to be theirs, and no contact goes there. If it is theirs after all, lift the "
    "wrong number first, under what stops or shapes contact."
)


def _evidence_of(point_id: UUID) -> Any:
    return select(place_evidence.c.id).where(
        place_evidence.c.contact_point_id == point_id, place_evidence.c.ended_at.is_(None)
    )


def _consents_of(person_id: UUID) -> Any:
    columns = (consent.c.id, consent.c.scope, consent.c.version)
    return select(*columns).where(consent.c.person_id == person_id, consent.c.revoked_at.is_(None))
