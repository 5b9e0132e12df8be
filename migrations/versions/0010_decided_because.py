"""Why a second person agreed to a request, or did not."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("approval", sa.Column("decided_because", types.CipherText(), nullable=True))


def downgrade() -> None:
    op.drop_column("approval", "decided_because")
