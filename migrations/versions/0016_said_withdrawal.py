"""What was recorded as said by mistake: taken back, and kept."""

import sqlalchemy as sa
from alembic import op

from crm.audit.refusal import guarding
from crm.storage import types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "said_withdrawal",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("said_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("withdrawn_by", types.Id(), nullable=False),
        sa.Column("withdrawn_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_said_withdrawal_person_id")),
        sa.ForeignKeyConstraint(["said_id"], ["said.id"], name=op.f("fk_said_withdrawal_said_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_said_withdrawal")),
        info={"person": None},
    )
    op.create_index("uq_said_withdrawal_said", "said_withdrawal", ["said_id"], unique=True)
    op.create_index("ix_said_withdrawal_by", "said_withdrawal", ["withdrawn_by", "withdrawn_at"])
    for statement in guarding(op.get_bind().dialect.name, ["said_withdrawal"]):
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    op.drop_index("ix_said_withdrawal_by", table_name="said_withdrawal")
    op.drop_index("uq_said_withdrawal_said", table_name="said_withdrawal")
    op.drop_table("said_withdrawal")
