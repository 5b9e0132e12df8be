"""Drafts for tests: written, back-tested without a test, published by two people."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm import clock
from crm.gate import generation
from crm.gate.actions import Approve
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.rulebook.actions.drafting import DraftLimits, SaveDraft
from crm.rulebook.actions.publishing import PublishVersion
from crm.rulebook.models import back_test, book_version
from crm.rulebook.shelf import shipped_books
from crm.rulebook.versions.kept import text_of
from crm.storage.database import database
from tests.factories import make_account, seed

LATER = date(2026, 12, 1)


def officer(**given: Any) -> Actor:
    """Return a compliance officer."""
    return make_account(Role.COMPLIANCE_OFFICER, **given)


def text(book: str = "CN", **instead: str) -> str:
    """Return the newest text of a book with some words put in place of others."""
    found = text_of(shipped_books().versions(book)[-1])
    for old, new in instead.items():
        found = found.replace(old, new)
    return found


def draft(who: Actor, words: str | None = None, begins: date = LATER, **given: Any) -> UUID:
    """Write a draft; return its id."""
    action = SaveDraft(words or text(), begins, **given)
    result: UUID = perform(action, who).result["id"]
    return result


def limits(who: Actor, *switched_on: str, begins: date = LATER, **given: Any) -> UUID:
    """Draft limits of the house by the form; return the draft's id."""
    result: UUID = perform(DraftLimits(begins, switched_on, **given), who).result["id"]
    return result


def back_tested(draft_id: UUID) -> None:
    """Say that a draft was back-tested, as its words stand now."""
    row = version(draft_id)
    now = clock.now()
    times = {"since": now, "until": now, "asked_at": now, "finished_at": now}
    ids = {"version_id": draft_id, "asked_by": row.drafted_by, "job_id": draft_id}
    summary = {"tried": {}, "turned": {}, "by": {}}
    seed(back_test, sha256=row.sha256, summary=summary, version=1, **times, **ids)


def asked(draft_id: UUID, who: Actor) -> UUID:
    """Ask for a draft to be published; return the request's id."""
    waiting = perform(PublishVersion(draft_id), who).waiting
    assert waiting is not None
    return waiting


def published(draft_id: UUID, who: Actor) -> None:
    """Have a draft of `who` published by two people."""
    back_tested(draft_id)
    perform(Approve(asked(draft_id, who)), officer())


def version(draft_id: UUID) -> Any:
    """Return a draft's row."""
    with database().glance() as connection:
        query = select(book_version).where(book_version.c.id == draft_id)
        return connection.execute(query).one()


def noticed() -> None:
    """Let this process hear of the newest generation, as it does before it answers."""
    with database().glance() as connection:
        generation.notice(connection.execute(generation.current).scalar_one())
