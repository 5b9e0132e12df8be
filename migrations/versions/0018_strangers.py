"""Strangers who call by a borrower's number: by which number each was found, and what was said."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("caller", sa.Column("points", types.Json(), nullable=True))
    op.add_column("caller", sa.Column("stranger", sa.String(12), nullable=True))


def downgrade() -> None:
    op.drop_column("caller", "stranger")
    op.drop_column("caller", "points")
