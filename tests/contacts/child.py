"""Other processes for tests: they do what they are told, at a moment, and die where told to."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crm.gate.action import Action
from crm.identity.actor import Actor


class Child:
    """A process of its own; each thing it is told is done by a fork with a house of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.contacts.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait(self) -> None:
        """Wait until it can be told something."""
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def tell(
        self,
        actions: Sequence[Action],
        actor: Actor,
        now: datetime,
        *,
        start: float = 0,
        die_at: int | None = None,
    ) -> None:
        """Have it perform actions at once, each in a thread, at `start` of the wall clock."""
        from crm.gate.document import to_document

        order = {
            "actions": [[action.recorded_as, to_document(action)] for action in actions],
            "actor": {k: v for k, v in asdict(actor).items() if v is not None},
            "now": now.isoformat(),
            "start": start,
            "die_at": die_at,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order, default=str) + "\n")
        self._process.stdin.flush()

    def answer(self) -> "Outcome":
        """Return what came of it."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return Outcome(**json.loads(line))

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


@dataclass
class Outcome:
    """Whether it was killed, and what each action came to: allowed, or the rule that refused."""

    killed: bool
    told: list[str]


def main() -> None:
    """Do what comes in, line by line."""
    import crm.contacts.routes  # noqa: F401  every action is in the catalogue then

    print("ready", flush=True)
    for line in sys.stdin:
        reading, writing = os.pipe()
        number = os.fork()
        if number == 0:
            os.close(reading)
            told = _perform(json.loads(line))
            os.write(writing, json.dumps(told).encode())
            os._exit(0)
        os.close(writing)
        _, status = os.waitpid(number, 0)
        text = b""
        while part := os.read(reading, 65536):
            text += part
        os.close(reading)
        killed = os.WIFSIGNALED(status)
        print(json.dumps({"killed": killed, "told": json.loads(text or b"[]")}), flush=True)


def _perform(order: dict[str, Any]) -> list[str]:
    from crm import clock, open_house
    from crm.gate.document import from_document
    from crm.identity.roles import Role
    from crm.settings import Settings

    moment = datetime.fromisoformat(order["now"])
    clock.now = lambda: moment  # type: ignore[assignment]  # this process is only a test's
    open_house(Settings.from_environment())
    given = order["actor"]
    actor = Actor(
        id=UUID(given["id"]),
        role=Role(given["role"]),
        team_id=UUID(given["team_id"]) if given.get("team_id") else None,
    )
    if order["die_at"] is not None:
        _die_at(order["die_at"])
    actions = [from_document(Action.catalogue[name], text) for name, text in order["actions"]]
    told = [""] * len(actions)
    threads = [
        threading.Thread(target=_one, args=(action, actor, order["start"], told, number))
        for number, action in enumerate(actions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if order["die_at"] is not None:
        _steps.step()  # the last: all is committed and nobody has been told
    return told


def _one(action: Action, actor: Actor, start: float, told: list[str], number: int) -> None:
    from crm.gate.errors import Refusal
    from crm.gate.perform import perform

    time.sleep(max(0.0, start - time.time()))
    try:
        perform(action, actor)
        told[number] = "allowed"
    except Refusal as no:
        told[number] = no.verdict.rule
    except Exception as fault:
        told[number] = repr(fault)


class _Steps:
    """Counts the steps towards the databases, and dies at one of them."""

    def __init__(self) -> None:
        self.left = -1

    def step(self, *_: Any) -> None:
        """Take one step."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


_steps = _Steps()


def _die_at(number: int) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    _steps.left = number
    event.listen(Engine, "before_cursor_execute", _steps.step)
    event.listen(Engine, "after_cursor_execute", _steps.step)
    event.listen(Engine, "commit", _steps.step)


if __name__ == "__main__":
    main()
