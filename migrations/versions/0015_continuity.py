"""Continuity sheets: the public halves of the keys that teams keep on paper."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "continuity_key",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("team_id", types.Id(), nullable=False),
        sa.Column("public", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_by", types.Id(), nullable=False),
        sa.Column("made_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_continuity_key_team_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_continuity_key")),
        info={"person": None},
    )
    op.create_index(
        "uq_continuity_key_team",
        "continuity_key",
        ["team_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("uq_continuity_key_team", table_name="continuity_key")
    op.drop_table("continuity_key")
