"""Portfolios, loans, who stands on them, months, payments and the imports that bring them."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint

from crm.privacy.fields import Retention, impersonal, indexed, sealed
from crm.privacy.masks import Mask
from crm.storage.tables import recorded
from crm.storage.types import Day, Id, Json, Moment

portfolio = recorded(
    "portfolio",
    impersonal("id", Id, primary_key=True),
    impersonal("name", String(120), nullable=False, unique=True),
    impersonal("creditor", String(120), nullable=False),
    impersonal("kind", String(20), nullable=False),  # the contract's kind of debt
    impersonal("collector_role", String(12), nullable=False),  # the contract's, by who works it
    impersonal("currency", String(3), nullable=False),
    impersonal("agency_id", Id),
    impersonal("created_at", Moment, nullable=False),
)

loan = recorded(
    "loan",
    impersonal("id", Id, primary_key=True),
    impersonal("portfolio_id", Id, ForeignKey("portfolio.id"), nullable=False, index=True),
    impersonal("borrower_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    sealed("number", field="loan.number", mask=Mask.LOAN_NUMBER, label="Loan number"),
    indexed("number_index", of="number", bits=128, unique=True),
    impersonal("account", LargeBinary(16)),  # opaque servicing account; NULL: the loan itself
    impersonal("currency", String(3), nullable=False),
    impersonal("balance", BigInteger, nullable=False),  # minor units
    impersonal("overdue", BigInteger, nullable=False),  # minor units
    impersonal("days_past_due", Integer, nullable=False),
    impersonal("as_of", Day, nullable=False),  # the day of balance and days past due
    impersonal("bucket", String(4), nullable=False),  # M0 ... M6, M7 for more
    impersonal("credit_limit", BigInteger),
    impersonal("status", String(10), nullable=False, default="open"),
    impersonal("time_barred", Integer),  # NULL: not known
    impersonal("created_at", Moment, nullable=False),
    impersonal("version", Integer, nullable=False, default=1),
    Index("ix_loan_days", "days_past_due", "id"),
    person="borrower_id",
)

loan_party = recorded(
    "loan_party",
    impersonal("id", Id, primary_key=True),
    impersonal("loan_id", Id, ForeignKey("loan.id"), nullable=False),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    impersonal("role", String(20), nullable=False),  # the contract's target words
    impersonal("created_at", Moment, nullable=False),
    UniqueConstraint("loan_id", "person_id"),
)

loan_month = recorded(
    "loan_month",
    impersonal("id", Id, primary_key=True),
    impersonal("loan_id", Id, ForeignKey("loan.id"), nullable=False),
    impersonal("month", Day, nullable=False),  # its first day
    impersonal("bill", BigInteger),  # minor units; negative: in credit
    impersonal("paid", BigInteger),
    impersonal("status", Integer),  # as the source says: -2, -1, 0, n months late
    impersonal("days_past_due", Integer, nullable=False),
    UniqueConstraint("loan_id", "month"),
)

payment = recorded(
    "payment",
    impersonal("id", Id, primary_key=True),
    impersonal("loan_id", Id, ForeignKey("loan.id"), nullable=False, index=True),
    impersonal("amount", BigInteger, nullable=False),  # minor units
    impersonal("currency", String(3), nullable=False),
    impersonal("paid_on", Day, nullable=False),
    impersonal("source", String(20), nullable=False),
    impersonal("run_id", Id),
    impersonal("created_at", Moment, nullable=False),
)

import_mapping = recorded(
    "import_mapping",
    impersonal("id", Id, primary_key=True),
    impersonal("name", String(80), nullable=False, unique=True),
    impersonal("document", Json, nullable=False),
    impersonal("created_at", Moment, nullable=False),
    impersonal("version", Integer, nullable=False, default=1),
)

import_run = recorded(
    "import_run",
    impersonal("id", Id, primary_key=True),
    impersonal("kind", String(12), nullable=False),
    impersonal("mapping", String(80), nullable=False),
    impersonal("document", Json, nullable=False),  # the mapping as it was then
    impersonal("digest", LargeBinary(32), nullable=False),  # of the file, keyed
    impersonal("state", String(12), nullable=False),  # see imports.states
    impersonal("totals", Json),  # of the preview, and how far the run is
    impersonal("job_id", Id),  # NULL: run by the operator's command
    impersonal("started_by", Id, nullable=False),
    impersonal("started_at", Moment, nullable=False),
    impersonal("ended_at", Moment),
    impersonal("version", Integer, nullable=False, default=1),
)

import_reject = recorded(
    "import_reject",
    impersonal("id", Id, primary_key=True),
    impersonal("run_id", Id, ForeignKey("import_run.id"), nullable=False),
    impersonal("line", Integer, nullable=False),
    impersonal("column", String(80)),
    sealed(
        "value",
        field="import_reject.value",
        mask=Mask.NOTE,
        retention=Retention.COMMS,
        label="Rejected value",
    ),
    impersonal("reason", String(120), nullable=False),  # a msgid
    impersonal("hint", String(200), nullable=False),
    Index("ix_import_reject_line", "run_id", "line"),
    person="run_id",
)

import_conflict = recorded(
    "import_conflict",
    impersonal("id", Id, primary_key=True),
    impersonal("run_id", Id, ForeignKey("import_run.id"), nullable=False),
    impersonal("line", Integer, nullable=False),
    impersonal("person_id", Id, ForeignKey("person.id"), nullable=False),
    impersonal("loan_id", Id),  # the loan that the line names; NULL: it names none
    impersonal("reason", String(20), nullable=False),  # see imports.conflicts
    impersonal("about", String(16), nullable=False),  # the table of what stands here
    impersonal("record_id", Id),  # its row; NULL: there is none
    Index("ix_import_conflict_line", "run_id", "line"),
)
