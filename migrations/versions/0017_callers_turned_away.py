"""Callers who were turned away: when too many of their answers did not match."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("caller", sa.Column("failed_at", types.Moment(), nullable=True))
    op.create_index("ix_caller_at", "caller", ["at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_caller_at", table_name="caller")
    op.drop_column("caller", "failed_at")
