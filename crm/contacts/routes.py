"""Addresses of permits and contacts for programs."""

from crm.borrowers.schemas.coming import StatementIn
from crm.contacts.actions.backtests import AskBackTest
from crm.contacts.actions.batch import RequestPermits
from crm.contacts.actions.calling import CallNow, SaySomebodyElse
from crm.contacts.actions.catching_up import CatchUp
from crm.contacts.actions.closing import ClosePermit, ReleasePermit
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.day_one import AttestDayOne
from crm.contacts.actions.exports import AskExport
from crm.contacts.actions.findings import CloseFinding, SettleFinding
from crm.contacts.actions.for_colleague import LogForColleague
from crm.contacts.actions.outages import DeclareOutage, EndOutage
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.contacts.actions.stating import StatePlace
from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.actions.withdrawing import WithdrawSaid
from crm.contacts.asking import WhatIf
from crm.contacts.callers import schemas as who
from crm.contacts.callers.actions import LookUpCaller, NameCaller
from crm.contacts.callers.away import CallersAway
from crm.contacts.callers.queries import ServeCaller
from crm.contacts.callers.slips import TakeBackStranger
from crm.contacts.callers.strangers import HearStranger
from crm.contacts.queries.backtests import OneBackTest
from crm.contacts.queries.call_backs import CallBackCheck
from crm.contacts.queries.console import Console, NearLimits
from crm.contacts.queries.contacts import Contacts
from crm.contacts.queries.day_one import SetUp
from crm.contacts.queries.exports import OneExport
from crm.contacts.queries.findings import Findings, OneFinding
from crm.contacts.queries.lists import CheckList
from crm.contacts.queries.outages import OneOutage, Outages
from crm.contacts.queries.permits import OnePermit
from crm.contacts.queries.records import OneContact
from crm.contacts.queries.refusals import Refusals
from crm.contacts.queries.replays import ReplayDecision
from crm.contacts.queries.timeline import ContactsOfPerson
from crm.contacts.queries.week import PersonWeek
from crm.contacts.queries.when import CallBackTime
from crm.contacts.schemas import backtests as b
from crm.contacts.schemas import console as c
from crm.contacts.schemas import day_one as d
from crm.contacts.schemas import exports as e
from crm.contacts.schemas import findings as f
from crm.contacts.schemas import listed
from crm.contacts.schemas import lists as many
from crm.contacts.schemas import outages as o
from crm.contacts.schemas import permits as p
from crm.contacts.schemas import reading as g
from crm.contacts.schemas import records as r
from crm.contacts.schemas import week as w
from crm.contacts.schemas.replays import ReplayOut
from crm.web.room import Room

room = Room("contacts_api")

PERMIT = "/contact-permits/<uuid:id>"
FINDING = "/findings/<uuid:id>"
OUTAGE = "/outages/<uuid:id>"

