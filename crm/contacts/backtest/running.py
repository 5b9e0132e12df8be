"""What the worker does for a back-test: try the draft, tell how far it is, keep the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.contacts.actions.backtests import JOB, KeepBackTest
from crm.contacts.backtest import trying
from crm.contacts.backtest.trying import BackTest
from crm.gate.action import Subject
from crm.gate.answer import answer
from crm.gate.errors import Missing, Stale
from crm.gate.jobs import Progress, runs
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Actor
from crm.rulebook.models import back_test, book_version


@dataclass(frozen=True)
class TestToRun(Question, needs=Permission.CHANGE_BOOKS):
    """A back-test that was asked for, with the draft as it stands."""

    id: UUID

    def read(self, reader: Reader, subject: Subject | None) -> Any:
        """Return its row with the draft's text and digest; raise Missing where there is none."""
        query = select(
            back_test, book_version.c.text, book_version.c.sha256.label("sha256_now")
        ).join(book_version, book_version.c.id == back_test.c.version_id)
        row = reader.one(query.where(back_test.c.id == self.id))
        if row is None:
            raise Missing("back_test")
        return row


@runs(JOB)
def try_draft(arguments: Mapping[str, Any], actor: Actor, progress: Progress) -> None:
    """Try a draft on the days that were asked for; a draft changed meanwhile is not tried."""
    test_id = UUID(arguments["back_test_id"])
    row = answer(TestToRun(test_id), actor)
    if row.finished_at is not None:
        return
    if row.sha256 != row.sha256_now:
        raise Stale("book_version")

    def tell(done: int, of: int) -> None:
        progress.tell(done=done, of=of)

    found = trying.back_test(BackTest(row.text, row.since, row.until), actor, tell)
    perform(KeepBackTest(test_id, found.summary, tuple(found.cases)), actor)
