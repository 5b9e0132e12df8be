"""Addresses for programs: the ledger, its checkpoint and its proofs."""

from crm.audit import schemas as s
from crm.audit.actions import AskVerification
from crm.audit.queries import Consistency, Entries, Inclusion, NewestCheckpoint, OneEntry
from crm.web.room import Room

room = Room("audit_api")
room.answers(Entries, at="/audit/entries", takes=s.EntriesIn, gives=s.EntriesOut)
room.answers(OneEntry, at="/audit/entries/<uuid:id>", gives=s.WholeEntryOut)
room.answers(NewestCheckpoint, at="/audit/checkpoint", gives=s.CheckpointOut)
room.answers(Inclusion, at="/audit/proof/inclusion/<uuid:id>", gives=s.InclusionOut)
room.answers(
    Consistency, at="/audit/proof/consistency", takes=s.ConsistencyIn, gives=s.ConsistencyOut
)
room.performs(AskVerification, at="/audit/verifications", gives=s.VerificationOut)
