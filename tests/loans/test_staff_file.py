"""Colleagues from a file: accounts once, with a one-time password each, never one in the file."""

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm.identity.models import account, agency, team
from crm.identity.roles import Role
from crm.loans.imports.reading import Reject
from crm.loans.imports.staff import colleagues
from tests.factories import make_account, make_team
from tests.houses import Instance
from tests.loans.conftest import count, every
from tests.visitors import Browser, Program

pytestmark = pytest.mark.usefixtures("house")
HEAD = "email,name,role,team,agency,language,zone\n"


def run(file: Path, content: str, *words: str) -> subprocess.CompletedProcess[str]:
    file.write_text(HEAD + content, encoding="utf-8")
    command = [sys.executable, "-m", "crm", "import", "staff", str(file), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_each_line_becomes_one_account(house: Instance, tmp_path: Path) -> None:
    file = tmp_path / "staff.csv"
    content = (
        "lin@bank.example,林小,collector,China desk,,zh,Asia/Shanghai\n"
        "ana@bank.example,Ana,collector,China desk,,,\n"
        "lead@agency.example,Lea,agency_lead,,North agency,,\n"
    )
    assert run(file, content, "--dry-run").returncode == 0
    assert count(account) == 0
    done = run(file, content)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("one-time password") == 3
    assert (count(account), count(team), count(agency)) == (3, 1, 1)
    assert all(row.must_change_password for row in every(account))
    again = run(file, content)
    assert "0 new, 3 the same" in again.stdout
    assert "one-time password" not in again.stdout


def test_what_cannot_be_an_account_is_named(house: Instance, tmp_path: Path) -> None:
    make_account(Role.ADMIN, email="here@bank.example")
    content = (
        "nowhere,Nobody,collector,,,,\n"
        "a@bank.example,A,system,,,,\n"
        "b@bank.example,B,agency_lead,,,,\n"
        "HERE@bank.example,H,collector,,,,\n"
        "c@bank.example,C,collector,,,,Mars/Base\n"
    )
    done = run(tmp_path / "staff.csv", content)
    assert done.returncode == 1
    for place in ("line 2, email", "line 3, role", "line 4", "line 6, zone"):
        assert place in done.stderr
    assert "1 the same" in done.stdout
    assert count(account) == 1
    assert "nowhere" not in done.stderr


def test_one_address_twice_is_one_account() -> None:
    content = (HEAD + "a@bank.example,A,collector,,,,\nA@bank.example,B,collector,,,,\n").encode()
    first, second = colleagues([content], [content])
    assert not isinstance(first, Reject)
    assert isinstance(second, Reject)


def send(admin: Browser, content: str) -> Any:
    return admin.post("/staff/files", page="/staff", file=(io.BytesIO(content.encode()), "s.csv"))


def test_an_admin_makes_accounts_from_a_file(browser: Callable[..., Browser]) -> None:
    make_team("China desk")
    admin = browser(Role.ADMIN)
    content = HEAD + "lin@bank.example,林小,collector,China desk,,zh,\nana@bank.example,Ana,auditor"
    wrong = send(
        admin, content + ",,,,\nx,X,collector,No desk,,,\ny@b.example,Y,collector,No desk,,,\n"
    )
    assert wrong.status_code == 422
    assert "These lines cannot become accounts" in wrong.text
    assert "Give an e-mail address." in wrong.text
    assert "There is no team or agency of this name" in wrong.text
    assert count(account) == 1
    good = (
        HEAD + "lin@bank.example,林小,collector,China desk,,zh,\nana@bank.example,Ana,admin,,,,\n"
    )
    assert send(admin, good).status_code == 303
    assert count(account) == 3
    made = every(account)[1:]
    assert all(row.must_change_password for row in made)
    assert send(admin, good).status_code == 303
    assert count(account) == 3
    for other in (Role.DATA_STEWARD, Role.COMPLIANCE_OFFICER, Role.COLLECTOR):
        assert send(browser(other), good).status_code == 403


def test_a_program_of_an_admin_sends_the_same_file(program: Callable[..., Program]) -> None:
    make_team("China desk")
    admin = program(Role.ADMIN)
    wrong = admin.send("/staff/files", HEAD + "x,X,collector,No desk,,,\n")
    assert wrong.status_code == 422
    assert set(wrong.json["fields"]) == {"file", "lines"}
    assert count(account) == 1
    good = HEAD + "lin@bank.example,林小,collector,China desk,,zh,\n"
    for key in ("a", "a", "b"):
        assert admin.send("/staff/files", good, key=key).status_code == 204
    assert count(account) == 2
    assert admin.send("/staff/files", None).json["fields"] == {"file": ["Choose a file."]}
    for other in (Role.DATA_STEWARD, Role.COMPLIANCE_OFFICER, Role.COLLECTOR):
        assert program(other).send("/staff/files", good).status_code == 403
    assert count(account) == 5
