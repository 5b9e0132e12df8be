"""The sample house: made once, in an empty place, for this machine only."""

import csv
import io
from dataclasses import replace
from importlib import resources
from typing import Any

import pytest
from stdnum.cn import ric

from crm.contacts.models import contact
from crm.demo.identities import Identities
from crm.demo.making import ensure_demo, is_empty, make_demo
from crm.demo.marks import is_demo, is_whole, marker, refuse_open_demo
from crm.demo.staff import STAFF, accounts_of_demo, shared_password
from crm.identity.models import account
from crm.identity.roles import Role
from crm.loans.models import loan, loan_party
from crm.opening import CannotOpen
from crm.privacy.index import normal_phone
from tests.factories import make_account
from tests.loans.conftest import count, every

SAID: list[str] = []


@pytest.mark.both
def test_a_small_sample_house_is_made_and_its_record_holds(house, monkeypatch) -> None:
    monkeypatch.setattr("crm.demo.making.open_house", lambda _settings: _Open())
    make_demo(house.settings, 40, SAID.append)
    assert is_whole(house.settings)
    assert count(loan) == 40
    assert {row.currency for row in every(loan)} == {"CNY", "USD"}
    roles = {row.role for row in every(account)}
    assert {one.role for one in STAFF} <= roles
    assert count(loan_party) > 40, "some have people beside them"
    marks = {row.mark for row in every(contact)}
    assert "external_file" in marks
    assert marks <= {"external_file", "late_lawful", "late_unlawful"}
    with pytest.raises(CannotOpen, match="not empty"):
        make_demo(house.settings, 40, SAID.append)
    assert ensure_demo(house.settings, 40, SAID.append), "a whole one is left as it is"
    assert count(loan) == 40


class _Open:
    """The house that the test has opened already."""

    def close(self) -> None:
        """Leave it open for the test."""


def test_a_house_with_anybody_in_it_is_not_mixed_with_made_up_people(house, monkeypatch) -> None:
    monkeypatch.setattr("crm.demo.making.open_house", lambda _settings: _Open())
    assert is_empty()
    make_account(Role.ADMIN)
    with pytest.raises(CannotOpen, match="not empty"):
        make_demo(house.settings, 40, SAID.append)
    assert not ensure_demo(house.settings, 40, SAID.append)
    assert not is_demo(house.settings)


def test_a_sample_house_that_was_broken_off_says_so(house) -> None:
    marker(house.settings).write_text("being made\n", encoding="utf-8")
    with pytest.raises(CannotOpen, match="broken off"):
        ensure_demo(house.settings, 40, SAID.append)


@pytest.mark.parametrize("count_", [0, -1, 2001])
def test_the_sample_has_an_end(house, count_: int) -> None:
    with pytest.raises(CannotOpen):
        make_demo(house.settings, count_, SAID.append)
    assert is_empty()


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("example.com", False),
    ],
)
def test_a_sample_house_listens_to_this_machine_only(house, host: str, allowed: bool) -> None:
    refuse_open_demo(house.settings, host)  # a real house may listen anywhere
    marker(house.settings).touch()
    if allowed:
        refuse_open_demo(house.settings, host)
        return
    with pytest.raises(CannotOpen):
        refuse_open_demo(house.settings, host)


def test_the_shared_password_is_made_up_once_and_kept_from_others(house) -> None:
    first = shared_password(house.settings)
    assert shared_password(house.settings) == first
    assert (house.settings.home / "demo-password").stat().st_mode & 0o777 == 0o600
    assert first in accounts_of_demo(house.settings)[-1]
    assert shared_password(replace(house.settings, demo_password="given")) == "given"


def test_made_up_people_are_the_same_every_time_and_nobody_else() -> None:
    def made() -> list[Any]:
        people = Identities()
        return [people.chinese(30) for _ in range(1300)] + [people.american() for _ in range(900)]

    people = made()
    assert people == made()
    phones = [one.phone for one in people] + [one.phone_work for one in people if one.phone_work]
    assert len(set(phones)) == len(phones)
    assert all(normal_phone(phone) == phone for phone in phones)
    assert all("55501" in phone for phone in phones if phone.startswith("+1"))
    ids = [one.national_id for one in people]
    assert len(set(ids)) == len(ids)
    assert all(one.national_id.startswith("99") for one in people[:1300]), "no such area"
    assert all(ric.calc_check_digit(i) == i[-1] for i in ids[:1300])
    assert all(i.startswith("666-") for i in ids[1300:]), "never given out"
    emails = [one.email for one in people if one.email]
    assert all(email.endswith(("@example.com", "@example.net")) for email in emails)
    assert len(set(emails)) == len(emails)
    assert {"", "CN", "US"} == {one.country for one in people}


def test_the_sample_is_real_and_says_whose_it_is() -> None:
    folder = resources.files("crm.demo") / "data"
    header, *rows = csv.reader(io.StringIO((folder / "sample.csv").read_text(encoding="utf-8")))
    assert (len(rows), header[0], len({row[0] for row in rows})) == (2000, "ID", 2000)
    says = (folder / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in says
    assert "I-Cheng Yeh" in says
