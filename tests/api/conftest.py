"""Things to ask for."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from crm.audit.models import audit_entry
from crm.identity.roles import Role
from crm.storage.database import database
from tests.factories import make_account, make_loan, make_person, make_point


@pytest.fixture
def things(app: Flask) -> dict[str, UUID]:
    """Return ids of what there is, by the word before them in an address."""
    person = make_person()
    loan = make_loan(person)
    make_point(person)
    with database().glance() as connection:
        entry = connection.execute(select(audit_entry.c.id).limit(1)).scalar_one()
    return {
        "people": person,
        "loans": loan,
        "staff": make_account(Role.MANAGEMENT).id,
        "entries": entry,
        "ledger": entry,
        "inclusion": entry,
    }
