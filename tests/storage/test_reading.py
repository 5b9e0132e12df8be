"""What reads leaves the server the statements that it has planned."""

from typing import Any

import pytest
from sqlalchemy import bindparam, select, text

from crm.identity.models import team
from crm.storage.database import database
from crm.storage.ids import new_id
from crm.storage.prepared import Prepared

OFTEN = 7  # the driver has the server plan what it was sent five times
TEAMS = Prepared(select(team.c.name).where(team.c.id == bindparam("id")))


@pytest.mark.postgres
def test_a_statement_is_planned_once_for_all_who_read(house: Any) -> None:
    for _ in range(OFTEN):
        with database().read() as connection:
            TEAMS.one(connection, {"id": new_id()})
    with database().read() as connection:
        planned = connection.execute(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("team.name" in row.statement for row in planned)
