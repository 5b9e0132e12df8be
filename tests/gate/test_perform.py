"""The one door: all of it, or none."""

import pytest

from crm.identity.models import team
from crm.storage.database import database
from crm.storage.guard import UnrecordedChange
from crm.storage.ids import new_id
from tests.factories import make_loan, make_person, make_point, make_team


@pytest.mark.both
def test_a_recorded_row_is_written_with_its_entry(house) -> None:
    assert make_team()
    person = make_person()
    make_point(person)
    make_loan(person)


@pytest.mark.both
def test_a_change_without_an_entry_cannot_be_committed(house) -> None:
    with database().write() as connection:
        connection.execute(team.insert().values(id=new_id(), name="x", version=1))
        with pytest.raises(UnrecordedChange):
            connection.commit()
