"""Files of lists: of which list, what for, and why."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("export", sa.Column("list", sa.String(length=20), nullable=True))
    op.add_column("export", sa.Column("purpose", sa.String(length=16), nullable=True))
    op.add_column("export", sa.Column("reason", types.CipherText(), nullable=True))


def downgrade() -> None:
    op.drop_column("export", "reason")
    op.drop_column("export", "purpose")
    op.drop_column("export", "list")
