"""Callers whom another colleague has: who was looked up, whose file is held, who was told."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("held_by", types.Id(), nullable=False),
        sa.Column("caller_id", types.Id(), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["held_by"], ["account.id"], name=op.f("fk_hold_held_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hold_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        info={"person": None},
    )
    op.create_index("ix_hold_held_by", "hold", ["held_by", "expires_at"], unique=False)
    op.create_index("ix_hold_person_id", "hold", ["person_id"], unique=False)
    op.create_table(
        "caller",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("asked_by", types.Id(), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("candidates", types.Json(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=True),
        sa.Column("contact_point_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_caller_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller")),
        info={"person": None},
    )
    op.create_index("ix_caller_asked_by", "caller", ["asked_by", "at"], unique=False)
    op.create_index("ix_caller_person_id", "caller", ["person_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by", types.Id(), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("seen_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        info={"person": None},
    )
    op.create_index("ix_notice_account_id", "notice", ["account_id", "seen_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_notice_account_id", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_caller_person_id", table_name="caller")
    op.drop_index("ix_caller_asked_by", table_name="caller")
    op.drop_table("caller")
    op.drop_index("ix_hold_person_id", table_name="hold")
    op.drop_index("ix_hold_held_by", table_name="hold")
    op.drop_table("hold")
