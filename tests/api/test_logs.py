"""What is logged names kinds and places, and quotes nobody."""

import json
from typing import Any

import pytest
import structlog

from crm.identity.roles import Role
from crm.logs import configure
from crm.privacy.sealed import Sealed


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what was logged, as JSON."""
    structlog.reset_defaults()
    configure()
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    structlog.reset_defaults()


def test_an_unexpected_fault_is_logged_without_its_words(
    lines: Any, program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = program(Role.ADMIN)

    def broken(*_: Any, **__: Any) -> None:
        name = "Chen Jing"
        raise ValueError(f"cannot read {name}")

    monkeypatch.setattr("crm.web.room.answer", broken)
    configure()
    answer = api.get("/roles")
    (line,) = lines()
    assert line["exception"] == "ValueError"
    assert line["reference"] == line["request"] == answer.json["request_id"]
    assert "broken" in line["through"][-1]
    assert "Chen" not in json.dumps(line)


def test_a_sealed_value_stays_sealed_in_a_log(lines: Any) -> None:
    structlog.get_logger().info("tried", value=Sealed.fresh("Chen Jing"))
    (line,) = lines()
    assert line["value"] == "[sealed]"
