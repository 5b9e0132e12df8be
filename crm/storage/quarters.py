"""Quarters of an hour: what instants are counted by, whatever the reader's zone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_SECONDS = 900  # every zone of today lies a whole number of these from UTC
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class quarter(FunctionElement[int]):
    """The number of the quarter of an hour, since 1970, in which a moment lies."""

    inherit_cache = True
    name = "quarter"
    type = BigInteger()


@compiles(quarter, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    column = compiler.process(element.clauses, **given)
    return f"CAST(floor(extract(epoch FROM {column}) / {_SECONDS}) AS bigint)"


@compiles(quarter, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    column = compiler.process(element.clauses, **given)
    return f"({column} / {_SECONDS * 1_000_000})"


def start_of_quarter(number: int) -> datetime:
    """Return the instant at which a quarter begins."""
    return _EPOCH + timedelta(seconds=number * _SECONDS)
