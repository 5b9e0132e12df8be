"""Versions of books that were taken back before their day came."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("book_version", sa.Column("withdrawn_at", types.Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("book_version", "withdrawn_at")
