"""Pages: staff, roles, sessions, oneself."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, pre_load

from crm.identity import schemas as s
from crm.identity.actions.absences import EndAbsence, SetAbsence
from crm.identity.actions.access import DeactivateAccount, ReactivateAccount, ResetPassword
from crm.identity.actions.accounts import CreateAccount, EditAccount
from crm.identity.actions.own import (
    BeginSecondFactor,
    ChangePassword,
    FinishSecondFactor,
    RemoveSecondFactor,
    SetPreferences,
)
from crm.identity.actions.places import CreateAgency, CreateTeam
from crm.identity.actions.sign_in import EndSession
from crm.identity.actions.tokens import CreateToken, EndToken
from crm.identity.queries import Me, OneAccount, Roles, Sessions, Staff
from crm.identity.queries.absences import Absences
from crm.identity.queries.helped import Help
from crm.web.language import zone
from crm.web.room import Room, to
from crm.words import N_

LET_IN = "/staff/<uuid:id>/reactivate"
ONCE = "identity/once.html"
CLOCK = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")  # what a browser's field gives


class _OnTheReadersClock(Schema):
    """A form whose end date is chosen in the browser, on the clock of whoever fills it in."""

    @pre_load
    def with_offset(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Add the offset of the reader's zone; leave alone what is no day, to be named."""
        given = values.get("valid_until")
        if not isinstance(given, str) or not CLOCK.fullmatch(given):
            return values
        try:
            until = datetime.fromisoformat(given).replace(tzinfo=ZoneInfo(zone()))
        except ValueError:
            return values
        return values | {"valid_until": until.isoformat()}


class AccountForm(_OnTheReadersClock, s.AccountIn):
    """A new account."""


class AccountChangeForm(_OnTheReadersClock, s.AccountChangeIn):
    """A changed account."""


room = Room("identity_pages")
room.shows(Staff, at="/staff", template="identity/staff.html")
room.shows(OneAccount, at="/staff/<uuid:id>", template="identity/account.html")
room.accepts(
    CreateAccount, at="/staff", takes=AccountForm, once=ONCE, back=to("/staff"), unrepeatable=True
)
room.accepts(
    EditAccount,
    at="/staff/<uuid:id>",
    takes=AccountChangeForm,
    back=to("/staff"),
    said=N_("Saved."),
)
room.accepts(
    DeactivateAccount,
    at="/staff/<uuid:id>/deactivate",
    back=to("/staff"),
    said=N_("The account, its sessions and tokens are ended."),
)
room.accepts(
    ResetPassword,
    at="/staff/<uuid:id>/reset",
    takes=s.ResetIn,
    once=ONCE,
    unrepeatable=True,
    back=to("/staff/{id}"),
)
room.accepts(
    ReactivateAccount,
    at=LET_IN,
    takes=s.ResetIn,
    once=ONCE,
    back=to("/staff/{id}"),
    unrepeatable=True,
)
room.accepts(
    CreateTeam, at="/teams", takes=s.TeamIn, back=to("/staff"), said=N_("The team is made.")
)
room.accepts(
    CreateAgency, at="/agencies", takes=s.NameIn, back=to("/staff"), said=N_("The agency is made.")
)
room.shows(Roles, at="/roles", template="identity/roles.html")
room.shows(Sessions, at="/sessions", template="identity/sessions.html")
room.accepts(
    EndSession,
    at="/sessions/<string(length=64):id>/end",
    back=to("/sessions"),
    said=N_("The session is ended."),
)
room.shows(Me, at="/me", template="identity/me.html")
room.shows(Help, at="/help", template="identity/help.html")
room.accepts(SetPreferences, at="/me", takes=s.PreferencesIn, back=to("/me"), said=N_("Saved."))
room.accepts(
    ChangePassword,
    at="/me/password",
    takes=s.PasswordIn,
    back=to("/"),
    said=N_("Password changed."),
)
room.accepts(
    BeginSecondFactor,
    at="/me/second-factor",
    once="identity/second_factor.html",
    unrepeatable=True,
    back=to("/me"),
)
room.accepts(
    FinishSecondFactor,
    at="/me/second-factor/finish",
    takes=s.CodeIn,
    back=to("/me"),
    said=N_("From now on a code is asked for when you sign in."),
)
room.accepts(
    RemoveSecondFactor,
    at="/me/second-factor/remove",
    takes=s.CodeIn,
    back=to("/me"),
    said=N_("The second factor is removed."),
)
room.accepts(
    CreateToken,
    at="/me/tokens",
    takes=s.TokenIn,
    once="identity/token.html",
    back=to("/me"),
    unrepeatable=True,
)
room.accepts(
    EndToken, at="/me/tokens/<uuid:id>/end", back=to("/me"), said=N_("The token is ended.")
)
room.shows(Absences, at="/absences", template="identity/absences.html")
room.accepts(
    SetAbsence,
    at="/absences",
    takes=s.AbsenceIn,
    back=to("/absences"),
    said=N_("The absence is set. People can be handed to colleagues who are there."),
)
room.accepts(
    EndAbsence,
    at="/absences/<uuid:id>/end",
    back=to("/absences"),
    said=N_("The absence is ended."),
)
