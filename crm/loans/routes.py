"""Addresses for programs: loans, payments, imports."""

from crm.contacts.queries.owed import LoanSeen
from crm.loans import schemas as s
from crm.loans.actions import AddParty, RecordPayment
from crm.loans.handing_out import HandOut
from crm.loans.imports import schemas as i
from crm.loans.imports.actions.runs import CancelImport, ConfirmImport
from crm.loans.imports.queries import Imports, OneImport
from crm.web.room import Room

room = Room("loans_api")
room.answers(LoanSeen, at="/loans/<uuid:id>", gives=s.LoanOut)
room.performs(AddParty, at="/loans/<uuid:loan_id>/parties", takes=s.PartyIn, gives=s.PartyOut)
room.performs(RecordPayment, at="/payments", takes=s.PaymentIn, gives=s.PaymentOut)
room.performs(HandOut, at="/people/assignments/next", takes=s.PortionIn, gives=s.PortionOut)
room.answers(Imports, at="/imports", takes=i.ImportsIn, gives=i.ImportsOut)
room.answers(OneImport, at="/imports/<uuid:id>", gives=i.ImportOut)
room.performs(ConfirmImport, at="/imports/<uuid:id>/confirm", gives=i.IdOut)
room.performs(CancelImport, at="/imports/<uuid:id>/cancel", gives=i.IdOut)
