"""Pages on which a caller is served whom another colleague may have."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.callers.actions import LookUpCaller, NameCaller, SeeNotice
from crm.contacts.callers.away import CALLERS, CallersAway
from crm.contacts.callers.queries import NewCaller, ServeCaller
from crm.contacts.callers.schemas import CallerForm, CallersAwayIn, NameIn, StrangerIn
from crm.contacts.callers.slips import TakeBackStranger
from crm.contacts.callers.strangers import HearStranger
from crm.contacts.pages.forms import AnswerForm
from crm.web.room import Room, to
from crm.words import N_


class OfCaller(Schema):
    """From which call one comes."""

    caller = fields.UUID()


def _call(_: Mapping[str, Any], result: Any) -> str:
    """Go to the call that was found, which is a new one where a name told people apart."""
    return f"/caller/{result['id']}"


def declare(room: Room) -> None:
    """Declare where callers are looked up, verified and gone on with."""
    room.shows(NewCaller, at="/caller", template="contacts/caller_new.html")
    room.accepts(LookUpCaller, at="/caller", takes=CallerForm, back=_call)
    room.shows(ServeCaller, at="/caller/<uuid:id>", template="contacts/caller.html")
    room.accepts(NameCaller, at="/caller/<uuid:id>/name", takes=NameIn, back=_call)
    room.accepts(
        VerifyAnswer,
        at="/caller/<uuid:caller_id>/answers",
        takes=AnswerForm,
        back=to("/caller/{caller_id}"),
    )
    room.accepts(
        HearStranger,
        at="/caller/<uuid:caller_id>/stranger",
        takes=StrangerIn,
        back=to("/caller/{caller_id}"),
    )
    room.accepts(
        TakeBackStranger,
        at="/caller/<uuid:caller_id>/stranger/taken-back",
        back=to("/caller/{caller_id}"),
        said=N_("It is taken back, and what it made is undone."),
    )
    room.shows(
        CallersAway,
        at="/compliance/callers",
        takes=CallersAwayIn,
        template="contacts/callers_away.html",
        listing=CALLERS,
    )
    room.accepts(SeeNotice, at="/notices/<uuid:id>/seen", back=to("/work"))
