"""Absences of people who work here; people shared out anew among those who are there."""

import sqlalchemy as sa
from alembic import op

from crm.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("set_by", types.Id(), nullable=False),
        sa.Column("set_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_absence_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        info={"person": None},
    )
    op.create_index(op.f("ix_absence_account_id"), "absence", ["account_id"], unique=False)
    op.create_table(
        "sharing",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("asked_by", types.Id(), nullable=False),
        sa.Column("asked_at", types.Moment(), nullable=False),
        sa.Column("filters", types.Json(), nullable=False),
        sa.Column("reason", types.CipherText(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("job_id", types.Id(), nullable=False),
        sa.Column("undo_job_id", types.Id(), nullable=True),
        sa.Column("undone_by", types.Id(), nullable=True),
        sa.Column("undone_at", types.Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing")),
        info={"person": "asked_by"},
    )
    op.create_index(op.f("ix_sharing_asked_by"), "sharing", ["asked_by"], unique=False)
    op.create_table(
        "sharing_move",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("sharing_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("from_collector_id", types.Id(), nullable=True),
        sa.Column("from_team_id", types.Id(), nullable=True),
        sa.Column("from_agency_id", types.Id(), nullable=True),
        sa.Column("to_collector_id", types.Id(), nullable=False),
        sa.Column("moved_at", types.Moment(), nullable=True),
        sa.Column("returned_at", types.Moment(), nullable=True),
        sa.Column("left_because", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sharing_move_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["sharing_id"], ["sharing.id"], name=op.f("fk_sharing_move_sharing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sharing_move")),
        info={"person": None},
    )
    op.create_index(op.f("ix_sharing_move_person_id"), "sharing_move", ["person_id"], unique=False)
    op.create_index(
        "uq_sharing_move", "sharing_move", ["sharing_id", "person_id"], unique=True
    )


def downgrade() -> None:
    op.drop_index("uq_sharing_move", table_name="sharing_move")
    op.drop_index(op.f("ix_sharing_move_person_id"), table_name="sharing_move")
    op.drop_table("sharing_move")
    op.drop_index(op.f("ix_sharing_asked_by"), table_name="sharing")
    op.drop_table("sharing")
    op.drop_index(op.f("ix_absence_account_id"), table_name="absence")
    op.drop_table("absence")
