"""Who may be one and the same person: the index that finds them, and what is decided of them."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("national_id_token", sa.LargeBinary(16), nullable=True))
    op.add_column("person", sa.Column("counted_with", types.Id(), nullable=True))
    op.add_column("person", sa.Column("main_id", types.Id(), nullable=True))
    op.create_index(op.f("ix_person_national_id_token"), "person", ["national_id_token"])
    grouped = sa.text("counted_with IS NOT NULL")
    op.create_index(
        "ix_person_counted_with",
        "person",
        ["counted_with"],
        sqlite_where=grouped,
        postgresql_where=grouped,
    )
    op.create_table(
        "person_match",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("one_id", types.Id(), nullable=False),
        sa.Column("other_id", types.Id(), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=True),
        sa.Column("proposed_at", types.Moment(), nullable=False),
        sa.Column("decided_at", types.Moment(), nullable=True),
        sa.Column("decided_by", types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["one_id"], ["person.id"], name=op.f("fk_person_match_one_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["person.id"], name=op.f("fk_person_match_other_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_match")),
        info={"person": None},
    )
    op.create_index("uq_person_match", "person_match", ["one_id", "other_id"], unique=True)
    op.create_index(op.f("ix_person_match_other_id"), "person_match", ["other_id"])
    op.create_index("ix_person_match_state", "person_match", ["state", "id"])


def downgrade() -> None:
    op.drop_table("person_match")
    op.drop_index("ix_person_counted_with", table_name="person")
    op.drop_index(op.f("ix_person_national_id_token"), table_name="person")
    for column in ("main_id", "counted_with", "national_id_token"):
        op.drop_column("person", column)
