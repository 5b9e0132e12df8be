"""Where sheets lie, which are let go of, and the notes of those that were opened."""

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from crm.contacts.continuity.sealing import CannotOpenSheet, Head, head_of
from crm.settings import Settings

ENDING = ".sheet"
OPENED = "opened.jsonl"  # beside the sheet; whoever opens one adds a line
TAKEN = "opened.taken"  # the same, while the ledger takes it


_home: Path | None = None


def open_home(settings: Settings) -> None:
    """Make the instance's sheets this process's own."""
    global _home  # noqa: PLW0603  one process serves one instance
    _home = settings.home


def home() -> Path:
    """Return where the instance lies; open_home() must have come first."""
    if _home is None:
        raise RuntimeError("no instance is open")
    return _home


def folder(home: Path) -> Path:
    """Return the folder of an instance's sheets."""
    return home / "continuity"


def keep(home: Path, head: Head, sheet: bytes) -> Path:
    """Write a sheet (0600), whole or not at all, in place of the team's earlier one."""
    there = folder(home)
    there.mkdir(parents=True, exist_ok=True, mode=0o700)
    final = there / f"{head.team_id}{ENDING}"
    making = final.with_suffix(".making")
    making.unlink(missing_ok=True)
    number = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        file.write(sheet)
        file.flush()
        os.fsync(file.fileno())
    making.replace(final)
    return final


def let_go(home: Path, kept: set[UUID], now: datetime) -> int:
    """Delete sheets that have expired, or whose team has no key any more; return how many."""
    gone = 0
    for path in sheets(home):
        try:
            head = head_of(path.read_bytes())
            stays = head.team_id in kept and head.expires_at > now
        except CannotOpenSheet:
            stays = False
        if not stays:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def sheets(home: Path) -> list[Path]:
    """Return the sheets there are."""
    return sorted(folder(home).glob(f"*{ENDING}"))


def note_opening(path: Path, sheet: bytes, now: datetime) -> None:
    """Write down that a sheet is about to be opened, beside it; OSError where that cannot be."""
    note = {
        "sheet": hashlib.sha256(sheet).hexdigest(),
        "team_id": str(head_of(sheet).team_id),
        "opened_at": now.isoformat(),
    }
    number = os.open(path.parent / OPENED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(number, "a", encoding="utf-8") as file:
        file.write(json.dumps(note) + "\n")
        file.flush()
        os.fsync(file.fileno())


def openings(home: Path) -> Iterator[dict[str, Any]]:
    """Yield each note, to be recorded; those left from a start that broke off come first.

    What is no note of ours is passed over: whoever can write there could as well delete.
    """
    fresh, taken = folder(home) / OPENED, folder(home) / TAKEN
    for _ in range(2):
        if not taken.exists():
            try:
                fresh.replace(taken)
            except FileNotFoundError:
                return
        for line in taken.read_text(encoding="utf-8", errors="replace").splitlines():
            note = _note(line)
            if note is not None:
                yield note
        taken.unlink()


def _note(line: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
        return {
            "key": hashlib.sha256(line.encode()).hexdigest(),
            "sheet": bytes.fromhex(told["sheet"]).hex()[:64],
            "team_id": UUID(told["team_id"]),
            "opened_at": datetime.fromisoformat(told["opened_at"]),
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
