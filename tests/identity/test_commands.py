"""The operators' commands: what they do, what they print, how they end."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from crm import clock
from crm.audit.models import audit_leaf, audit_pending
from crm.audit.sequencer import sequence_once
from crm.identity.roles import Role
from crm.storage.database import database
from tests.factories import make_account
from tests.houses import Instance
from tests.identity.commands import crm
from tests.identity.conftest import Entries, Visitor


@pytest.fixture
def untampered(request: pytest.FixtureRequest) -> bool:
    """One test damages the record on purpose."""
    return "no_place" not in request.node.name


NEW = ("users", "add", "--email", "new@bank.example", "--name", "Zhao Li", "--role")


def test_an_account_is_made_and_may_sign_in(
    visitor: Callable[[], Visitor], entries: Entries
) -> None:
    one = visitor()
    done = crm(*NEW, "collector", "--team", "North")
    assert done.returncode == 0, done.stderr
    password = done.stdout.strip().rpartition(" ")[2]
    assert one.sign_in("new@bank.example", password).location == "/"
    assert entries("identity.team.created") == ["done"]
    assert entries("identity.account.created") == ["done"]
    again = crm(*NEW, "collector", "--team", "North")
    assert again.returncode == 2
    assert again.stderr == "crm: email: Someone has this e-mail address already.\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((*NEW, "king"), "crm: role: Choose one of: collector,"),
        ((*NEW, "collector"), "crm: Choose the team: this role works in one."),
        ((*NEW, "auditor"), "crm: Choose until when: an auditor is let in for a time."),
        (("users", "add"), "Usage:"),
        (("tokens", "create", "--user", "nobody@bank.example"), "Error: No account"),
        (("tokens", "create", "--user", "x@y.example", "--days", "0"), "Usage:"),
        (("nonsense",), "Usage:"),
    ],
)
def test_what_cannot_be_done_is_said_and_ends_with_two(
    house: Instance, words: tuple[str, ...], says: str
) -> None:
    done = crm(*words)
    assert done.returncode == 2
    assert done.stderr.startswith(says)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_token_is_printed_alone(app: Any, entries: Entries) -> None:
    actor = make_account(Role.COLLECTOR, email="wu@bank.example")
    done = crm("tokens", "create", "--user", "WU@bank.example", "--days", "2")
    assert done.returncode == 0, done.stderr
    token = done.stdout.strip()
    assert done.stdout == token + "\n"
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/me", headers=headers).json["id"] == str(actor.id)
    assert entries("identity.token.created") == ["done"]


def test_verifying_says_yes_and_is_recorded(house: Instance, entries: Entries) -> None:
    make_account(Role.ADMIN)
    done = crm("audit", "verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("Verified: ")
    told = json.loads(crm("audit", "verify", "--json").stdout)
    assert told["ok"] is True
    assert told["faults"] == []
    assert entries("audit.ledger.verified") == ["done", "done"]


@pytest.mark.postgres
def test_verifying_looks_at_the_queue_before_it_empties_it(house: Instance) -> None:
    make_account(Role.ADMIN)
    with database().write() as connection:
        number = select(func.min(audit_pending.c.number)).scalar_subquery()
        first = audit_pending.c.number == number
        connection.execute(update(audit_pending).where(first).values(number=99))
        connection.commit()
    done = crm("audit", "verify")
    assert done.returncode == 1
    assert "was queued anew" in done.stdout


@pytest.mark.postgres
def test_what_can_have_no_place_is_said(house: Instance) -> None:
    make_account(Role.ADMIN)
    sequence_once(database())
    with database().write() as connection:
        one = connection.execute(select(audit_leaf.c.entry_id).limit(1)).scalar_one()
        connection.execute(insert(audit_pending), {"entry_id": one})
        connection.commit()
    done = crm("audit", "verify")
    assert done.returncode == 1
    assert f"entry {one} waits for a place by hand" in done.stdout
    assert "cannot be given its place" in done.stdout


def test_a_checkpoint_is_signed_and_printed_with_its_key(house: Instance) -> None:
    make_account(Role.ADMIN)
    done = crm("audit", "checkpoint")
    assert done.returncode == 0, done.stderr
    assert str(house.settings.instance_id) in done.stdout.splitlines()[0]
    assert "— " in done.stdout


def test_help_says_what_each_command_does() -> None:
    done = crm("--help")
    assert done.returncode == 0
    for word in ("audit", "decide", "init", "keys", "serve", "tokens", "users", "worker"):
        (line,) = [line for line in done.stdout.splitlines() if line.split()[:1] == [word]]
        assert len(line.split()) > 3


def test_without_an_instance_there_is_one_line(tmp_path: Path) -> None:
    done = crm("audit", "verify", CRM_HOME=str(tmp_path), CRM_KEYS_DIR=str(tmp_path / "keys"))
    assert done.returncode == 2
    assert done.stderr.startswith("crm: there is no instance in")
    bad = crm("serve", PORT="x", CRM_PROXIES="-1")
    assert bad.returncode == 2
    assert "PORT" in bad.stderr
    assert "CRM_PROXIES" in bad.stderr


def test_nothing_new_is_made_over_the_remains_of_an_instance(tmp_path: Path) -> None:
    home, keys = tmp_path / "home", tmp_path / "keys"
    ways = {"CRM_HOME": str(home), "CRM_KEYS_DIR": str(keys), "CRM_DATABASE_URL": ""}
    home.mkdir()
    for name in ("probity.db", "keys.db"):
        (home / name).touch()
        done = crm("init", "--email", "root@bank.example", **ways)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"{name} belongs to an instance" in done.stderr
        assert [path.name for path in home.iterdir()] == [name]
        assert not keys.exists()
        (home / name).unlink()


def test_on_postgresql_nothing_is_made_without_the_owner(tmp_path: Path) -> None:
    ways = {"CRM_HOME": str(tmp_path), "CRM_KEYS_DIR": str(tmp_path), "CRM_OWNER_URL": ""}
    done = crm(
        "init", "--email", "root@bank.example", CRM_DATABASE_URL="postgresql://app@/none", **ways
    )
    assert (done.returncode, "CRM_OWNER_URL" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_server_and_worker_end_when_asked(
    house: Instance, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = "8102"
    monkeypatch.setenv("PORT", port)
    process = subprocess.Popen(
        [sys.executable, "-m", "crm.cli.main", word], stderr=subprocess.PIPE, text=True
    )
    try:
        _until_up(process, port if word == "serve" else "")
        process.send_signal(signal.SIGTERM)
        _, words = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, words
    assert "Traceback" not in words


def _until_up(process: "subprocess.Popen[str]", port: str) -> None:
    end = clock.now() + timedelta(seconds=40)
    while clock.now() < end and process.poll() is None:
        time.sleep(0.3)
        try:
            if not port:
                time.sleep(6)
                return
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
        except OSError:
            continue
        return
    raise AssertionError("it did not start")


def test_the_production_server_finds_the_application(house: Instance) -> None:
    program = "import wsgi; print(wsgi.app.test_client().get('/readyz').status_code)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == "200", done.stderr
