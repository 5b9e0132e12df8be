"""Addresses for programs: accounts, sessions, roles, oneself."""

from crm.identity import schemas as s
from crm.identity.actions.accounts import (
    CreateAccount,
    CreateAgency,
    CreateTeam,
    DeactivateAccount,
    EditAccount,
    ResetPassword,
)
from crm.identity.actions.own import ChangePassword, CreateToken, EndToken, SetPreferences
from crm.identity.actions.sign_in import EndSession
from crm.identity.queries import Me, OneAccount, Roles, Sessions, Staff
from crm.web.room import Room

room = Room("identity_api")
room.answers(Me, at="/me", gives=s.MeOut)
room.performs(SetPreferences, at="/me/preferences", takes=s.PreferencesIn, gives=s.IdOut)
room.performs(ChangePassword, at="/me/password", takes=s.PasswordIn, gives=s.IdOut)
room.performs(CreateToken, at="/tokens", takes=s.TokenIn, gives=s.TokenOut)
room.performs(EndToken, at="/tokens/<uuid:id>/end")
room.answers(Staff, at="/accounts", gives=s.AccountsOut)
room.answers(OneAccount, at="/accounts/<uuid:id>", gives=s.AccountOut)
room.performs(CreateAccount, at="/accounts", takes=s.AccountIn, gives=s.OneTimeOut)
room.performs(EditAccount, at="/accounts/<uuid:id>", takes=s.AccountChangeIn, gives=s.IdOut)
room.performs(DeactivateAccount, at="/accounts/<uuid:id>/deactivate")
room.performs(ResetPassword, at="/accounts/<uuid:id>/reset", takes=s.ResetIn, gives=s.OneTimeOut)
room.performs(CreateTeam, at="/teams", takes=s.TeamIn, gives=s.IdOut)
room.performs(CreateAgency, at="/agencies", takes=s.NameIn, gives=s.IdOut)
room.answers(Sessions, at="/sessions", gives=s.SessionsOut)
room.performs(EndSession, at="/sessions/<string(length=64):id>/end")
room.answers(Roles, at="/roles", gives=s.RolesOut)
