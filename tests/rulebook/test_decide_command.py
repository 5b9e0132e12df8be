"""`crm decide` and `crm rulebook`, as a person or another program meets them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm.cli.decide import decide
from crm.cli.rulebook import rulebook
from crm.rulebook.shelf import shipped_books
from tests.structure.source import ROOT

FACTS: dict[str, Any] = {
    "jurisdictions": ["US-FED"],
    "collector_role": "agency",
    "time_zones": ["America/New_York"],
    "proposed": {"at": "2026-06-03T10:00:00-04:00", "channel": "letter"},
}
LATE = {**FACTS, "proposed": {"at": "2026-06-03T22:00:00-04:00", "channel": "email"}}


def lines(*documents: object) -> str:
    return "\n".join(d if isinstance(d, str) else json.dumps(d) for d in documents)


@pytest.mark.parametrize(("facts", "code"), [(FACTS, 0), (LATE, 1)])
def test_the_exit_code_tells_allowed_from_refused(facts: dict[str, Any], code: int) -> None:
    done = CliRunner().invoke(decide, ["-"], input=json.dumps(facts))
    assert done.exit_code == code
    assert json.loads(done.stdout)["allowed"] is (code == 0)


def test_the_example_of_the_papers_is_refused_until_the_morning() -> None:
    done = CliRunner().invoke(decide, [str(ROOT / "docs" / "example-facts.json")])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["next_allowed_at"] == "2026-06-04T08:00:00-04:00"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (json.dumps({**FACTS, "jurisdictions": ["XX"]}), "jurisdictions.0: unknown jurisdiction"),
        ("{", "not JSON"),
        (
            json.dumps(FACTS)[:-1] + ', "collector_role": "creditor"}',
            "collector_role: stands twice in one object",
        ),
        ('{"debts": {"A": {"days_past_due": NaN}}}', "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "not JSON"),
    ],
)
def test_bad_input_exits_2_and_says_what_is_wrong(text: str, message: str) -> None:
    done = CliRunner().invoke(decide, ["-"], input=text)
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_lines_are_answered_one_by_one_and_a_bad_one_in_its_place() -> None:
    text = lines(FACTS, "", {**FACTS, "time_zones": ["Mars"]}, LATE, "nonsense")
    done = CliRunner().invoke(decide, ["--lines", "-"], input=text)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 2
    assert answers[0]["allowed"] is True
    assert answers[1]["error"]["line"] == 3
    assert answers[1]["error"]["field"] == "time_zones.0"
    assert answers[2]["allowed"] is False
    assert answers[3]["error"]["line"] == 5


def test_lines_without_a_fault_exit_as_the_worst_of_them() -> None:
    assert CliRunner().invoke(decide, ["--lines", "-"], input=lines(FACTS, FACTS)).exit_code == 0
    assert CliRunner().invoke(decide, ["--lines", "-"], input=lines(LATE, FACTS)).exit_code == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_many_lines_are_answered_in_their_order_by_however_many_workers(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.cli.decide.BATCH", 3)
    monkeypatch.setattr("os.cpu_count", lambda: workers)
    asked = [LATE, FACTS, FACTS, {**FACTS, "surplus": 1}, *[LATE, FACTS] * 20]
    done = CliRunner().invoke(decide, ["--lines", "-"], input=lines(*asked))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer.get("allowed") for answer in answers[:5]] == [False, True, True, None, False]
    assert [answer["allowed"] for answer in answers[4:]] == [False, True] * 20
    assert answers[3]["error"] == {"line": 4, "field": "surplus", "reason": "unknown field"}
    assert done.exit_code == 2


def test_the_command_is_the_same_to_the_byte_from_any_folder(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text(json.dumps(LATE), "utf-8")
    program = "import sys; from crm.cli.main import main; sys.argv[0] = 'crm'; main()"
    commands = (
        [sys.executable, "-m", "crm.cli.main", "decide", "facts.json"],
        [sys.executable, "-c", program, "decide", str(file)],
    )
    root = str(Path(__file__).parents[2])
    done = [
        subprocess.run(
            command, cwd=tmp_path, capture_output=True, check=False, env={"PYTHONPATH": root}
        )
        for command in commands
    ]
    assert [d.returncode for d in done] == [1, 1]
    assert done[0].stdout == done[1].stdout
    assert list(tmp_path.iterdir()) == [file]


def test_books_are_listed_and_shown() -> None:
    listed = CliRunner().invoke(rulebook, ["list"]).stdout
    books = shipped_books()
    assert [line.split("\t")[0] for line in listed.splitlines()] == [
        book.id for name in books.ids for book in books.versions(name)
    ]
    shown = CliRunner().invoke(rulebook, ["show", "HOUSE"]).stdout
    assert "HOUSE.permit.open\trefuse" in shown
    assert "HOUSE.china.seven_days\toff" in shown
    assert CliRunner().invoke(rulebook, ["show", "XX"]).exit_code == 2


def test_books_are_checked_before_they_are_used(tmp_path: Path) -> None:
    assert CliRunner().invoke(rulebook, ["check"]).exit_code == 0
    assert CliRunner().invoke(rulebook, ["check", str(tmp_path)]).exit_code == 0
    file = tmp_path / "broken.yaml"
    file.write_text("id: XX\n", "utf-8")
    done = CliRunner().invoke(rulebook, ["check", str(file)])
    assert done.exit_code == 2
    assert f"{file}:1: " in done.stderr


def test_the_engine_needs_neither_web_nor_database() -> None:
    program = (
        "import sys; import crm.rulebook.engine, crm.rulebook.shelf;"
        "crm.rulebook.shelf.shipped_books();"
        "print([m for m in ('crm.storage', 'crm.web', 'crm.gate') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
