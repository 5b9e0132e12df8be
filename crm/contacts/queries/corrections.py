"""A record and those it corrects: what each of them changed, and what its form starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from crm.borrowers.models import contact_point
from crm.contacts.callers.queries import caller_of
from crm.contacts.models import contact
from crm.contacts.outcomes import is_by_other, is_of_other
from crm.contacts.queries.chain import chain_of
from crm.contacts.queries.owed import covered
from crm.contacts.queries.permits import point_shown
from crm.contacts.queries.records import FILE_VIEWED, OneContact
from crm.contacts.queries.verifying import answers_in, speaker_under
from crm.contacts.rules.records import nobody_spoke
from crm.contacts.rules.verifying import Speaker
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.loans.queries import loans_of
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored
from crm.rulebook.vocabulary import Direction

COMPARED = (
    "outcome",
    "code",
    "contact_point_id",
    "started_at",
    "ended_at",
    "loan_ids",
    "emotion",
    "note",
)


@dataclass(frozen=True)
class ContactPage(
    Question, needs=Permission.READ_CONTACTS, recorded_as=FILE_VIEWED, once_in=ONE_LOOK
):
    """One contact record with what was corrected about it, and what can be."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the record; what is viewed is the file of its person."""
        return OneContact(self.id).subject(reader)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the record, its chain from the first to the newest, his numbers and loans."""
        assert subject is not None
        looker = Looker(reader.actor.role, subject.relation)
        query = select(contact_point).where(contact_point.c.person_id == subject.id)
        points = [
            point_shown(row._asdict(), looker)
            for row in reader.all(query.order_by(contact_point.c.id))
        ]
        numbers = {point["id"]: point["label"] for point in points}
        loans = {str(loan["id"]): loan["number"] for loan in loans_of(reader, subject.id)}
        known = {"contact_point_id": numbers, "loan_ids": loans}
        return OneContact(self.id).read(reader, subject) | {
            "chain": _compared(reader, chain_of(reader, subject.row), looker, known),
            "points": points,
            "speaking": _speaking(reader, subject.row),
            "caller": caller_of(reader, subject.row, subject.relation),
            "loans": covered(loans_of(reader, subject.id)),
        }


def _speaking(reader: Reader, row: Any) -> dict[str, Any] | None:
    """Return who spoke in a contact of ours, and which answers matched; None where nobody did.

    Of one that came in, that it was another; what else is known of it stands with the caller.
    """
    if row.direction == Direction.INBOUND and is_of_other(row.code):
        return {"speaker": Speaker.OTHER, "handed_over": False, "told": {}}
    if row.permit_id is None or nobody_spoke(row.outcome):
        return None
    found = speaker_under(reader, row.permit_id)
    if found is None:
        return None
    told = {answer.item: answer.matches for answer in answers_in(reader, row.permit_id)}
    handed_over = found is not speaker_under(reader, row.permit_id, or_before=True)
    who = Speaker.OTHER if is_by_other(row.code) else found
    return {"speaker": who, "handed_over": handed_over, "told": told}


def _compared(
    reader: Reader, chain: Sequence[Any], looker: Looker, known: dict[str, Any]
) -> list[dict[str, Any]]:
    names = names_of(reader, {row.recorded_by for row in chain})
    shown = [_shown(row, looker, known) for row in chain]
    return [
        {
            "id": row.id,
            "recorded_at": row.recorded_at,
            "by": names.get(row.recorded_by),
            "changes": [
                {"name": name, "before": before[name], "after": now[name]}
                for name in COMPARED
                if before[name] != now[name]
            ],
        }
        for row, before, now in zip(chain, [shown[0], *shown], shown, strict=False)
    ]


def _shown(row: Row[Any], looker: Looker, known: dict[str, Any]) -> dict[str, Any]:
    """Return what can differ, as this reader may see it."""
    values = stored(contact, dict(row._mapping))
    number = known["contact_point_id"].get(row.contact_point_id)
    loans = (known["loan_ids"].get(one) for one in row.loan_ids)
    return {name: values[name] for name in COMPARED} | {
        "note": present(values["note"], looker),
        "contact_point_id": number.text if number else None,
        "loan_ids": ", ".join(one.text if one else "—" for one in loans),
    }
