"""`crm import portfolio`: what it says, how it ends, and that it goes on where it was."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from crm.gate.perform import perform
from crm.loans.imports.actions.runs import RegisterImport
from crm.loans.models import import_run, loan
from crm.privacy.spool import keyed_digest
from tests.loans.conftest import OPERATOR, count, every
from tests.loans.files import DOCUMENT, line, lines, mapping, text_of


@pytest.fixture
def command(house, tmp_path: Path) -> Any:
    (tmp_path / "small.yaml").write_text(yaml.safe_dump(DOCUMENT), encoding="utf-8")

    def run(content: str | bytes, *more: str, named: str = "small.yaml", **env: str) -> Any:
        file = tmp_path / "file.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        words = ["import", "portfolio", str(file), "--mapping", str(tmp_path / named), *more]
        return crm(house, *words, **env)

    return run


def crm(house: Any, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | dict(house.environment) | {"PYTHONPATH": os.getcwd()} | env
    return subprocess.run(
        [sys.executable, "-m", "crm", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.both
def test_a_file_comes_in_and_a_second_time_changes_nothing(house, command) -> None:
    first = command(text_of(lines(3)))
    assert first.returncode == 0, first.stderr
    assert "3 rows: 3 new, 0 changed, 0 the same, 0 rejected (UTF-8)." in first.stdout
    assert "estimated" in first.stdout
    second = command(text_of(lines(3)))
    assert "Done: 0 new, 0 changed, 3 the same, 0 rejected." in second.stdout
    assert count(loan) == 3


def test_rejected_lines_end_with_1_and_are_named(house, command) -> None:
    done = command(text_of([*lines(2), line(account="A-9", name="=HYPERLINK(1)", limit="-5")]))
    assert done.returncode == 1
    assert "line 4, limit [-5]: This amount must not be negative." in done.stdout
    assert "This value begins like a formula." in done.stdout
    assert "HYPERLINK" not in done.stdout + done.stderr
    assert count(loan) == 2


def test_a_dry_run_changes_nothing(house, command) -> None:
    done = command(text_of(lines(2)), "--dry-run")
    assert done.returncode == 0
    assert "Nothing was changed." in done.stdout
    assert count(loan) == count(import_run) == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "empty"), ("account\nA-1\n", "phone"), (text_of(lines(1)).encode("utf-16"), "UTF-8")],
)
def test_what_cannot_be_used_ends_with_2(house, command, content, says) -> None:
    done = command(content)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert count(import_run) == 0


def test_a_mapping_or_file_that_is_not_there_ends_with_2(house, command, tmp_path) -> None:
    done = command(text_of(lines(1)), named="nowhere.yaml")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    done = command(text_of(lines(1)), named="nowhere")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")
    assert command(text_of(lines(1)), named="bad.yaml").returncode == 2


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(house, command) -> None:
    done = command("x" * (1024 * 1024 + 1), CRM_UPLOAD_MEGABYTES="1")
    assert done.returncode == 2
    assert "larger than 1 MB" in done.stderr


def test_a_run_that_was_broken_off_goes_on(house, command, preview) -> None:
    content = text_of(lines(3))
    digest = keyed_digest()
    digest.update(content.encode())
    totals = preview(content).totals(mapping())
    perform(RegisterImport(mapping(), digest.digest(), totals, ()), OPERATOR)
    done = command(content)
    assert done.returncode == 0, done.stderr
    assert "it goes on where it was" in done.stdout
    (run,) = every(import_run)
    assert (run.state, count(loan)) == ("done", 3)
