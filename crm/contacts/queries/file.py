"""A person's file as a page: who he is, whether he may be reached now, and what was before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crm.borrowers.queries import person_subject
from crm.borrowers.queries.file import person_file
from crm.contacts.queries.call_backs import call_backs_ahead
from crm.contacts.queries.finishing import to_finish
from crm.contacts.queries.meter import meters
from crm.contacts.queries.owed import Owed, cover_contacts, covered, owed_to
from crm.contacts.queries.permits import open_permits
from crm.contacts.queries.records import FILE_VIEWED
from crm.contacts.queries.timeline import timeline
from crm.gate.action import Subject
from crm.gate.errors import Refusal
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.loans.queries import loans_of
from crm.privacy.openers import Looker


@dataclass(frozen=True, kw_only=True)
class FromWork:
    """At which place of one's work one came to a person, of how many, by which filters and order.

    `of` is how many they were when one came: to count them anew all would be judged again.
    """

    work: int | None = None
    of: int | None = None
    show: str | None = None
    bucket: str | None = None
    mine: bool | None = None
    sort: str | None = None

    @property
    def left(self) -> int | None:
        """Return how many come after this one, None where that is not known."""
        if self.work is None or self.of is None:
            return None
        return max(0, self.of - self.work - 1)


@dataclass(frozen=True)
class PersonFile(
    FromWork, Question, needs=Permission.READ_PEOPLE, recorded_as=FILE_VIEWED, once_in=ONE_LOOK
):
    """Everything a desk needs of one person, in a number of statements that never grows.

    `before` turns the pages of the timeline, `kind` leaves one kind of contact in it.
    """

    id: UUID
    before: list[str] | None = None
    kind: str | None = None

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return him, his loans, his meter, his open permits and his contacts."""
        assert subject is not None
        file = self._file(reader, subject)
        points = [
            {"label": p["value"], **{name: p[name] for name in ("id", "kind", "place", "others")}}
            for p in file["person"]["points"]
            if p["active"]
        ]
        lines = meters(reader, {self.id: points})[self.id]
        return file | {
            "lines": lines,
            "zone": next((line["zone"] for line in lines if line["zone"]), None),
            "permits": open_permits(reader, [self.id]).get(self.id, []),
            "list": self,
        }

    def _file(self, reader: Reader, subject: Subject) -> dict[str, Any]:
        return file_of(reader, subject, self.before, self.kind)


@dataclass(frozen=True)
class FileWithOwed(PersonFile, needs=Permission.READ_LOANS, recorded_as="contacts.owed.viewed"):
    """The file with what is owed: whoever dials asks for it, and each time it is recorded."""

    def _file(self, reader: Reader, subject: Subject) -> dict[str, Any]:
        return file_of(reader, subject, self.before, self.kind, asked=True)


def file_of(
    reader: Reader,
    subject: Subject,
    before: list[str] | None,
    kind: str | None = None,
    *,
    asked: bool = False,
) -> dict[str, Any]:
    """Return who stands left of the desk, what he owes, and what stands right of it.

    What is owed is covered for whoever dials, unless he has `asked` or has verified who speaks;
    asking raises Refusal while somebody unknown listens. `owed` says which of these is so.
    """
    looker = Looker(reader.actor.role, subject.relation)
    loans = loans_of(reader, subject.id)
    owed = owed_to(reader, [subject.id], [str(loan["id"]) for loan in loans])
    if asked and not owed.verdict:
        raise Refusal(owed.verdict)
    hidden = owed.is_asked and not asked
    found = person_file(reader, subject)
    himself = [subject.id, *(one["id"] for one in found["alike"] if one["merged"])]
    contacts = timeline(reader, himself, looker, before, kind)
    return {
        "person": found,
        "finish": to_finish(reader, subject.id, contacts["items"]),
        "call_backs": call_backs_ahead(reader, subject.id, found["consents"]),
        "loans": covered(loans) if hidden else loans,
        "owed": owed,
        "contacts": _contacts(contacts, owed, hidden=hidden),
        "now": reader.now,
    }


def _contacts(contacts: Mapping[str, Any], owed: Owed, *, hidden: bool) -> Mapping[str, Any]:
    """Cover what was promised with what is owed; while somebody unknown listens, notes too."""
    return cover_contacts(contacts, words=not owed.verdict) if hidden else contacts
