"""How an instance starts, and when it refuses to: in words, and without making anything anew."""

import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.demo.marks import FINISHED, marker
from tests.houses import Instance
from tests.identity.commands import crm

SERVED = "Probity is at http://127.0.0.1:"


@pytest.fixture
def port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture
def sample(house: Instance) -> Instance:
    """An instance that `crm up` takes for a sample house made to its end."""
    marker(house.settings).write_text(FINISHED, encoding="utf-8")
    (house.settings.home / "demo-password").write_text("four plain words\n", encoding="utf-8")
    return house


@pytest.fixture
def up(sample: Instance, port: str) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        [sys.executable, "-m", "crm.cli.main", "up"],
        env=os.environ | {"PORT": port},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=30)


def line_with(process: "subprocess.Popen[str]", start: str) -> str:
    assert process.stdout is not None
    return next((line for line in process.stdout if line.startswith(start)), "")


def test_up_says_where_it_is_once_it_answers_and_ends_when_asked(
    up: "subprocess.Popen[str]", port: str
) -> None:
    assert line_with(up, SERVED).startswith(SERVED + port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answered:
        assert answered.status == 200
    assert "admin@demo.example" in line_with(up, "  admin@")
    up.send_signal(signal.SIGTERM)
    assert up.wait(30) == 0


def test_up_ends_with_two_where_a_part_ends_by_itself(up: "subprocess.Popen[str]") -> None:
    assert line_with(up, SERVED)
    children = Path(f"/proc/{up.pid}/task/{up.pid}/children").read_text(encoding="utf-8").split()
    (worker,) = [int(child) for child in children if "worker" in command_of(child)]
    os.kill(worker, signal.SIGKILL)
    assert up.wait(30) == 2


def command_of(pid: str) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")


def test_up_says_nothing_of_an_address_that_does_not_answer(sample: Instance, port: str) -> None:
    settings = sample.settings
    (settings.keys_dir / "kek").rename(settings.keys_dir / "gone")
    done = crm("up", PORT=port)
    assert done.returncode == 2
    assert SERVED not in done.stdout
    assert "demo.example" not in done.stdout
    assert "the key file" in done.stderr


def test_up_refuses_anothers_port(sample: Instance) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = crm("up", PORT=str(other.getsockname()[1]))
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be used" in done.stderr


WORDS = (("audit", "verify"), ("serve",), ("worker",), ("up",), ("init", "--migrate"), ("demo",))


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize("empty", [False, True], ids=["gone", "empty"])
def test_a_lost_database_is_named_and_never_made_anew(
    sample: Instance, words: tuple[str, ...], port: str, empty: bool
) -> None:
    file = sample.settings.home / "probity.db"
    kept = file.with_name("kept")
    sample.house.close()
    file.rename(kept)
    if empty:
        file.touch()
    try:
        done = crm(*words, PORT=port)
        assert done.returncode == 2
        assert f"the database {file} is missing: restore it from a backup" in done.stderr
        assert "Traceback" not in done.stderr
        assert file.exists() is empty
        assert not (empty and file.stat().st_size)
    finally:
        kept.rename(file)


def test_a_lost_form_secret_is_named_with_its_remedy(house: Instance) -> None:
    done = crm("audit", "verify", CRM_SECRET_KEY="")
    assert done.returncode == 2
    assert "secret-key is missing: restore it" in done.stderr
    assert "crm init" not in done.stderr
    assert crm("audit", "verify", CRM_SECRET_KEY="n" * 40).returncode == 0


def test_the_files_of_a_new_instance_are_their_owners_alone(tmp_path: Path) -> None:
    home, keys = tmp_path / "home", tmp_path / "keys"
    ways = {"CRM_HOME": str(home), "CRM_KEYS_DIR": str(keys), "CRM_DATABASE_URL": ""}
    ways |= {"CRM_KEYSTORE_URL": "", "CRM_SECRET_KEY": ""}
    done = crm("init", "--email", "root@bank.example", **ways)
    assert done.returncode == 0, done.stderr
    assert open_to_others(home) == open_to_others(keys) == []
    (home / "probity.db").chmod(0o644)  # as a copy brought back from a backup may be
    (home / "probity.db.lock").chmod(0o644)
    assert crm("audit", "verify", **ways).returncode == 0
    assert open_to_others(home) == []


def open_to_others(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.mark.parametrize("program", ["import wsgi", "from crm import create_app; create_app()"])
def test_a_production_server_serves_no_sample_house(sample: Instance, program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "this is the demo: only 'crm serve' serves it, on 127.0.0.1" in done.stderr
