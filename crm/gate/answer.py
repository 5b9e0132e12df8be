"""The other half of the door: every question is permitted, read, and recorded where due."""

from typing import Any

from sqlalchemy import bindparam, select

from crm.audit.entry import Outcome
from crm.audit.models import audit_entry
from crm.gate.action import Subject
from crm.gate.errors import Missing, Refusal
from crm.gate.permissions import reaches, scope_of
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.gate.verdict import refuse
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.storage.database import database
from crm.storage.prepared import Prepared
from crm.words import N_

_RECENT = Prepared(
    select(audit_entry.c.id)
    .where(
        audit_entry.c.subject_id == bindparam("subject"),
        audit_entry.c.at > bindparam("since"),
        audit_entry.c.actor_id == bindparam("actor"),
        audit_entry.c.action == bindparam("name"),
        audit_entry.c.outcome == Outcome.READ,
    )
    .limit(1)
)


def answer(question: Question, actor: Actor) -> Any:
    """Return what `question` asks; its entry is in the ledger before the answer leaves.

    Raises Refusal (recorded), Missing or Invalid.
    """
    subject: Subject | None = None
    try:
        with database().read() as connection:
            reader = Reader(connection, actor)
            subject = _permitted(reader, question)
            result = question.read(reader, subject)
            due = _is_due(reader, question, subject)
    except _OutOfScope as no:
        _record(question, actor, no.subject, "permission.scope", {})
        raise Missing(no.subject.type) from None
    except Refusal as no:
        _record(question, actor, subject, no.rule, {})
        no.recorded = True
        raise
    if due:
        _record(question, actor, subject, "", question.details(result))
    return result


class _OutOfScope(Exception):
    """The subject exists, but not for who asks."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject.type)
        self.subject = subject


def _permitted(reader: Reader, question: Question) -> Subject | None:
    role = reader.actor.role
    if scope_of(role, question.needs) is None:
        no = refuse("permission.denied", N_("Your role may not see this."))
        raise Refusal(no, by_permission=True)
    subject = question.subject(reader)
    if subject is not None and not reaches(role, question.needs, subject.relation):
        raise _OutOfScope(subject)
    return subject


def _is_due(reader: Reader, question: Question, subject: Subject | None) -> bool:
    """Tell whether this view needs an entry of its own, or a recent one covers it."""
    if question.recorded_as is None:
        return False
    if question.once_in is None or subject is None:
        return True
    wanted = {
        "subject": subject.id,
        "since": reader.now - question.once_in,
        "actor": reader.actor.id,
        "name": question.recorded_as,
    }
    return reader.scalar(_RECENT, wanted) is None


def _record(
    question: Question, actor: Actor, subject: Subject | None, rule: str, details: dict[str, Any]
) -> None:
    name = question.recorded_as or "gate.question.refused"
    if rule:
        details = {"question": type(question).__name__}
    with database().write() as connection:
        work = Work(connection, actor)
        work.record_read(name, subject, details, rule)
        work.finish()
