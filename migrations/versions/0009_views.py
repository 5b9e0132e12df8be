"""Views of lists: kept, and chosen; contacts in the order of their list."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("list", sa.String(length=20), nullable=False),
        sa.Column("owner_id", types.Id(), nullable=False),
        sa.Column("team_id", types.Id(), nullable=True),
        sa.Column("name", types.CipherText(), nullable=False),
        sa.Column("query", types.CipherText(), nullable=False),
        sa.Column("columns", types.Json(), nullable=True),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_owner", "saved_view", ["owner_id", "list"])
    op.create_index("ix_saved_view_team", "saved_view", ["team_id", "list"])
    op.create_table(
        "list_choice",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("list", sa.String(length=20), nullable=False),
        sa.Column("columns", types.Json(), nullable=True),
        sa.Column("dense", sa.Boolean(), nullable=False),
        sa.Column("first_view_id", types.Id(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_choice")),
    )
    op.create_index("uq_list_choice", "list_choice", ["account_id", "list"], unique=True)
    op.create_index("ix_contact_started", "contact", ["started_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_contact_started", table_name="contact")
    op.drop_index("uq_list_choice", table_name="list_choice")
    op.drop_table("list_choice")
    op.drop_index("ix_saved_view_team", table_name="saved_view")
    op.drop_index("ix_saved_view_owner", table_name="saved_view")
    op.drop_table("saved_view")
