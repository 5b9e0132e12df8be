"""The script: what of it was said in a contact stands beside the record, append-only like it."""

import sqlalchemy as sa
from alembic import op

from crm.audit.refusal import guarding
from crm.storage import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "script_tick",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("wording", sa.Integer(), nullable=False),
        sa.Column("said", sa.Boolean(), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_script_tick_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_script_tick_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_tick")),
        info={"person": None},
    )
    op.create_index("ix_script_tick_contact", "script_tick", ["contact_id", "line"], unique=True)
    op.create_index("ix_script_tick_said", "script_tick", ["said", "at"], unique=False)
    for statement in guarding(op.get_bind().dialect.name, ["script_tick"]):
        op.execute(sa.text(statement.replace(":", "\\:")))


def downgrade() -> None:
    op.drop_table("script_tick")
