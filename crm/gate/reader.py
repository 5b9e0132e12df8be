"""What a question sees of the database: rows, the moment and who asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.sql import Executable

from crm import clock
from crm.gate.permissions import scope_of
from crm.identity.actor import Actor
from crm.storage.prepared import Prepared

Query = Executable | Prepared


def only_reads(statement: Query) -> None:
    """Refuse a statement that writes: add() and change() note what they write, this would not."""
    if statement.is_dml:
        raise TypeError("write through add() or change()")


class Reader:
    """Reads inside one transaction, for one actor, at one moment."""

    def __init__(self, connection: Connection, actor: Actor) -> None:
        self.connection = connection
        self.actor = actor
        self.now: datetime = clock.now()

    def as_of(self, moment: datetime) -> "Reader":
        """Return one that reads the same and takes another moment for the present one."""
        other = Reader(self.connection, self.actor)
        other.now = moment
        return other

    def all(self, statement: Query, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Return every row; `values` fill the statement's parameters."""
        only_reads(statement)
        if isinstance(statement, Prepared):
            return statement.all(self.connection, values)
        return self.connection.execute(statement, values).all()

    def one(self, statement: Query, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """Return the only row, or None."""
        only_reads(statement)
        if isinstance(statement, Prepared):
            return statement.one(self.connection, values)
        return self.connection.execute(statement, values).one_or_none()

    def scalar(self, statement: Query, values: Mapping[str, Any] | None = None) -> Any:
        """Return the first column of the first row, or None."""
        only_reads(statement)
        if isinstance(statement, Prepared):
            return statement.scalar(self.connection, values)
        return self.connection.execute(statement, values).scalar()

    def reach(self, needs: Any) -> Any:
        """Return how far this actor's permission reaches, or None where there is none."""
        return scope_of(self.actor.role, needs)
