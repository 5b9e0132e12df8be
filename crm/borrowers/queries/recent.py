"""The files one looked at lately: from the record of one's own looks, nothing kept besides."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from crm.audit.entry import Outcome
from crm.audit.models import audit_entry
from crm.borrowers.models import person
from crm.borrowers.queries.lines import lines, lines_query
from crm.borrowers.queries.subjects import within
from crm.gate.action import Subject
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope

MOST = 8
LOOKS = timedelta(days=7)
FILE_VIEWED = "borrowers.person.viewed"


@dataclass(frozen=True)
class RecentFiles(
    Question,
    needs=Permission.READ_PEOPLE,
    recorded_as="borrowers.recent.listed",
    once_in=ONE_LOOK,
):
    """The people whose files one looked at last and may still see, the latest first."""

    def subject(self, reader: Reader) -> Subject:
        """Return oneself: the list is one's own."""
        return Subject("account", reader.actor.id, Scope.OWN)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return at most eight, masked for a list, in two statements and the names."""
        its = audit_entry.c
        latest = func.max(its.at).label("at")
        looked = (
            select(its.subject_id, latest)
            .where(its.actor_id == reader.actor.id, its.action == FILE_VIEWED)
            .where(its.outcome == Outcome.READ, its.at > reader.now - LOOKS)
            .group_by(its.subject_id)
            .subquery()
        )
        query = (
            lines_query(looked.c.at.label("looked_at"))
            .join(looked, looked.c.subject_id == person.c.id)
            .where(within(reader, Permission.READ_PEOPLE))
            .order_by(looked.c.at.desc(), person.c.id)
            .limit(MOST)
        )
        rows = reader.all(query)
        times = {row.id: row.looked_at for row in rows}
        return {"items": [one | {"looked_at": times[one["id"]]} for one in lines(reader, rows)]}
