"""Addresses for programs: staff, teams, sessions, roles, oneself."""

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
from crm.identity.queries import (
    Agencies,
    Me,
    MyTokens,
    OneAccount,
    Roles,
    Sessions,
    Staff,
    Teams,
)
from crm.identity.queries.absences import Absences
from crm.web.room import Room

room = Room("identity_api")
room.answers(Me, at="/me", gives=s.MeOut)
room.performs(SetPreferences, at="/me/preferences", takes=s.PreferencesIn, gives=s.IdOut)
room.performs(ChangePassword, at="/me/password", takes=s.PasswordIn, gives=s.IdOut)
room.performs(BeginSecondFactor, at="/me/second-factor", gives=s.SecondFactorOut)
room.performs(FinishSecondFactor, at="/me/second-factor/finish", takes=s.CodeIn, gives=s.IdOut)
room.performs(RemoveSecondFactor, at="/me/second-factor/remove", takes=s.CodeIn, gives=s.IdOut)
room.answers(MyTokens, at="/me/tokens", gives=s.TokensOut)
room.performs(CreateToken, at="/me/tokens", takes=s.TokenIn, gives=s.NewTokenOut)
room.performs(EndToken, at="/me/tokens/<uuid:id>/end")
room.answers(Staff, at="/staff", gives=s.AccountsOut)
room.performs(CreateAccount, at="/staff", takes=s.AccountIn, gives=s.OneTimeOut)
room.answers(OneAccount, at="/staff/<uuid:id>", gives=s.AccountOut)
room.performs(
    EditAccount,
    at="/staff/<uuid:id>",
    takes=s.AccountChangeIn,
    gives=s.ChangedOut,
    method="PUT",
    status=200,
)
room.performs(DeactivateAccount, at="/staff/<uuid:id>/deactivate")
room.performs(
    ReactivateAccount, at="/staff/<uuid:id>/reactivate", takes=s.ResetIn, gives=s.OneTimeOut
)
room.performs(ResetPassword, at="/staff/<uuid:id>/reset", takes=s.ResetIn, gives=s.OneTimeOut)
room.answers(Teams, at="/teams", gives=s.PlacesOut)
room.performs(CreateTeam, at="/teams", takes=s.TeamIn, gives=s.IdOut)
room.answers(Agencies, at="/agencies", gives=s.PlacesOut)
room.performs(CreateAgency, at="/agencies", takes=s.NameIn, gives=s.IdOut)
room.answers(Sessions, at="/sessions", gives=s.SessionsOut)
room.performs(EndSession, at="/sessions/<string(length=64):id>/end")
room.answers(Roles, at="/roles", gives=s.RolesOut)
room.answers(Absences, at="/absences", gives=s.AbsencesOut)
room.performs(SetAbsence, at="/absences", takes=s.AbsenceIn, gives=s.IdOut)
room.performs(EndAbsence, at="/absences/<uuid:id>/end", gives=s.IdOut, status=200)
