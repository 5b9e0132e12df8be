"""People at the door."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm.audit.models import audit_entry
from crm.storage.database import database
from tests.factories import PASSWORD
from tests.visitors import Browser

Entries = Callable[[str], list[str]]


class Visitor(Browser):
    """Someone who comes in by the door itself."""

    def sign_in(self, email: str, password: str = PASSWORD, **options: Any) -> TestResponse:
        """Fill in the sign-in form."""
        self.get("/sign-in")
        answer = self.post("/sign-in", email=email, password=password)
        self._token = ""
        return answer

    def gives(self, path: str, **form: Any) -> TestResponse:
        """Send a form from the page of the same address."""
        self.get(path)
        return self.post(path, **form)


@pytest.fixture
def visitor(app: Flask) -> Callable[[], Visitor]:
    """Make a visitor."""
    return lambda: Visitor(app)


@pytest.fixture
def entries() -> Entries:
    """Return the outcomes, oldest first, that the ledger has of an action."""

    def outcomes(action: str) -> list[str]:
        query = select(audit_entry.c.outcome).where(audit_entry.c.action == action)
        with database().glance() as connection:
            return list(connection.execute(query.order_by(audit_entry.c.id)).scalars())

    return outcomes
