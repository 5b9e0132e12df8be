"""The list of tables, each either recorded or declared bookkeeping."""

from sqlalchemy import Column, Constraint, Index, MetaData, Table

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Part = Column | Constraint | Index  # type: ignore[type-arg]  # columns of any type


def recorded(name: str, *parts: Part, person: str | None = None) -> Table:
    """Declare a table whose every change needs an entry in the ledger.

    `person` names the column that leads to the subject of keys: the row's sealed values are
    under that person's (or account's) keys.
    """
    return Table(name, metadata, *parts, info={"person": person})


def bookkeeping(name: str, why: str, *parts: Part, person: str | None = None) -> Table:
    """Declare a table that may change without an entry, and say why."""
    return Table(name, metadata, *parts, info={"bookkeeping": why, "person": person})


def is_recorded(table: Table) -> bool:
    """Tell whether a change of `table` must be in the ledger."""
    return "bookkeeping" not in table.info
