"""Drafts: what is being typed into a log form."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("held_by", types.Id(), nullable=False),
        sa.Column("kept_at", types.Moment(), nullable=False),
        sa.Column("document", types.CipherText(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draft_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        info={
            "bookkeeping": "what is being typed into a log form; the record is made by its own action",
            "person": "person_id",
        },
    )
    op.create_index(op.f("ix_draft_kept_at"), "draft", ["kept_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_draft_kept_at"), table_name="draft")
    op.drop_table("draft")