room.answers(WhatIf, at="/contact-decisions", takes=p.PermitIn, gives=p.DecisionOut, method="POST")
room.answers(
    CheckList, at="/contact-decisions/list", takes=many.ListIn, gives=many.ListOut, method="POST"
)
room.performs(RequestPermit, at="/contact-permits", takes=p.PermitIn, gives=p.PermitOut)
room.performs(
    RequestPermits, at="/contact-permits/batch", takes=p.BatchIn, gives=p.BatchOut, status=200
)
room.performs(StartPermit, at=PERMIT + "/start", gives=p.StartOut, status=200)
room.performs(CallNow, at="/calls", takes=p.CallIn, gives=p.BegunOut)
room.performs(
    SaySomebodyElse, at="/contact-permits/<uuid:permit_id>/other", gives=p.IdOut, status=200
)
room.performs(ReleasePermit, at=PERMIT + "/release")
room.performs(ClosePermit, at=PERMIT + "/close", takes=p.CloseIn, gives=p.IdOut, status=200)
room.performs(LogContact, at="/contacts", takes=r.ContactIn, gives=r.ContactOut, chosen=r.record_of)
room.performs(
    LogForColleague,
    at="/contact-permits/<uuid:permit_id>/contact",
    takes=r.ColleagueContactIn,
    gives=r.ContactOut,
)
room.performs(
    CorrectContact,
    at="/contacts/<uuid:id>/corrections",
    takes=r.CorrectionIn,
    gives=r.ContactOut,
)
room.performs(
    WithdrawSaid,
    at="/contacts/<uuid:contact_id>/said/<uuid:id>/withdrawal",
    takes=r.WithdrawIn,
    gives=p.IdOut,
    status=200,
)
room.performs(
    StatePlace, at="/people/<uuid:person_id>/place-evidence", takes=StatementIn, gives=p.IdOut
)
room.performs(LookUpCaller, at="/callers", takes=who.CallerIn, gives=p.IdOut)
room.performs(NameCaller, at="/callers/<uuid:id>/name", takes=who.NameIn, gives=p.IdOut)
room.performs(
    HearStranger, at="/callers/<uuid:caller_id>/stranger", takes=who.StrangerIn, gives=p.IdOut
)
room.performs(TakeBackStranger, at="/callers/<uuid:caller_id>/stranger/taken-back", gives=p.IdOut)
room.answers(ServeCaller, at="/callers/<uuid:id>", gives=who.CallerOut)
room.answers(OnePermit, at=PERMIT, gives=g.PermitStateOut)
room.answers(ReplayDecision, at="/contact-decisions/<uuid:id>/replay", gives=ReplayOut)
room.answers(OneContact, at="/contacts/<uuid:id>", gives=g.RecordOut)
room.answers(ContactsOfPerson, at="/people/<uuid:id>/contacts", takes=g.PageIn, gives=g.RecordsOut)
room.performs(
    AskExport, at="/lists/<string:list>/exports", takes=e.ExportIn, gives=e.ExportAskedOut
)
room.answers(OneExport, at="/exports/<uuid:id>", gives=e.ExportOut)
room.answers(Contacts, at="/contacts", takes=listed.ContactsIn, gives=listed.ContactsOut)
room.answers(Refusals, at="/refusals", takes=g.RefusalsIn, gives=g.RefusalsOut)
room.answers(PersonWeek, at="/people/<uuid:id>/week", gives=w.WeekOut)
room.answers(Console, at="/compliance", takes=c.ConsoleIn, gives=c.ConsoleOut)
room.answers(NearLimits, at="/compliance/near-limits", takes=c.NearIn, gives=c.NearOut)
room.answers(
    CallersAway,
    at="/compliance/callers",
    takes=who.CallersAwayIn,
    gives=who.CallersAwayListOut,
)
room.answers(Findings, at="/findings", takes=f.FindingsIn, gives=f.FindingsOut)
room.answers(OneFinding, at=FINDING, gives=f.OneFindingOut)
room.performs(SettleFinding, at=FINDING, takes=f.SettleIn, gives=p.IdOut, status=200)
room.performs(CloseFinding, at=FINDING + "/close", gives=p.IdOut, status=200)
room.performs(
    VerifyAnswer, at="/verifications", takes=r.VerificationIn, gives=r.VerificationOut, status=200
)
room.performs(
    AskBackTest,
    at="/book-drafts/<uuid:draft_id>/back-tests",
    takes=b.BackTestIn,
    gives=b.BackTestAskedOut,
)
room.answers(OneBackTest, at="/back-tests/<uuid:id>", takes=b.CasesIn, gives=b.BackTestOut)
room.answers(Outages, at="/outages", gives=o.OutagesOut)
room.performs(DeclareOutage, at="/outages", takes=o.OutageIn, gives=p.IdOut)
room.answers(OneOutage, at=OUTAGE, gives=o.OneOutageOut)
room.performs(EndOutage, at=OUTAGE + "/end", takes=o.EndIn, gives=p.IdOut, status=200)
room.performs(
    CatchUp,
    at="/outages/<uuid:outage_id>/contacts",
    takes=o.CatchUpIn,
    gives=o.CaughtUpOut,
)
room.answers(SetUp, at="/set-up", gives=d.SetUpOut)
room.performs(AttestDayOne, at="/set-up/attestations", takes=d.AttestIn, gives=p.IdOut)
room.answers(CallBackTime, at="/call-back-times", takes=r.CallBackTimeIn, gives=r.CallBackTimeOut)
room.answers(
    CallBackCheck,
    at="/people/<uuid:person_id>/call-back-times",
    takes=r.CallBackCheckIn,
    gives=r.CallBackCheckOut,
)
