"""Pages: the ledger, one entry, and whether it is unaltered."""

from crm.audit import schemas as s
from crm.audit.actions import AskVerification
from crm.audit.queries import LEDGER, Entries, OneEntry, Verification
from crm.web.room import Room, to
from crm.words import N_

room = Room("audit_pages")
room.shows(Entries, at="/ledger", takes=s.EntriesIn, template="audit/ledger.html", listing=LEDGER)
room.shows(OneEntry, at="/ledger/<uuid:id>", template="audit/entry.html")
room.shows(Verification, at="/ledger/verify", template="audit/verify.html")
room.accepts(
    AskVerification,
    at="/ledger/verify",
    back=to("/ledger/verify"),
    said=N_("The whole record is being verified."),
)
