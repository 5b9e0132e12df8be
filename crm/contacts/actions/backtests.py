"""A back-test asked for, and what it found kept beside its draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.backtest.trying import days_before
from crm.gate.action import Action, Subject
from crm.gate.errors import Missing, Stale
from crm.gate.jobs import enqueue
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.rulebook.actions.shelving import draft_subject
from crm.rulebook.models import back_test, back_test_case
from crm.rulebook.versions.kept import DRAFT
from crm.storage.ids import new_id
from crm.words import N_

JOB = "contacts.back_test"
LONGEST = 400  # days


@dataclass(frozen=True)
class AskBackTest(Action, needs=Permission.CHANGE_BOOKS, recorded_as="contacts.back_test.asked"):
    """Have a draft tried on the contacts and permits of the last `days` days, as a job."""

    draft_id: UUID
    days: int

    def subject(self, work: Work) -> Subject:
        """Find the draft."""
        return draft_subject(work, self.draft_id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Only what judges nobody yet needs trying."""
        assert subject is not None
        if subject.row.state != DRAFT:
            return refuse("book.not_a_draft", N_("Only a draft is back-tested."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Put the job into the queue; return the back-test's id and the job's."""
        assert subject is not None
        since, until = days_before(work.now, self.days)
        test_id = new_id()
        job_id = enqueue(work, JOB, {"back_test_id": str(test_id)})
        work.add(
            back_test,
            id=test_id,
            version_id=self.draft_id,
            sha256=subject.row.sha256,
            since=since,
            until=until,
            asked_by=work.actor.id,
            asked_at=work.now,
            job_id=job_id,
            version=1,
        )
        return {"id": test_id, "job_id": job_id}

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Return the back-test asked for before."""
        row = work.one(select(back_test.c.job_id).where(back_test.c.id == result_id))
        assert row is not None
        return {"id": result_id, "job_id": row.job_id}


@dataclass(frozen=True)
class KeepBackTest(Action, needs=Permission.CHANGE_BOOKS, recorded_as="contacts.back_test.kept"):
    """Keep what a back-test found: its figures on record, its cases to be looked through."""

    id: UUID
    summary: Mapping[str, Any]
    cases: Sequence[Mapping[str, Any]]

    def subject(self, work: Work) -> Subject:
        """Find the back-test."""
        row = work.one(select(back_test).where(back_test.c.id == self.id))
        if row is None:
            raise Missing("back_test")
        return Subject("back_test", row.id, row=row)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Write it down, once."""
        assert subject is not None
        if subject.row.finished_at is not None:
            raise Stale("back_test")
        work.change(
            back_test,
            self.id,
            version=subject.row.version,
            finished_at=work.now,
            summary=self.summary,
        )
        for case in self.cases:
            work.keep(back_test_case, id=new_id(), back_test_id=self.id, **case)
        work.note(tried=self.summary["tried"], turned=self.summary["turned"])
        return {"id": self.id}
