"""Changing rows in tests, through the door."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from crm import clock
from crm.audit.models import audit_leaf
from crm.audit.sequencer import sequence_once
from crm.borrowers.models import person
from crm.gate.action import Action
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import system
from crm.privacy.keyring import keyring
from crm.storage.database import database
from crm.storage.tables import metadata
from tests.factories import make_team


@dataclass(frozen=True)
class Touch(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.row.touched"):
    """Change one row after the other, many at once, or insert many."""

    table: str
    rows: tuple[dict[str, Any], ...]
    many: bool = False
    fresh: bool = False

    def run(self, work: Work, subject: Any) -> Any:
        """Change them."""
        table = metadata.tables[self.table]
        if self.fresh:
            work.add_many(table, [dict(row) for row in self.rows])
        elif self.many:
            work.change_many(table, [dict(row) for row in self.rows])
        else:
            for row in self.rows:
                work.change(table, row["id"], **{k: v for k, v in row.items() if k != "id"})
        return {}


def touch(table: Table, *rows: dict[str, Any], **how: bool) -> None:
    """Change rows (each with its id) or, with fresh=True, insert them."""
    perform(Touch(table.name, rows, **how), system("tests"))


def erase(someone: UUID) -> None:
    """Begin a person's erasure and destroy his keys."""
    touch(person, {"id": someone, "erasure_begun_at": clock.now()})
    keyring().destroy(someone)


def placed(count: int) -> list[UUID]:
    """Make entries and give them their places; return all ids of the ledger in their order."""
    for _ in range(count):
        make_team()
    while sequence_once(database()):
        pass
    query = select(audit_leaf.c.entry_id).order_by(audit_leaf.c.number)
    with database().read() as connection:
        return list(connection.execute(query).scalars())
