"""When a stranger's word was written down: a slip is taken back within two minutes of it."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("caller", sa.Column("stranger_at", types.Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("caller", "stranger_at")
