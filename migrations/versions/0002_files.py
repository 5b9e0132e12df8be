"""Files of others, and the day-one question, which a house at work has answered already."""

import sqlalchemy as sa
from alembic import op

from crm import clock
from crm.storage import types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "day_one",
        sa.Column("question", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_by", types.Id(), nullable=True),
        sa.Column("run_id", types.Id(), nullable=True),
        sa.Column("at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("question", name=op.f("pk_day_one")),
        info={
            "bookkeeping": "a switch: the attestation or the import that turned it has its own "
            "entry",
            "person": None,
        },
    )
    op.create_table(
        "import_conflict",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("run_id", types.Id(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("loan_id", types.Id(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=16), nullable=False),
        sa.Column("record_id", types.Id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_import_conflict_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_conflict_run_id_import_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_conflict")),
        info={"person": None},
    )
    op.create_index("ix_import_conflict_line", "import_conflict", ["run_id", "line"], unique=False)
    op.create_table(
        "import_item",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("run_id", types.Id(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=True),
        sa.Column("content", sa.LargeBinary(length=16), nullable=True),
        sa.Column("record_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_import_item_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_item_run_id_import_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_item")),
        sa.UniqueConstraint("digest", name=op.f("uq_import_item_digest")),
        info={"person": "person_id"},
    )
    op.create_index(op.f("ix_import_item_run_id"), "import_item", ["run_id"], unique=False)
    _answer_where_at_work()


def downgrade() -> None:
    op.drop_index(op.f("ix_import_item_run_id"), table_name="import_item")
    op.drop_table("import_item")
    op.drop_index("ix_import_conflict_line", table_name="import_conflict")
    op.drop_table("import_conflict")
    op.drop_table("day_one")


def _answer_where_at_work() -> None:
    """A house that has contacts or permits began before the question was asked."""
    connection = op.get_bind()
    tables = [sa.table(name, sa.column("id")) for name in ("contact", "permit")]
    if not any(connection.execute(sa.select(table.c.id).limit(1)).first() for table in tables):
        return
    day_one = sa.table(
        "day_one", sa.column("question"), sa.column("answer"), sa.column("at", types.Moment())
    )
    rows = [{"question": one, "answer": "before", "at": clock.now()} for one in ("stops", "contacts")]
    op.bulk_insert(day_one, rows)
