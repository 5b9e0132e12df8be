"""A row for any recorded table, with whatever it points to, made through the door."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, LargeBinary, String, Table, Text

from crm.privacy.fields import Kind, fields_of
from crm.storage.ids import new_id
from crm.storage.tables import metadata
from crm.storage.types import Id, Json, Moment
from tests.factories import seed

_VALUES: tuple[tuple[type, Callable[[], Any]], ...] = (
    (Id, new_id),
    (Moment, lambda: datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)),
    (Json, lambda: ["one", {"two": 2}]),
    (Boolean, lambda: True),
    (BigInteger, lambda: 12_345_678_901),
    (Integer, lambda: 7),
    (Date, lambda: date(2026, 3, 1)),
    (LargeBinary, lambda: new_id().bytes),
)


def make_any(table: Table, **given: Any) -> UUID:
    """Insert a row with every column filled."""
    fields = fields_of(table)
    values = {
        column.name: _value(column)
        for column in table.columns
        if column.name not in {"id", *given} and fields[column.name].kind is not Kind.INDEX
    }
    return seed(table, **(values | given))


def _value(column: "Column[Any]") -> Any:
    for key in column.foreign_keys:
        if key.column.table is column.table:
            return None  # the first of a chain
        return make_any(metadata.tables[key.column.table.name])
    field = column.info["field"]
    if field.sealed:
        return f"sealed {new_id().hex}"
    for kind, make in _VALUES:
        if isinstance(column.type, kind):
            return make()
    assert isinstance(column.type, String | Text)
    return ("w" + new_id().hex[::-1])[: column.type.length or 20]
