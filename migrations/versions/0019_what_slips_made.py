"""What a slip made: when a stranger's word was written down, by what was said a number was added."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("caller", sa.Column("stranger_at", types.Moment(), nullable=True))
    op.add_column("caller", sa.Column("bound", types.Json(), nullable=True))
    op.add_column("contact_point", sa.Column("said_id", types.Id(), nullable=True))


def downgrade() -> None:
    op.drop_column("contact_point", "said_id")
    op.drop_column("caller", "bound")
    op.drop_column("caller", "stranger_at")
