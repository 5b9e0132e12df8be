"""Pages: one loan; imports from the upload to the rejects; mappings."""

from crm.contacts.queries.owed import LoanSeen
from crm.gate.listing import Listing
from crm.loans import schemas as s
from crm.loans.actions import AddParty
from crm.loans.handing_out import HandOut
from crm.loans.imports import schemas as i
from crm.loans.imports.actions.mappings import SaveMapping
from crm.loans.imports.actions.runs import BeginImport, CancelImport, ConfirmImport
from crm.loans.imports.actions.staff import HireFromFile
from crm.loans.imports.corrections import COLUMNS, Corrections
from crm.loans.imports.queries import Imports, Mappings, OneImport, OneMapping, Rejects
from crm.web.room import Room, to
from crm.words import N_

IMPORTS = Listing(
    "imports",
    "/imports",
    N_("Imports"),
    (
        ("mapping", N_("What")),
        ("by", N_("Begun by")),
        ("rows", N_("Rows")),
        ("new", N_("New")),
        ("changed", N_("Changed")),
        ("rejected", N_("Rejected")),
    ),
)
RUN = "/imports/<uuid:id>"

room = Room("loans_pages")
room.shows(LoanSeen, at="/loans/<uuid:id>", template="loans/loan.html")
room.accepts(
    AddParty,
    at="/loans/<uuid:loan_id>/parties",
    takes=s.PartyIn,
    back=to("/loans/{loan_id}"),
    said=N_("The person is on the loan."),
)
room.accepts(
    HandOut,
    at="/people/assignments/next",
    takes=s.PortionIn,
    back=to("/people?assigned=false"),
    said=N_("The portion is handed out."),
)
room.shows(
    Imports, at="/imports", takes=i.ImportsIn, template="imports/imports.html", listing=IMPORTS
)
room.accepts(
    BeginImport,
    at="/imports",
    takes=i.ImportIn,
    back=to("/imports/{id}"),
    said=N_("The file is sealed and waits to be read. Nothing is changed yet."),
)
room.shows(OneImport, at=RUN, template="imports/import.html")
room.accepts(
    ConfirmImport,
    at=RUN + "/confirm",
    back=to("/imports/{id}"),
    said=N_("The import has begun."),
)
room.accepts(
    CancelImport,
    at=RUN + "/cancel",
    back=to("/imports/{id}"),
    said=N_("The import stops. What is in stays in, whole."),
)
room.downloads(Rejects, at=RUN + "/rejects.csv", columns=i.REJECT_COLUMNS)
room.downloads(Corrections, at=RUN + "/corrections.csv", columns=COLUMNS)
room.shows(Mappings, at="/imports/mappings", template="imports/mappings.html")
room.shows(OneMapping, at="/imports/mappings/<string:name>", template="imports/mapping.html")
room.accepts(
    SaveMapping,
    at="/imports/mappings",
    takes=i.MappingIn,
    back=to("/imports/mappings/{name}"),
    said=N_("The mapping is checked and kept."),
)
room.accepts(
    HireFromFile,
    at="/staff/files",
    takes=i.HireIn,
    back=to("/staff"),
    said=N_("The accounts are made. Each gets its one-time password on its own page."),
)
