"""Ids of many rows in one text, so that a statement of one row can carry them along."""

from typing import Any
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class ids_listed(GenericFunction[str]):
    """All ids of a column of type Id, with commas between them; NULL where there are none."""

    type = String()
    inherit_cache = True


@compiles(ids_listed, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    return f"string_agg(CAST({compiler.process(element.clauses, **how)} AS TEXT), ',')"


@compiles(ids_listed, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"group_concat(hex({compiler.process(element.clauses, **how)}), ',')"


def ids_of(text: str | None) -> frozenset[UUID]:
    """Return the ids that such a text lists."""
    return frozenset(UUID(one) for one in text.split(",")) if text else frozenset()
