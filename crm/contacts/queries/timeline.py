"""The contacts of a person, newest first, each with the mark of its decision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select

from crm.borrowers.queries import person_subject
from crm.borrowers.queries.alike import merged_with
from crm.contacts.models import contact, decision, permit, said, said_withdrawal
from crm.contacts.queries.laws import law_of
from crm.gate.action import Subject
from crm.gate.cursor import sealed
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.privacy.masks import Context
from crm.privacy.openers import Looker, present
from crm.privacy.rows import stored
from crm.rulebook.vocabulary import Channel
from crm.storage.prepared import Prepared
from crm.storage.types import Id, Moment

PAGE = 20
LIST = "contacts.person"
# What of a person's contacts one wants to see, each as a condition on its row.
KINDS: dict[str, ColumnElement[bool]] = {
    "calls": contact.c.channel.in_((Channel.CALL, Channel.RINGLESS_VOICEMAIL)),
    "messages": contact.c.channel.in_(
        (Channel.SMS, Channel.IM, Channel.EMAIL, Channel.SOCIAL_PRIVATE, Channel.SOCIAL_PUBLIC)
    ),
    "letters": contact.c.channel == Channel.LETTER,
    "visits": contact.c.channel == Channel.VISIT,
    "spoken": contact.c.outcome.in_(
        ("conversation", "effective_conversation", "inbound_conversation", "met")
    ),
    "from_them": contact.c.direction == "inbound",
    "unlawful": decision.c.allowed.is_(False),
}


def contact_rows() -> Select[Any]:
    """Return the records that count (of corrected ones the newest), with their decisions."""
    newer = contact.alias("newer")
    return (
        select(contact, decision.c.allowed, decision.c.rule)
        .outerjoin(decision, decision.c.id == contact.c.decision_id)
        .where(~select(newer.c.id).where(newer.c.corrects_id == contact.c.id).exists())
    )


def timeline(
    reader: Reader,
    people: Collection[UUID],
    looker: Looker,
    before: Sequence[str] | None = None,
    kind: str | None = None,
) -> dict[str, Any]:
    """Return one page of a person's contacts in three statements, one more for each correction.

    `people` is he, with whoever was decided to be one with him.

    `kind` leaves those of one kind: a word of KINDS.
    """
    values: dict[str, Any] = {"people": list(people)}
    if before:
        values |= {"moment": datetime.fromisoformat(before[0]), "last": UUID(before[1])}
    found = reader.all(_page(kind, further=bool(before)), values)
    rows = [dict(row._mapping) for row in found]
    shown = rows[:PAGE]
    items = with_words(reader, shown, looker)
    last = shown[-1] if len(rows) > PAGE else None
    cursor = sealed(LIST, [last["started_at"].isoformat(), str(last["id"])]) if last else None
    return {"items": items, "next": cursor, "kind": kind}


@cache
def _page(kind: str | None, *, further: bool) -> Prepared:
    """Return the statement of a page of one kind, the first or a further one; there are few."""
    query = contact_rows().where(contact.c.person_id.in_(bindparam("people", expanding=True)))
    if kind is not None:
        query = query.where(KINDS[kind])
    at, last = contact.c.started_at, contact.c.id
    if further:
        query = query.where(
            older(at, last, bindparam("moment", type_=Moment), bindparam("last", type_=Id))
        )
    return Prepared(query.order_by(at.desc(), last.desc()).limit(PAGE + 1))


def with_words(
    reader: Reader,
    rows: Sequence[Mapping[str, Any]],
    looker: Looker,
    context: Context = Context.PAGE,
) -> list[dict[str, Any]]:
    """Return contacts as they may be shown: notes masked, who spoke, and what was said.

    What was said stays said when a record is corrected, so a record has also what those say that
    it corrects.
    """
    made_by = _made_by(reader, rows)
    names = names_of(reader, {*(row["recorded_by"] for row in rows), *made_by.values()})
    things = _said(reader, _records_of(reader, rows), looker, context)
    return [
        {
            **row,
            **law_of(row.get("rule")),
            "note": present(stored(contact, row)["note"], looker, context),
            "by": names.get(row["recorded_by"]),
            "made_by": names.get(made_by[row["permit_id"]])
            if row["permit_id"] in made_by
            else None,
            "said": things.get(row["id"], []),
        }
        for row in rows
    ]


def _made_by(reader: Reader, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, UUID]:
    """Return who made what a colleague wrote down, by permit; mostly there is none."""
    permits = {row["permit_id"] for row in rows if row["permit_id"] and row["reason"]}
    if not permits:
        return {}
    query = select(permit.c.id, permit.c.reserved_by).where(permit.c.id.in_(permits))
    return {row.id: row.reserved_by for row in reader.all(query)}


def older_than(at: Any, row_id: Any, before: Sequence[str]) -> Any:
    """Return the condition on two columns of a page that begins after what a cursor names."""
    return older(at, row_id, datetime.fromisoformat(before[0]), UUID(before[1]))


def older(at: Any, row_id: Any, moment: Any, last_id: Any) -> Any:
    """Return the condition on two columns of what lies before a moment and id, newest first."""
    return or_(at < moment, and_(at == moment, row_id < last_id))


def _records_of(reader: Reader, rows: Sequence[Mapping[str, Any]]) -> dict[UUID, UUID]:
    """Return these records and those they correct, each with the one under which it is shown."""
    found = {row["id"]: row["id"] for row in rows}
    ahead = {row["corrects_id"]: row["id"] for row in rows if row["corrects_id"]}
    while ahead:
        found |= ahead
        older = select(contact.c.id, contact.c.corrects_id).where(
            contact.c.id.in_(list(ahead)), contact.c.corrects_id.is_not(None)
        )
        ahead = {row.corrects_id: ahead[row.id] for row in reader.all(older)}
    return found


_SAID = Prepared(
    select(said, said_withdrawal.c.withdrawn_at, said_withdrawal.c.withdrawn_by)
    .outerjoin(said_withdrawal, said_withdrawal.c.said_id == said.c.id)
    .where(said.c.contact_id.in_(bindparam("records", expanding=True)))
    .order_by(said.c.id)
)


def _said(
    reader: Reader, records: Mapping[UUID, UUID], looker: Looker, context: Context
) -> dict[UUID, list[dict[str, Any]]]:
    rows = reader.all(_SAID, {"records": list(records)}) if records else ()
    names = names_of(reader, {row.withdrawn_by for row in rows if row.withdrawn_by})
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        values = stored(said, {column.name: getattr(row, column.name) for column in said.c})
        thing = {
            "id": row.id,
            "contact_id": row.contact_id,
            "kind": row.kind,
            "loan_id": row.loan_id,
            "document": present(values["document"], looker, context),
            "withdrawn_at": row.withdrawn_at,
            "withdrawn_by": names.get(row.withdrawn_by),
        }
        found.setdefault(records[row.contact_id], []).append(thing)
    return found


@dataclass(frozen=True)
class ContactsOfPerson(
    Question, needs=Permission.READ_CONTACTS, recorded_as="contacts.contact.listed"
):
    """The contacts of one person, newest first."""

    id: UUID
    before: list[str] | None = None
    kind: str | None = None

    def subject(self, reader: Reader) -> Subject:
        """Find the person."""
        return person_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return one page and the cursor of the next."""
        assert subject is not None
        looker = Looker(reader.actor.role, subject.relation)
        people = merged_with(reader, subject.row)
        return timeline(reader, people, looker, self.before, self.kind)
