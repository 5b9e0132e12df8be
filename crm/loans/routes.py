"""Addresses for programs: loans, payments, imports."""

from crm.contacts.queries.owed import LoanSeen
from crm.loans import schemas as s
from crm.loans.actions import AddParty, RecordPayment
from crm.loans.handing_out import HandOut
from crm.loans.imports import schemas as i
from crm.loans.imports.actions.mappings import SaveMapping
from crm.loans.imports.actions.runs import BeginImport, CancelImport, ConfirmImport
from crm.loans.imports.actions.staff import HireFromFile
from crm.loans.imports.queries import (
    CorrectionList,
    Imports,
    Mappings,
    OneImport,
    OneMapping,
    RejectList,
)
from crm.web.room import Room

RUN = "/imports/<uuid:id>"

room = Room("loans_api")
room.answers(LoanSeen, at="/loans/<uuid:id>", gives=s.LoanOut)
room.performs(AddParty, at="/loans/<uuid:loan_id>/parties", takes=s.PartyIn, gives=s.PartyOut)
room.performs(RecordPayment, at="/payments", takes=s.PaymentIn, gives=s.PaymentOut)
room.performs(HandOut, at="/people/assignments/next", takes=s.PortionIn, gives=s.PortionOut)
room.answers(Imports, at="/imports", takes=i.ImportsIn, gives=i.ImportsOut)
room.performs(BeginImport, at="/imports", takes=i.ImportIn, gives=i.IdOut)
room.answers(OneImport, at=RUN, gives=i.ImportOut)
room.performs(ConfirmImport, at=RUN + "/confirm", gives=i.IdOut)
room.performs(CancelImport, at=RUN + "/cancel", gives=i.IdOut)
room.answers(RejectList, at=RUN + "/rejects", gives=i.RejectsOut)
room.answers(CorrectionList, at=RUN + "/corrections", gives=i.CorrectionsOut)
room.answers(Mappings, at="/imports/mappings", gives=i.MappingsOut)
room.answers(OneMapping, at="/imports/mappings/<string:name>", gives=i.OneMappingOut)
room.performs(SaveMapping, at="/imports/mappings", takes=i.MappingIn, gives=i.SavedOut)
room.performs(HireFromFile, at="/staff/files", takes=i.HireIn)
