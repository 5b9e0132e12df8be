"""The day-one question: what this house does not know yet, kept in memory under the generation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select

from crm.contacts.models import contact, day_one
from crm.contacts.rules.day_one import DayOne, unanswered
from crm.contacts.rules.records import Mark
from crm.gate.action import Subject
from crm.gate.approvals import LASTS, RequestState, approval
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.queries import names_of
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reach import look_back
from crm.rulebook.wishes import wishes
from crm.storage.database import database

ATTESTED = "contacts.day_one.attested"
THE_QUESTION = UUID("0d9b8a56-6f4c-5d0e-8a3f-3c8f6e2b7a11")  # answered by one at a time
ID_OF = {one: uuid5(THE_QUESTION, one) for one in DayOne}  # what a request is about


class _Holder:
    """What this process knows to be open; until it has looked, everything is."""

    missing: tuple[DayOne, ...] = tuple(DayOne)


def missing() -> tuple[DayOne, ...]:
    """Return what must be brought in or attested before permits are given; no statement."""
    return _Holder.missing


def look_again() -> None:
    """Read what was answered; the generation has every process do so when that changes."""
    with database().glance() as connection:
        rows = connection.execute(select(day_one.c.question)).scalars().all()
    _Holder.missing = unanswered(rows)


@dataclass(frozen=True)
class SetUp(Question, needs=Permission.READ_SET_UP):
    """What is still missing before this house may contact anybody, and who answered what."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return each part of the day-one question with its answer, or who asks for one."""
        rows = {row.question: row for row in reader.all(select(day_one))}
        asked = {row.subject_id: row.requested_by for row in reader.all(_waiting(reader))}
        people = {row.answered_by for row in rows.values()} | {*asked.values()}
        names = names_of(reader, people - {None})
        days, _ = look_back(books_in_force())
        items = [_told(one, rows.get(one), asked, names) for one in DayOne]
        return {
            "open": not unanswered(rows),
            "items": items,
            "oldest": oldest_contact(reader),
            "days": days,
            "since": (reader.now - timedelta(days=days)).date(),
            "wishes": wishes(books_in_force(), reader.now)._asdict(),
        }


def oldest_contact(reader: Reader) -> datetime | None:
    """Return when the oldest contact was that a file brought in; None where there is none."""
    oldest = select(func.min(contact.c.started_at)).where(contact.c.mark == Mark.EXTERNAL_FILE)
    return reader.scalar(oldest)  # type: ignore[no-any-return]  # a Moment


def _waiting(reader: Reader) -> Any:
    return select(approval.c.subject_id, approval.c.requested_by).where(
        approval.c.action == ATTESTED,
        approval.c.state == RequestState.WAITING,
        approval.c.requested_at >= reader.now - LASTS,
    )


def _told(question: DayOne, row: Any, asked: Mapping[UUID, UUID], names: Any) -> dict[str, Any]:
    asker = asked.get(ID_OF[question])
    return {
        "question": question,
        "answer": row and row.answer,
        "at": row and row.at,
        "by": row and names.get(row.answered_by),
        "run_id": row and row.run_id,
        "waits": row is None and asker is not None,
        "asked_by": names.get(asker) if asker else None,
    }
