"""Run migrations on one connection of their own, which no guard watches: they change the shape."""

from typing import Any

from alembic import context
from sqlalchemy import create_engine, text

from crm.audit.refusal import grants
from crm.rooms import TABLES
from crm.storage.tables import metadata

assert TABLES  # every room's tables are in the metadata


def ours(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our own column types by their names."""
    if kind == "type" and type(item).__module__ == "crm.storage.types":
        autogen_context.imports.add("from crm.storage import types")
        return f"types.{type(item).__name__}()"
    return False


attributes = context.config.attributes
engine = create_engine(attributes["url"], hide_parameters=True)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_item=ours,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()
        if attributes.get("role") and connection.dialect.has_table(connection, "audit_entry"):
            for grant in grants(attributes["role"]):
                connection.execute(text(grant))
    connection.commit()
engine.dispose()
