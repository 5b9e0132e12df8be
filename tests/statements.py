"""Counting statements: what decides the speed is how many there are."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from crm.storage.database import Database

TREE = ("audit_head", "audit_leaf")
BRACKETS = {"BEGIN", "COMMIT", "ROLLBACK"}


class Statements:
    """The statements sent to one database while counting: by first word, the tree's apart."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.tree = 0  # SQLite's own for the tree of the ledger
        self.brackets = 0  # BEGIN and the like, where they are statements at all
        self.texts: list[str] = []

    @property
    def total(self) -> int:
        """Return how many there were, neither the tree's nor brackets counted."""
        return sum(self.kinds.values())

    def note(self, text: str, sqlite: bool) -> None:
        """Count one."""
        word = text.split(None, 1)[0].upper()
        if word in BRACKETS:
            self.brackets += 1
        elif sqlite and any(name in text for name in TREE):
            self.tree += 1
        else:
            self.kinds[word] += 1
            self.texts.append(text)


@contextmanager
def counted(database: Database) -> Iterator[Statements]:
    """Count what is sent to `database` in the block."""
    seen = Statements()

    def note(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
        seen.note(text, database.is_sqlite)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
