"""The ledger's tables: entries, their places in the tree, and the signed checkpoints."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text

from crm.privacy.fields import impersonal
from crm.storage.tables import bookkeeping, recorded
from crm.storage.types import BigNumber, Id, Moment

audit_entry = recorded(
    "audit_entry",
    impersonal("id", Id, primary_key=True),
    impersonal("entry", LargeBinary, nullable=False),  # the exact bytes that were hashed
    impersonal("leaf", LargeBinary(32), nullable=False),
    # What follows repeats the entry's own words, to be searched; verify compares them.
    impersonal("at", Moment, nullable=False),
    impersonal("actor_id", Id, nullable=False),
    impersonal("action", String(80), nullable=False),
    impersonal("outcome", String(8), nullable=False),
    impersonal("subject_id", Id),
    # The seal of what waits for the sequencer (PostgreSQL); NULL where the tree is inline.
    impersonal("writer", Id),
    impersonal("seq", BigInteger),
    impersonal("seal", LargeBinary(32)),
    Index("ix_audit_entry_at", "at"),
    Index("ix_audit_entry_subject", "subject_id", "at"),
    Index("ix_audit_entry_actor", "actor_id", "at"),
)

TREE = "the tree over the entries: it can be made again from them"

audit_leaf = bookkeeping(
    "audit_leaf",
    TREE,
    impersonal("number", BigNumber, primary_key=True, autoincrement=False),
    impersonal("entry_id", Id, ForeignKey("audit_entry.id"), nullable=False, unique=True),
)

audit_head = bookkeeping(
    "audit_head",
    TREE,
    impersonal("id", Integer, primary_key=True),
    impersonal("size", BigInteger, nullable=False),
    impersonal("frontier", LargeBinary, nullable=False),  # 32 bytes a full subtree, largest first
)

audit_pending = bookkeeping(
    "audit_pending",
    TREE,
    impersonal("number", BigNumber, primary_key=True, autoincrement=True),
    impersonal("entry_id", Id, ForeignKey("audit_entry.id"), nullable=False),
)

audit_checkpoint = bookkeeping(
    "audit_checkpoint",
    TREE,
    impersonal("size", BigNumber, primary_key=True, autoincrement=False),
    impersonal("root", LargeBinary(32), nullable=False),
    impersonal("note", Text, nullable=False),
    impersonal("at", Moment, nullable=False),
)
