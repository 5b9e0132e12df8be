"""The house: every table, its triggers and its first rows."""

import sqlalchemy as sa
from alembic import op

from crm.audit.refusal import trigger_removals, trigger_statements
from crm.storage import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("name", name=op.f("uq_agency_name")),
        info={"person": None},
    )
    op.create_table(
        "approval",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("action_version", sa.Integer(), nullable=False),
        sa.Column("document", types.CipherText(), nullable=True),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("requested_by", types.Id(), nullable=False),
        sa.Column("requested_at", types.Moment(), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=True),
        sa.Column("subject_id", types.Id(), nullable=True),
        sa.Column("subject_relation", sa.String(length=10), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", types.Id(), nullable=True),
        sa.Column("decided_at", types.Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        info={"person": "requested_by"},
    )
    op.create_index(op.f("ix_approval_requested_by"), "approval", ["requested_by"], unique=False)
    op.create_index(op.f("ix_approval_state"), "approval", ["state"], unique=False)
    op.create_table(
        "audit_checkpoint",
        sa.Column(
            "size",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
        info={
            "bookkeeping": "the tree over the entries: it can be made again from them",
            "person": None,
        },
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("actor_id", types.Id(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("subject_id", types.Id(), nullable=True),
        sa.Column("writer", types.Id(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("seal", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        info={"person": None},
    )
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor_id", "at"], unique=False)
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject_id", "at"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        info={
            "bookkeeping": "the tree over the entries: it can be made again from them",
            "person": None,
        },
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generation")),
        info={"bookkeeping": "a counter; what raised it has its own entry", "person": None},
    )
    op.create_table(
        "idempotency",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("actor_id", types.Id(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("result_id", types.Id(), nullable=True),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
        sa.UniqueConstraint("actor_id", "key", name=op.f("uq_idempotency_actor_id_key")),
        info={
            "bookkeeping": "remembers that a request was answered; what it did has its own entry",
            "person": None,
        },
    )
    op.create_table(
        "import_mapping",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("name", name=op.f("uq_import_mapping_name")),
        info={"person": None},
    )
    op.create_table(
        "import_run",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("mapping", sa.String(length=80), nullable=False),
        sa.Column("document", types.Json(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("totals", types.Json(), nullable=True),
        sa.Column("job_id", types.Id(), nullable=True),
        sa.Column("started_by", types.Id(), nullable=False),
        sa.Column("started_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        info={"person": None},
    )
    op.create_table(
        "job",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("arguments", types.CipherText(), nullable=True),
        sa.Column("asked_by", types.Id(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("run_at", types.Moment(), nullable=False),
        sa.Column("lease_until", types.Moment(), nullable=True),
        sa.Column("worker", types.Id(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("progress", types.Json(), nullable=True),
        sa.Column("cancel_asked_at", types.Moment(), nullable=True),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("kind", "slot", name=op.f("uq_job_kind_slot")),
        info={
            "bookkeeping": "asking and cancelling are entries of their actions; what a job does has its own",
            "person": "asked_by",
        },
    )
    op.create_index(op.f("ix_job_state"), "job", ["state"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        info={"person": None},
    )
    op.create_table(
        "portfolio",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("creditor", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("collector_role", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("agency_id", types.Id(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio")),
        sa.UniqueConstraint("name", name=op.f("uq_portfolio_name")),
        info={"person": None},
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", types.Moment(), nullable=False),
        sa.Column("locked_until", types.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
        info={
            "bookkeeping": "counters that slow down guessing; each attempt has its own entry",
            "person": None,
        },
    )
    op.create_table(
        "totp_used",
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_totp_used")),
        info={
            "bookkeeping": "the last accepted step of a second factor, so that a code works once",
            "person": None,
        },
    )
    op.create_table(
        "audit_leaf",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entry_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_leaf_entry_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_leaf")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_leaf_entry_id")),
        info={
            "bookkeeping": "the tree over the entries: it can be made again from them",
            "person": None,
        },
    )
    op.create_table(
        "audit_pending",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("entry_id", types.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["audit_entry.id"], name=op.f("fk_audit_pending_entry_id")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_pending")),
        info={
            "bookkeeping": "the tree over the entries: it can be made again from them",
            "person": None,
        },
    )
    op.create_table(
        "import_reject",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("run_id", types.Id(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.String(length=80), nullable=True),
        sa.Column("value", types.CipherText(), nullable=True),
        sa.Column("reason", sa.String(length=120), nullable=False),
        sa.Column("hint", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_reject_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_reject")),
        info={"person": "run_id"},
    )
    op.create_index("ix_import_reject_line", "import_reject", ["run_id", "line"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", types.CipherText(), nullable=True),
        sa.Column("national_id", types.CipherText(), nullable=True),
        sa.Column("national_id_index", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("organisation_id", types.Id(), nullable=True),
        sa.Column("collector_id", types.Id(), nullable=True),
        sa.Column("team_id", types.Id(), nullable=True),
        sa.Column("agency_id", types.Id(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("erasure_begun_at", types.Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        info={"person": "id"},
    )
    op.create_index("ix_person_collector", "person", ["collector_id", "id"], unique=False)
    op.create_index(
        op.f("ix_person_national_id_index"), "person", ["national_id_index"], unique=False
    )
    op.create_index("ix_person_team", "person", ["team_id", "id"], unique=False)
    op.create_table(
        "team",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("agency_id", types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_team_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
        info={"person": None},
    )
    op.create_table(
        "account",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("email", types.CipherText(), nullable=False),
        sa.Column("email_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("name", types.CipherText(), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("team_id", types.Id(), nullable=True),
        sa.Column("agency_id", types.Id(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("valid_until", types.Moment(), nullable=True),
        sa.Column("password_hash", types.CipherText(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("totp_secret", types.CipherText(), nullable=True),
        sa.Column("totp_confirmed", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_account_agency_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_account_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_index", name=op.f("uq_account_email_index")),
        info={"person": "id"},
    )
    op.create_table(
        "circumstance",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("since", sa.String(length=40), nullable=False),
        sa.Column("until", sa.String(length=40), nullable=True),
        sa.Column("scope", types.Json(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=True),
        sa.Column("lifted_at", types.Moment(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_circumstance_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circumstance")),
        info={"person": "person_id"},
    )
    op.create_index(op.f("ix_circumstance_person_id"), "circumstance", ["person_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("until", sa.String(length=40), nullable=True),
        sa.Column("revoked_at", sa.String(length=40), nullable=True),
        sa.Column("scope", types.Json(), nullable=True),
        sa.Column("words", types.CipherText(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        info={"person": "person_id"},
    )
    op.create_index(op.f("ix_consent_person_id"), "consent", ["person_id"], unique=False)
    op.create_table(
        "contact_point",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("address_type", sa.String(length=8), nullable=False),
        sa.Column("value", types.CipherText(), nullable=False),
        sa.Column("value_index", sa.Integer(), nullable=True),
        sa.Column("token", sa.LargeBinary(length=16), nullable=True),
        sa.Column("valid_from", types.Moment(), nullable=False),
        sa.Column("valid_until", types.Moment(), nullable=True),
        sa.Column("ended_because", sa.String(length=20), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contact_point_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
        info={"person": "person_id"},
    )
    op.create_index(
        op.f("ix_contact_point_person_id"), "contact_point", ["person_id"], unique=False
    )
    op.create_index(op.f("ix_contact_point_token"), "contact_point", ["token"], unique=False)
    op.create_index(
        op.f("ix_contact_point_value_index"), "contact_point", ["value_index"], unique=False
    )
    op.create_table(
        "decision",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("asked_by", types.Id(), nullable=False),
        sa.Column("asked_for", sa.String(length=10), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=True),
        sa.Column("next_allowed_at", types.Moment(), nullable=True),
        sa.Column("engine", sa.String(length=20), nullable=False),
        sa.Column("facts_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("document", types.CipherText(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        info={"person": "person_id"},
    )
    op.create_index("ix_decision_person", "decision", ["person_id", "at"], unique=False)
    op.create_index("ix_decision_refused", "decision", ["allowed", "at"], unique=False)
    op.create_table(
        "loan",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("portfolio_id", types.Id(), nullable=False),
        sa.Column("borrower_id", types.Id(), nullable=False),
        sa.Column("number", types.CipherText(), nullable=True),
        sa.Column("number_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("account", sa.LargeBinary(length=16), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("overdue", sa.BigInteger(), nullable=False),
        sa.Column("days_past_due", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("bucket", sa.String(length=4), nullable=False),
        sa.Column("credit_limit", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("time_barred", sa.Integer(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["borrower_id"], ["person.id"], name=op.f("fk_loan_borrower_id")),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolio.id"], name=op.f("fk_loan_portfolio_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("number_index", name=op.f("uq_loan_number_index")),
        info={"person": "borrower_id"},
    )
    op.create_index(op.f("ix_loan_borrower_id"), "loan", ["borrower_id"], unique=False)
    op.create_index("ix_loan_days", "loan", ["days_past_due", "id"], unique=False)
    op.create_index(op.f("ix_loan_portfolio_id"), "loan", ["portfolio_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
        info={"person": None},
    )
    op.create_index(op.f("ix_api_token_account_id"), "api_token", ["account_id"], unique=False)
    op.create_table(
        "loan_month",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("loan_id", types.Id(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("bill", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("days_past_due", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_month_loan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_month")),
        sa.UniqueConstraint("loan_id", "month", name=op.f("uq_loan_month_loan_id_month")),
        info={"person": None},
    )
    op.create_table(
        "loan_party",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("loan_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_party_loan_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_loan_party_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_party")),
        sa.UniqueConstraint("loan_id", "person_id", name=op.f("uq_loan_party_loan_id_person_id")),
        info={"person": None},
    )
    op.create_index(op.f("ix_loan_party_person_id"), "loan_party", ["person_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("loan_id", types.Id(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("run_id", types.Id(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_payment_loan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        info={"person": None},
    )
    op.create_index(op.f("ix_payment_loan_id"), "payment", ["loan_id"], unique=False)
    op.create_table(
        "permit",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("contact_point_id", types.Id(), nullable=False),
        sa.Column("decision_id", types.Id(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("ground", sa.String(length=24), nullable=True),
        sa.Column("loan_ids", types.Json(), nullable=False),
        sa.Column("proposed", types.Json(), nullable=True),
        sa.Column("reserved_by", types.Id(), nullable=False),
        sa.Column("reserved_at", types.Moment(), nullable=False),
        sa.Column("planned_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_point.id"], name=op.f("fk_permit_contact_point_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_permit_decision_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_permit_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit")),
        info={"person": None},
    )
    op.create_index("ix_permit_person", "permit", ["person_id", "reserved_at"], unique=False)
    op.create_table(
        "place_evidence",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("contact_point_id", types.Id(), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("city", sa.String(length=40), nullable=True),
        sa.Column("zones", types.Json(), nullable=True),
        sa.Column("observed_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_point_id"],
            ["contact_point.id"],
            name=op.f("fk_place_evidence_contact_point_id"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_place_evidence_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_evidence")),
        info={"person": "person_id"},
    )
    op.create_index(
        op.f("ix_place_evidence_person_id"), "place_evidence", ["person_id"], unique=False
    )
    op.create_table(
        "reveal",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("contact_point_id", types.Id(), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("reason", types.CipherText(), nullable=False),
        sa.Column("revealed_by", types.Id(), nullable=False),
        sa.Column("revealed_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_point.id"], name=op.f("fk_reveal_contact_point_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reveal_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveal")),
        info={"person": "person_id"},
    )
    op.create_index("ix_reveal_by", "reveal", ["revealed_by", "revealed_at"], unique=False)
    op.create_index(op.f("ix_reveal_person_id"), "reveal", ["person_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", types.Id(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("last_seen_at", types.Moment(), nullable=False),
        sa.Column("expires_at", types.Moment(), nullable=False),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("browser", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        info={
            "bookkeeping": "signing in, out and ending are entries of their actions",
            "person": None,
        },
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("contact_point_id", types.Id(), nullable=True),
        sa.Column("permit_id", types.Id(), nullable=True),
        sa.Column("decision_id", types.Id(), nullable=True),
        sa.Column("corrects_id", types.Id(), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("direction", sa.String(length=8), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=True),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("mark", sa.String(length=14), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=True),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.Column("agent", sa.String(length=5), nullable=False),
        sa.Column("loan_ids", types.Json(), nullable=False),
        sa.Column("started_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("recorded_at", types.Moment(), nullable=False),
        sa.Column("recorded_by", types.Id(), nullable=False),
        sa.Column("emotion", sa.String(length=12), nullable=True),
        sa.Column("note", types.CipherText(), nullable=True),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["contact.id"], name=op.f("fk_contact_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_contact_decision_id")
        ),
        sa.ForeignKeyConstraint(["permit_id"], ["permit.id"], name=op.f("fk_contact_permit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        info={"person": "person_id"},
    )
    op.create_index(
        "uq_contact_corrects_id",
        "contact",
        ["corrects_id"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NOT NULL"),
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.create_index(
        "uq_contact_permit",
        "contact",
        ["permit_id"],
        unique=True,
        sqlite_where=sa.text("corrects_id IS NULL"),
        postgresql_where=sa.text("corrects_id IS NULL"),
    )
    op.create_index("ix_contact_mark", "contact", ["mark", "started_at"], unique=False)
    op.create_index("ix_contact_person", "contact", ["person_id", "started_at"], unique=False)
    op.create_table(
        "permit_event",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("permit_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("by", types.Id(), nullable=False),
        sa.Column("decision_id", types.Id(), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_permit_event_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["permit_id"], ["permit.id"], name=op.f("fk_permit_event_permit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_permit_event")),
        info={"person": None},
    )
    op.create_table(
        "outage",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("began_at", types.Moment(), nullable=False),
        sa.Column("ended_at", types.Moment(), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("declared_by", types.Id(), nullable=False),
        sa.Column("declared_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        info={"person": None},
    )
    op.create_index(op.f("ix_outage_began_at"), "outage", ["began_at"], unique=False)
    op.create_index("uq_permit_event", "permit_event", ["permit_id", "kind"], unique=True)
    op.create_table(
        "book_version",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("book", sa.String(length=20), nullable=False),
        sa.Column("edition", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("loosens", types.Json(), nullable=False),
        sa.Column("based_on", sa.String(length=64), nullable=True),
        sa.Column("drafted_by", types.Id, nullable=False),
        sa.Column("drafted_at", types.Moment(), nullable=False),
        sa.Column("published_at", types.Moment(), nullable=True),
        sa.Column("approved_by", types.Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_version")),
        info={"person": None},
    )
    op.create_index(op.f("ix_book_version_sha256"), "book_version", ["sha256"], unique=False)
    op.create_index(op.f("ix_book_version_state"), "book_version", ["state"], unique=False)
    op.create_index(
        "uq_book_version_published",
        "book_version",
        ["book", "edition"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "back_test",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("version_id", types.Id, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("since", types.Moment(), nullable=False),
        sa.Column("until", types.Moment(), nullable=False),
        sa.Column("asked_by", types.Id, nullable=False),
        sa.Column("asked_at", types.Moment(), nullable=False),
        sa.Column("job_id", types.Id, nullable=False),
        sa.Column("finished_at", types.Moment(), nullable=True),
        sa.Column("summary", types.Json(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["book_version.id"], name=op.f("fk_back_test_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_back_test")),
        info={"person": None},
    )
    op.create_index(op.f("ix_back_test_version_id"), "back_test", ["version_id"], unique=False)
    op.create_table(
        "back_test_case",
        sa.Column("id", types.Id, nullable=False),
        sa.Column("back_test_id", types.Id, nullable=False),
        sa.Column("decision_id", types.Id, nullable=False),
        sa.Column("at", types.Moment(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("effect", sa.String(length=8), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("team_id", types.Id, nullable=True),
        sa.Column("collector_id", types.Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["back_test_id"], ["back_test.id"], name=op.f("fk_back_test_case_back_test_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_back_test_case")),
        info={
            "bookkeeping": "what a back-test found; its figures are recorded, and it can be made again",
            "person": None,
        },
    )
    op.create_index(
        "ix_back_test_case_back_test_id_at", "back_test_case", ["back_test_id", "at"], unique=False
    )
    op.create_table(
        "said",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("loan_id", types.Id(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("document", types.CipherText(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_said_contact_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_said_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_said")),
        info={"person": "person_id"},
    )
    op.create_index(op.f("ix_said_contact_id"), "said", ["contact_id"], unique=False)
    op.create_table(
        "export",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("asked_by", types.Id(), nullable=False),
        sa.Column("asked_at", types.Moment(), nullable=False),
        sa.Column("job_id", types.Id(), nullable=False),
        sa.Column("filters", types.Json(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("ready_at", types.Moment(), nullable=True),
        sa.Column("content", types.CipherText(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        info={"person": "asked_by"},
    )
    op.create_index(op.f("ix_export_ready_at"), "export", ["ready_at"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("person_id", types.Id(), nullable=False),
        sa.Column("contact_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("mark", sa.String(length=14), nullable=True),
        sa.Column("rule", sa.String(length=80), nullable=True),
        sa.Column("opened_at", types.Moment(), nullable=False),
        sa.Column("charged_to", types.Id(), nullable=True),
        sa.Column("owner_id", types.Id(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=True),
        sa.Column("effect", sa.String(length=16), nullable=True),
        sa.Column("remedy", sa.String(length=16), nullable=True),
        sa.Column("report", sa.String(length=12), nullable=True),
        sa.Column("words", types.CipherText(), nullable=True),
        sa.Column("closed_at", types.Moment(), nullable=True),
        sa.Column("closed_by", types.Id(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_finding_contact_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_finding_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_finding_contact_id")),
        info={"person": "person_id"},
    )
    op.create_index("ix_finding_open", "finding", ["closed_at", "opened_at"], unique=False)
    op.create_index(op.f("ix_finding_person_id"), "finding", ["person_id"], unique=False)
    for statement in trigger_statements(op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", "\\:")))
    head = sa.table("audit_head", sa.column("id"), sa.column("size"), sa.column("frontier"))
    op.bulk_insert(head, [{"id": 1, "size": 0, "frontier": b""}])
    generation = sa.table("generation", sa.column("id"), sa.column("number"))
    op.bulk_insert(generation, [{"id": 1, "number": 1}])


def downgrade() -> None:
    for statement in trigger_removals(op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_index(op.f("ix_export_ready_at"), table_name="export")
    op.drop_table("export")
    op.drop_index(op.f("ix_finding_person_id"), table_name="finding")
    op.drop_index("ix_finding_open", table_name="finding")
    op.drop_table("finding")
    op.drop_index(op.f("ix_outage_began_at"), table_name="outage")
    op.drop_table("outage")
    op.drop_index(op.f("ix_said_contact_id"), table_name="said")
    op.drop_table("said")
    op.drop_index("ix_back_test_case_back_test_id_at", table_name="back_test_case")
    op.drop_table("back_test_case")
    op.drop_index(op.f("ix_back_test_version_id"), table_name="back_test")
    op.drop_table("back_test")
    op.drop_index("uq_book_version_published", table_name="book_version")
    op.drop_index(op.f("ix_book_version_state"), table_name="book_version")
    op.drop_index(op.f("ix_book_version_sha256"), table_name="book_version")
    op.drop_table("book_version")
    op.drop_index("uq_permit_event", table_name="permit_event")
    op.drop_table("permit_event")
    op.drop_index("ix_contact_person", table_name="contact")
    op.drop_index("ix_contact_mark", table_name="contact")
    op.drop_index("uq_contact_permit", table_name="contact")
    op.drop_index("uq_contact_corrects_id", table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("ix_reveal_person_id"), table_name="reveal")
    op.drop_index("ix_reveal_by", table_name="reveal")
    op.drop_table("reveal")
    op.drop_index(op.f("ix_place_evidence_person_id"), table_name="place_evidence")
    op.drop_table("place_evidence")
    op.drop_index("ix_permit_person", table_name="permit")
    op.drop_table("permit")
    op.drop_index(op.f("ix_payment_loan_id"), table_name="payment")
    op.drop_table("payment")
    op.drop_index(op.f("ix_loan_party_person_id"), table_name="loan_party")
    op.drop_table("loan_party")
    op.drop_table("loan_month")
    op.drop_index(op.f("ix_api_token_account_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_loan_portfolio_id"), table_name="loan")
    op.drop_index("ix_loan_days", table_name="loan")
    op.drop_index(op.f("ix_loan_borrower_id"), table_name="loan")
    op.drop_table("loan")
    op.drop_index("ix_decision_refused", table_name="decision")
    op.drop_index("ix_decision_person", table_name="decision")
    op.drop_table("decision")
    op.drop_index(op.f("ix_contact_point_value_index"), table_name="contact_point")
    op.drop_index(op.f("ix_contact_point_token"), table_name="contact_point")
    op.drop_index(op.f("ix_contact_point_person_id"), table_name="contact_point")
    op.drop_table("contact_point")
    op.drop_index(op.f("ix_consent_person_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_circumstance_person_id"), table_name="circumstance")
    op.drop_table("circumstance")
    op.drop_table("account")
    op.drop_table("team")
    op.drop_index("ix_person_team", table_name="person")
    op.drop_index(op.f("ix_person_national_id_index"), table_name="person")
    op.drop_index("ix_person_collector", table_name="person")
    op.drop_table("person")
    op.drop_index("ix_import_reject_line", table_name="import_reject")
    op.drop_table("import_reject")
    op.drop_table("audit_pending")
    op.drop_table("audit_leaf")
    op.drop_table("totp_used")
    op.drop_table("sign_in_attempt")
    op.drop_table("portfolio")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_job_state"), table_name="job")
    op.drop_table("job")
    op.drop_table("import_run")
    op.drop_table("import_mapping")
    op.drop_table("idempotency")
    op.drop_table("generation")
    op.drop_table("audit_head")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
    op.drop_index("ix_audit_entry_actor", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_table("audit_checkpoint")
    op.drop_index(op.f("ix_approval_state"), table_name="approval")
    op.drop_index(op.f("ix_approval_requested_by"), table_name="approval")
    op.drop_table("approval")
    op.drop_table("agency")
