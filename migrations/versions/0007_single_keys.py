"""Single keys: whoever does not want letters as shortcuts switches them off."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("single_keys", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("account", "single_keys")
