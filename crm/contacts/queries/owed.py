"""What is owed, for whoever dials: closed until asked for, and while somebody unknown listens.

See docs/decisions/0019-what-is-owed-stays-closed.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.queries.talks import speakers_in, talks_of
from crm.contacts.rules.verifying import Speaker, may_see_owed
from crm.gate.action import Subject
from crm.gate.errors import Refusal
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK
from crm.gate.reader import Reader
from crm.gate.verdict import ALLOWED, Verdict
from crm.loans.models import loan_party
from crm.loans.queries import OneLoan, people_of

# What of a loan tells neither sum nor product nor number.
PLAIN = (
    "id",
    "borrower_id",
    "role",
    "currency",
    "status",
    "bucket",
    "as_of",
    "days_past_due",
    "days_today",
)


@dataclass(frozen=True, slots=True)
class Owed:
    """Whether the actor may see what is owed: `verdict`; `is_asked`: only on asking for it."""

    verdict: Verdict
    is_asked: bool
    is_verified: bool


def owed_to(reader: Reader, person_ids: Iterable[UUID], loan_ids: Iterable[str]) -> Owed:
    """Return how what is owed by these people, or on these loans, lies to the actor.

    Only whoever dials can be speaking with somebody; everybody else sees as his role says.
    """
    if reader.reach(Permission.REQUEST_PERMIT) is None:
        return Owed(ALLOWED, is_asked=False, is_verified=False)
    people, loans = set(person_ids), set(loan_ids)
    talks = [talk for talk in talks_of(reader) if any(talk.is_about(p, loans) for p in people)]
    speakers = speakers_in(reader, talks)
    verified = set(speakers) == {Speaker.VERIFIED}
    return Owed(may_see_owed(speakers), is_asked=not verified, is_verified=verified)


def closed_by_talks(reader: Reader) -> tuple[set[UUID], set[UUID]]:
    """Return the people the actor speaks with, not verified, and the loans that are theirs."""
    talks = talks_of(reader)
    spoken = zip(talks, speakers_in(reader, talks), strict=True)
    people = {talk.person_id for talk, who in spoken if who != Speaker.VERIFIED}
    if not people:
        return set(), set()
    theirs = select(loan_party.c.loan_id).where(loan_party.c.person_id.in_(people))
    return people, {row.loan_id for row in reader.all(theirs)}


def covered(loans: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return loans without sums, product and number; each says that it is `covered`."""
    return [
        {name: loan[name] if name in PLAIN else None for name in loan} | {"covered": True}
        for loan in loans
    ]


def cover_contacts(contacts: Mapping[str, Any], *, words: bool) -> dict[str, Any]:
    """Return a page of the timeline without what was promised; `words`: and without notes."""
    return {**contacts, "items": [cover_contact(item, words=words) for item in contacts["items"]]}


def cover_contact(item: Mapping[str, Any], *, words: bool) -> dict[str, Any]:
    """Return one contact so."""
    said = [
        thing | {"document": None} if words or thing["kind"] == "promise" else thing
        for thing in item["said"]
    ]
    return {**item, "said": said, "note": None if words else item["note"]}


@dataclass(frozen=True)
class LoanSeen(
    OneLoan, needs=Permission.READ_LOANS, recorded_as="loans.loan.viewed", once_in=ONE_LOOK
):
    """One loan, unless somebody who was not verified listens."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return it as it is; raise Refusal while its person, or another of it, is spoken with."""
        assert subject is not None
        owed = owed_to(reader, people_of(subject.row), [str(self.id)])
        if not owed.verdict:
            raise Refusal(owed.verdict)
        return super().read(reader, subject)
