"""Outages of one team: none named means the whole house, as before."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outage", sa.Column("team_id", types.Id(), nullable=True))


def downgrade() -> None:
    op.drop_column("outage", "team_id")
