"""A stored decision judged again: by the books of then, and by what is known of it now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, union

from crm.audit.models import audit_entry, audit_leaf
from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import relation_of
from crm.borrowers.rules import number_of
from crm.contacts.decisions import unpacked
from crm.contacts.facts.approach import Approach
from crm.contacts.facts.document import document_of
from crm.contacts.facts.gathered import ZONES, gather
from crm.contacts.models import contact, decision, permit, permit_event
from crm.contacts.queries.permits import WHOSE
from crm.contacts.queries.records import entry_at
from crm.contacts.rules.hindsight import hindsight, learned
from crm.gate.action import Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.privacy.keyring import SealKeyMissing
from crm.privacy.rows import stored
from crm.rulebook.books import ALWAYS, Books
from crm.rulebook.engine import ENGINE, decide
from crm.rulebook.in_force import shelf
from crm.rulebook.reach import look_back
from crm.rulebook.replay import Answer, Replayed, alike, changes, is_kept, replay
from crm.storage.ids import made_at

_TOLD = ("id", "at", "channel", "asked_for", "allowed", "rule", "engine")


@dataclass(frozen=True)
class ReplayDecision(
    Question, needs=Permission.REPLAY_DECISION, recorded_as="contacts.decision.replayed"
):
    """Judge a stored decision again, by the books of then, and say whether it is the same."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the decision, also that of an erased person: what was decided remains."""
        query = select(decision, *WHOSE, person.c.erasure_begun_at)
        query = query.join(person, person.c.id == decision.c.person_id)
        row = reader.one(query.where(decision.c.id == self.id))
        if row is None:
            raise Missing("decision")
        return Subject("decision", row.id, relation_of(reader.actor, row), row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return what was decided then, what is decided now, and where they differ."""
        assert subject is not None
        row = subject.row
        told = {name: getattr(row, name) for name in _TOLD} | {
            "person_id": None if row.erasure_begun_at else row.person_id,
            "collector": names_of(reader, {row.asked_by}).get(row.asked_by),
            "engine_now": ENGINE,
            "entry": entry_at(reader, row.at, row.asked_by),
        }
        opened = None if row.erasure_begun_at else _opened(row)
        if opened is None:
            return told | _nothing(_erased_by(reader, row.person_id, row.erasure_begun_at))
        return told | _judged(reader, row, *opened)

    def details(self, result: Any) -> dict[str, Any]:
        """Say in the ledger what the replay found."""
        alike = result["decides_alike"]
        return {"answer": str(result["answer"]), **({} if alike is None else {"alike": alike})}


def _opened(row: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    try:
        return unpacked(stored(decision, dict(row._mapping))["document"])
    except SealKeyMissing:
        return None


def _nothing(erased_by: dict[str, Any] | None) -> dict[str, Any]:
    """Return what is left to say of a decision whose facts are gone."""
    empty: dict[str, Any] = dict.fromkeys(("decides_alike", "then", "now", "fault", "known_now"))
    return empty | {"answer": Answer.ERASED, "erased_by": erased_by, "books": [], "changes": []}


def _judged(
    reader: Reader, row: Any, facts: dict[str, Any], then: dict[str, Any]
) -> dict[str, Any]:
    books, found = _as_then(row.id, facts, then)
    return {
        "answer": found.answer,
        "decides_alike": found.decides_alike,
        "erased_by": None,
        "books": [book | {"kept": is_kept(book, books)} for book in then["rulebooks"]],
        "then": then,
        "now": found.now,
        "fault": found.fault,
        "changes": found.changes,
        "known_now": _known_now(reader, row, facts, books) if found.now else None,
    }


def _as_then(
    decision_id: UUID, facts: dict[str, Any], then: dict[str, Any]
) -> tuple[Books, Replayed]:
    """Judge by the shelf as it stood when the decision was made, which its id tells."""
    tries = [
        (books, replay(facts, then, books)) for books in shelf().candidates(made_at(decision_id))
    ]
    return next((one for one in tries if one[1].answer is Answer.SAME), tries[0])


def _known_now(
    reader: Reader, row: Any, facts: dict[str, Any], books: Books
) -> dict[str, Any] | None:
    """Return what was learned since of the time before the contact, and what follows from it.

    Both sides are judged by today's engine and the books of then, so that only the facts differ.
    None where the contact can no longer be put together: a loan or number of it is gone.
    """
    try:
        approach = _approach(reader, row, facts)
        today = document_of(gather(reader, [approach]), approach)
    except (Invalid, Missing):
        return None
    chosen = ALWAYS.union(facts["jurisdictions"])
    since = row.at - timedelta(days=max(look_back(books, chosen))) - ZONES
    known = hindsight(facts, today, since=since)
    again = decide(known, books)
    found = [one for one in changes(decide(facts, books), again) if one.what != "facts_digest"]
    return {
        "learned": list(learned(facts, known)),
        "decision": again,
        "changes": found,
        "decides_alike": alike(found),
    }


def _approach(reader: Reader, row: Any, facts: dict[str, Any]) -> Approach:
    """Return the contact that was judged, as it would be asked for again."""
    proposed = facts["proposed"]
    return Approach(
        person_id=row.person_id,
        contact_point_id=_point(reader, row.person_id, proposed.get("number")),
        channel=row.channel,
        loan_ids=tuple(UUID(debt) for debt in proposed["debts"]),
        at=row.at,
        extra={"direction": proposed.get("direction", "outbound")},
        permit_id=_itself(reader, row.id),
    )


def _point(reader: Reader, person_id: UUID, number: str | None) -> UUID | None:
    """Return the person's contact point of that number, the one made last."""
    query = select(contact_point.c.id, contact_point.c.token).order_by(contact_point.c.id.desc())
    rows = reader.all(query.where(contact_point.c.person_id == person_id))
    if number is None:
        return None
    return next((p.id for p in rows if p.token and number_of(p.token) == number), None)


def _itself(reader: Reader, decision_id: UUID) -> UUID | None:
    """Return what the contact became: its newest record, else its permit; it is no history."""
    event, newer = permit_event, contact.alias("newer")
    permits = union(
        select(permit.c.id).where(permit.c.decision_id == decision_id),
        select(event.c.permit_id).where(event.c.decision_id == decision_id),
    ).subquery()
    corrected = select(newer.c.id).where(newer.c.corrects_id == contact.c.id)
    records = select(contact.c.id).where(
        or_(contact.c.decision_id == decision_id, contact.c.permit_id.in_(select(permits.c.id))),
        ~corrected.exists(),
    )
    found: UUID | None = reader.scalar(records.limit(1))
    return found or reader.scalar(select(permits.c.id).limit(1))


def _erased_by(reader: Reader, person_id: UUID, begun_at: datetime | None) -> dict[str, Any] | None:
    """Return id and number of the entry with which the person's erasure began."""
    if begun_at is None:
        return None
    query = (
        select(audit_entry.c.id, audit_leaf.c.number)
        .outerjoin(audit_leaf, audit_leaf.c.entry_id == audit_entry.c.id)
        .where(audit_entry.c.subject_id == person_id, audit_entry.c.at >= begun_at)
        .order_by(audit_entry.c.at, audit_entry.c.id)
    )
    row = reader.one(query.limit(1))
    return None if row is None else dict(row._mapping)
