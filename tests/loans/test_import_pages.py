"""A file's way through the pages: uploaded, previewed, agreed to, brought in."""

import io
import re
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from crm.gate.worker import run_next
from crm.identity.roles import Role
from crm.loans.imports import runner
from crm.loans.models import import_run, loan
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.loans.files import DOCUMENT, line, lines, text_of

assert runner  # its jobs are known


def work_off() -> None:
    while run_next(new_id()):
        pass


def state_of() -> str:
    with database().glance() as connection:
        return connection.execute(select(import_run.c.state)).scalar_one()


def loans() -> int:
    with database().glance() as connection:
        return len(connection.execute(select(loan.c.id)).all())


@pytest.fixture
def steward(browser):
    visitor = browser(Role.DATA_STEWARD)
    answer = visitor.post("/imports/mappings", name="small", document=yaml.safe_dump(DOCUMENT))
    assert answer.status_code == 303, answer.text
    return visitor


def upload(visitor, content: str | bytes, name: str = "small.csv"):
    raw = content.encode() if isinstance(content, str) else content
    return visitor.post("/imports", mapping="small", file=(io.BytesIO(raw), name))


@pytest.mark.both
def test_a_file_goes_all_the_way(house, steward) -> None:
    answer = upload(steward, text_of([*lines(3), line(account="A-9", limit="=1+1")]))
    assert answer.status_code == 303
    page = answer.location
    assert "reading" == state_of()
    work_off()
    shown = steward.get(page).text
    assert state_of() == "previewed"
    assert "This is not an amount of this currency." in shown
    assert loans() == 0
    assert steward.post(page + "/confirm").status_code == 303
    work_off()
    assert state_of() == "done"
    assert loans() == 3
    assert "Download" in steward.get(page).text
    rejects = steward.get(page + "/rejects.csv")
    assert rejects.text.startswith("\ufeffLine,")
    assert "5,limit" in rejects.text
    assert list((Path(house.settings.home) / "spool").iterdir()) == []
