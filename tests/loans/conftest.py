"""Imports carried out as the operator's command does, without a worker."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from crm.gate.answer import answer
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.loans.imports.accounts import Calendar
from crm.loans.imports.actions.runs import RegisterImport
from crm.loans.imports.mapping import FileMapping
from crm.loans.imports.queries import RunToContinue
from crm.loans.imports.runner import bring_in_from
from crm.loans.imports.surveying import Survey, survey
from crm.privacy.spool import keyed_digest
from crm.storage.database import database
from tests.loans.files import mapping, source_of, text_of

OPERATOR = system("tests")
TODAY = date(2026, 4, 9)


def quiet(_done: int, _of: int) -> None:
    """Say nothing."""


@pytest.fixture
def preview(house) -> Callable[..., Survey]:
    """Read and compare a file; change nothing."""

    def read(rows: Any, using: FileMapping | None = None) -> Survey:
        chosen = using or mapping()
        content = rows if isinstance(rows, str | bytes) else text_of(rows)
        calendar = Calendar.of(chosen, TODAY)
        return survey(source_of(content), chosen, calendar, OPERATOR, quiet)

    return read


@pytest.fixture
def bring_in(preview) -> Callable[..., dict[str, Any]]:
    """Bring a file in; return the totals of its run."""

    def run(rows: Any, using: FileMapping | None = None) -> dict[str, Any]:
        chosen = using or mapping()
        content = rows if isinstance(rows, str | bytes) else text_of(rows)
        found = preview(content, chosen)
        digest = keyed_digest()
        digest.update(content.encode() if isinstance(content, str) else content)
        action = RegisterImport(
            chosen,
            digest.digest(),
            found.totals(chosen),
            tuple(found.rejects),
        )
        run_id = perform(action, OPERATOR).result["id"]
        bring_in_from(run_id, source_of(content), OPERATOR, quiet)
        totals: dict[str, Any] = answer(RunToContinue(run_id), OPERATOR).totals
        assert {k: totals["run"][k] for k in ("new", "changed", "same", "rejected")} == {
            k: totals["preview"][k] for k in ("new", "changed", "same", "rejected")
        }, "the preview said what would come"
        return totals

    return run


def every(table: Table) -> list[Any]:
    """Return all rows of a table."""
    with database().glance() as connection:
        return list(connection.execute(select(table)).all())


def count(table: Table) -> int:
    """Return how many rows a table has."""
    with database().glance() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
