"""Pages: a person's file, his permits and contact records, and what was refused."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from flask import request
from marshmallow import EXCLUDE, ValidationError

from crm.borrowers.schemas.coming import StatementIn
from crm.contacts.actions.backtests import AskBackTest
from crm.contacts.actions.calling import CallNow, SaySomebodyElse
from crm.contacts.actions.closing import ClosePermit, ReleasePermit
from crm.contacts.actions.correcting import CorrectContact
from crm.contacts.actions.day_one import AttestDayOne
from crm.contacts.actions.drafts import (
    DraftOfPermit,
    DraftOfPerson,
    ForgetDraft,
    ForgetPersonDraft,
)
from crm.contacts.actions.exports import AskExport
from crm.contacts.actions.findings import CloseFinding, SettleFinding
from crm.contacts.actions.for_colleague import LogForColleague
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.contacts.actions.stating import StatePlace
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.actions.withdrawing import WithdrawSaid
from crm.contacts.pages import callers, outages, words
from crm.contacts.pages import forms as f
from crm.contacts.pages.logging import (
    CallBackForm,
    ColleagueForm,
    CorrectionForm,
    LogForm,
    UnpermittedForm,
)
from crm.contacts.queries.backtests import OneBackTest
from crm.contacts.queries.call_backs import CallBackCheck
from crm.contacts.queries.console import NEAR, Console, NearLimits
from crm.contacts.queries.contacts import CONTACTS, Contacts
from crm.contacts.queries.corrections import ContactPage
from crm.contacts.queries.day_one import SetUp
from crm.contacts.queries.desk import NewContact, PermitPage
from crm.contacts.queries.exports import ExportFile, OneExport
from crm.contacts.queries.file import FileWithOwed, FromWork, PersonFile
from crm.contacts.queries.findings import FINDINGS, Findings, OneFinding
from crm.contacts.queries.records import OneRefusal
from crm.contacts.queries.refusals import REFUSALS, Refusals
from crm.contacts.queries.replays import ReplayDecision
from crm.contacts.queries.week import PersonWeek
from crm.contacts.schemas.backtests import BackTestIn, CasesIn
from crm.contacts.schemas.console import ConsoleIn, NearIn
from crm.contacts.schemas.day_one import AttestIn
from crm.contacts.schemas.exports import ExportIn
from crm.contacts.schemas.findings import FindingsIn, SettleIn
from crm.contacts.schemas.listed import ContactsIn
from crm.contacts.schemas.reading import RefusalsIn
from crm.contacts.schemas.records import WithdrawIn
from crm.gate.listing import CAME_FROM
from crm.web.room import Room, to
from crm.words import N_

FROM_WORK = tuple(field.name for field in fields(FromWork))
CARRIED = (*FROM_WORK, CAME_FROM)  # the place in the list from which one works


def in_list(address: str) -> Callable[[Mapping[str, Any], Any], str]:
    """Return where to go after a form, with the place in the list that its page came with."""

    def back(ids: Mapping[str, Any], result: Any) -> str:
        found = dict(result) if isinstance(result, dict) else {}
        kept = _place()
        there = address.format(**{**found, **ids})
        return f"{there}?{urlencode(kept)}" if kept else there

    return back


def _place() -> dict[str, str]:
    came = parse_qs(urlsplit(request.form.get("page", "")).query)
    return {name: came[name][0] for name in CARRIED if name in came}


def _desk(id: UUID) -> PermitPage:
    """Ask for the desk of a permit, in the list from which its form came."""
    try:
        return PermitPage(id, **f.FileIn(unknown=EXCLUDE).load(_place()))
    except ValidationError:  # a place made up by hand is none
        return PermitPage(id)


def _corrected(ids: Mapping[str, Any], result: Any) -> str:
    """Go to the new record; where a second person must agree first, to the old one."""
    return f"/contacts/{result['id'] if 'person_id' in result else ids['id']}"


room = Room("contacts_pages")
words.install(room)
outages.install(room)
callers.declare(room)
room.shows(PersonFile, at="/people/<uuid:id>", takes=f.FileIn, template="contacts/file.html")
room.shows(FileWithOwed, at="/people/<uuid:id>/owed", takes=f.FileIn, template="contacts/file.html")
room.shows(PersonWeek, at="/people/<uuid:id>/week", template="contacts/week.html")
room.accepts(
    RequestPermit,
    at="/people/<uuid:person_id>/permits",
    takes=f.PermitForm,
    back=in_list("/permits/{id}"),
)
room.accepts(
    CallNow,
    at="/people/<uuid:person_id>/calls",
    takes=f.PermitForm,
    once="contacts/permit.html",
    beside=_desk,
    back=in_list("/permits/{id}"),
)
room.shows(PermitPage, at="/permits/<uuid:id>", takes=f.FileIn, template="contacts/permit.html")
room.accepts(
    StartPermit,
    at="/permits/<uuid:id>/start",
    once="contacts/permit.html",
    beside=_desk,
    back=in_list("/permits/{id}"),
)
room.accepts(
    SaySomebodyElse,
    at="/permits/<uuid:permit_id>/other",
    back=in_list("/permits/{permit_id}"),
    said=N_("Noted. Say nothing of a debt."),
)
room.accepts(
    VerifyAnswer,
    at="/permits/<uuid:permit_id>/answers",
    takes=f.AnswerForm,
    back=in_list("/permits/{permit_id}"),
)
room.accepts(
    ReleasePermit,
    at="/permits/<uuid:id>/release",
    back=in_list("/permits/{id}"),
    said=N_("Released. Its slot is free again."),
)
room.accepts(
    ClosePermit,
    at="/permits/<uuid:id>/close",
    takes=f.CloseForm,
    back=in_list("/permits/{id}"),
    said=N_("Closed. Its outcome is unknown, and it goes on counting."),
)
room.accepts(
    LogContact,
    at="/permits/<uuid:permit_id>/contact",
    takes=LogForm,
    back=in_list("/permits/{permit_id}"),
    said=N_("Saved in the contact record."),
    then=ForgetDraft,
)
room.accepts(
    LogForColleague,
    at="/permits/<uuid:permit_id>/colleague",
    takes=ColleagueForm,
    back=in_list("/permits/{permit_id}"),
    said=N_("Saved in the contact record. It says who made the contact, and that you logged it."),
)
room.keeps(DraftOfPermit, at="/permits/<uuid:permit_id>/draft", takes=f.DraftForm)
room.keeps(
    ForgetDraft,
    at="/permits/<uuid:permit_id>/draft/discard",
    takes=f.Discarded,
    back=in_list("/permits/{permit_id}"),
)
room.shows(
    CallBackCheck,
    at="/people/<uuid:person_id>/call-back",
    takes=CallBackForm,
    template="contacts/call_back.html",
)
room.shows(
    NewContact,
    at="/people/<uuid:id>/contacts/new",
    takes=callers.OfCaller,
    template="contacts/new.html",
)
room.accepts(
    LogUnpermitted,
    at="/people/<uuid:person_id>/contacts",
    takes=UnpermittedForm,
    back=in_list("/people/{person_id}"),
    said=N_("Saved in the contact record. What it was judged to be stands beside it."),
    then=ForgetPersonDraft,
)
room.keeps(DraftOfPerson, at="/people/<uuid:person_id>/contacts/draft", takes=f.DraftForm)
room.keeps(
    ForgetPersonDraft,
    at="/people/<uuid:person_id>/contacts/draft/discard",
    takes=f.Discarded,
    back=in_list("/people/{person_id}/contacts/new"),
)
room.accepts(
    CorrectContact,
    at="/contacts/<uuid:id>/corrections",
    takes=CorrectionForm,
    back=_corrected,
    said=N_("The correction is saved and counts from now on."),
)
room.accepts(
    VerifyAnswer,
    at="/contacts/<uuid:inbound_id>/answers",
    takes=f.AnswerForm,
    back=to("/contacts/{inbound_id}"),
)
room.accepts(
    StatePlace,
    at="/people/<uuid:person_id>/statement",
    takes=StatementIn,
    back=to("/people/{person_id}/edit"),
    said=N_("The statement is recorded."),
)
room.accepts(
    WithdrawSaid,
    at="/contacts/<uuid:contact_id>/said/<uuid:id>/withdrawal",
    takes=WithdrawIn,
    back=to("/contacts/{contact_id}"),
    said=N_("It is taken back, and what it made is undone."),
)
room.accepts(
    AskBackTest,
    at="/books/drafts/<uuid:draft_id>/back-tests",
    takes=BackTestIn,
    back=to("/back-tests/{id}"),
)
room.shows(
    OneBackTest, at="/back-tests/<uuid:id>", takes=CasesIn, template="contacts/backtest.html"
)
room.shows(ReplayDecision, at="/decisions/<uuid:id>/replay", template="contacts/replay.html")
room.shows(ContactPage, at="/contacts/<uuid:id>", template="contacts/record.html")
room.shows(
    Refusals, at="/refusals", takes=RefusalsIn, template="contacts/refusals.html", listing=REFUSALS
)
room.shows(
    Contacts, at="/contacts", takes=ContactsIn, template="contacts/contacts.html", listing=CONTACTS
)
room.shows(OneRefusal, at="/refusals/<uuid:id>", template="contacts/refusal.html")
room.accepts(AskExport, at="/lists/<string:list>/exports", takes=ExportIn, back=to("/exports/{id}"))
room.shows(OneExport, at="/exports/<uuid:id>", template="contacts/export.html")
room.downloads(ExportFile, at="/exports/<uuid:id>/list.csv")
room.shows(Console, at="/compliance", takes=ConsoleIn, template="contacts/console.html")
room.shows(
    NearLimits,
    at="/compliance/near-limits",
    takes=NearIn,
    template="contacts/near.html",
    listing=NEAR,
)
room.shows(
    Findings, at="/findings", takes=FindingsIn, template="contacts/findings.html", listing=FINDINGS
)
room.shows(OneFinding, at="/findings/<uuid:id>", template="contacts/finding.html")
room.accepts(
    SettleFinding,
    at="/findings/<uuid:id>",
    takes=SettleIn,
    back=in_list("/findings/{id}"),
    said=N_("Saved."),
)
room.accepts(
    CloseFinding,
    at="/findings/<uuid:id>/close",
    back=in_list("/findings/{id}"),
    said=N_("The finding is closed."),
)
room.shows(SetUp, at="/set-up", template="contacts/set_up.html")
room.accepts(AttestDayOne, at="/set-up/attestations", takes=AttestIn, back=to("/set-up"))
