"""The desk: a collector's own permits are found without reading everybody's."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_permit_holder", "permit", ["reserved_by", "reserved_at"])


def downgrade() -> None:
    op.drop_index("ix_permit_holder", table_name="permit")
