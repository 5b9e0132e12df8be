"""One back-test: how far it is, its figures with names, and the contacts that would change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from crm.contacts.backtest.trying import MOST_CASES
from crm.contacts.models import decision
from crm.contacts.queries.laws import law_of
from crm.gate.action import Subject
from crm.gate.cursor import sealed
from crm.gate.errors import Missing
from crm.gate.jobs import job
from crm.gate.permissions import Permission
from crm.gate.question import ONE_LOOK, Question
from crm.gate.reader import Reader
from crm.identity.models import team
from crm.identity.queries import names_of
from crm.rulebook.models import back_test, back_test_case, book_version

PAGE = 50
LIST = "contacts.back_test"


@dataclass(frozen=True)
class OneBackTest(
    Question,
    needs=Permission.READ_DRAFTS,
    recorded_as="contacts.back_test.viewed",
    once_in=ONE_LOOK,
):
    """What a draft would have refused, or newly allowed; `effect` and `rule` narrow the list."""

    id: UUID
    effect: str | None = None
    rule: str | None = None
    after: list[str] | None = None

    def subject(self, reader: Reader) -> Subject:
        """Find it, with its draft and its job."""
        query = (
            select(
                back_test,
                book_version.c.book,
                book_version.c.edition,
                book_version.c.sha256.label("sha256_now"),
                job.c.state,
                job.c.progress,
                job.c.cancel_asked_at,
                job.c.fault,
            )
            .join(book_version, book_version.c.id == back_test.c.version_id)
            .outerjoin(job, job.c.id == back_test.c.job_id)
        )
        row = reader.one(query.where(back_test.c.id == self.id))
        if row is None:
            raise Missing("back_test")
        return Subject("back_test", row.id, row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return its figures, and one page of the cases in the order they happened."""
        assert subject is not None
        row = subject.row
        summary = row.summary or {"tried": {}, "turned": {}, "by": {}}
        return dict(row._mapping) | {
            "summary": summary,
            "figures": _figures(reader, summary["by"]),
            "more": max(0, sum(summary["turned"].values()) - MOST_CASES),
            "filters": self,
            "is_of_today": row.sha256 == row.sha256_now,
            **self._cases(reader),
        }

    def _cases(self, reader: Reader) -> dict[str, Any]:
        query = (
            select(back_test_case, decision.c.channel, decision.c.person_id)
            .join(decision, decision.c.id == back_test_case.c.decision_id)
            .where(back_test_case.c.back_test_id == self.id)
            .order_by(back_test_case.c.at, back_test_case.c.id)
        )
        if self.effect:
            query = query.where(back_test_case.c.effect == self.effect)
        if self.rule:
            query = query.where(back_test_case.c.rule == self.rule)
        if self.after:
            at, case_id = datetime.fromisoformat(self.after[0]), UUID(self.after[1])
            same = and_(back_test_case.c.at == at, back_test_case.c.id > case_id)
            query = query.where(or_(back_test_case.c.at > at, same))
        rows = [dict(row._mapping) for row in reader.all(query.limit(PAGE + 1))]
        names = names_of(reader, {row["collector_id"] for row in rows})
        shown = [row | {"collector": names.get(row["collector_id"])} for row in rows[:PAGE]]
        last = shown[-1] if len(rows) > PAGE else None
        cursor = sealed(LIST, [last["at"].isoformat(), str(last["id"])]) if last else None
        return {"items": shown, "next": cursor}


def _figures(reader: Reader, by: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the figures of each rule, team and collector under their names, most first."""
    people = {UUID(key) for key in by.get("collector", {})}
    teams = {UUID(key) for key in by.get("team", {}) if key}
    names = names_of(reader, people)
    named = select(team.c.id, team.c.name).where(team.c.id.in_(teams))
    called = {row.id: row.name for row in reader.all(named)}
    return {
        "rule": _most_first(
            (key, law_of(key)["title"], c) for key, c in by.get("rule", {}).items()
        ),
        "team": _most_first(
            (key, called.get(UUID(key)) if key else None, c)
            for key, c in by.get("team", {}).items()
        ),
        "collector": _most_first(
            (key, names.get(UUID(key)), c) for key, c in by.get("collector", {}).items()
        ),
    }


def _most_first(found: Iterable[tuple[str, Any, Mapping[str, int]]]) -> list[dict[str, Any]]:
    lines = [
        {
            "id": key or None,
            "name": name,
            "refused": counts.get("refused", 0),
            "allowed": counts.get("allowed", 0),
        }
        for key, name, counts in found
    ]
    return sorted(lines, key=lambda line: -(line["refused"] + line["allowed"]))
