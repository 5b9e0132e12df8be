"""Accounts, teams and agencies: made, changed, ended."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.generation import raise_generation
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.words import N_
from crm.gate.work import Work
from crm.identity.models import account, agency, api_token, session, team
from crm.identity.roles import Role
from crm.identity.rules import may_leave_without_admin, may_manage, needs_team
from crm.privacy.index import blind, normal_email
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed


@dataclass(frozen=True)
class OneTime:
    """A password made for someone else: shown once, and to be changed at the first sign-in."""

    text: Sealed
    hash: Sealed


@dataclass(frozen=True)
class CreateAccount(
    Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.account.created"
):
    """Give someone an account, with a one-time password."""

    email: Sealed
    name: Sealed
    role: str
    password: OneTime
    team_id: UUID | None = None
    agency_id: UUID | None = None
    language: str = "en"
    zone: str = "UTC"
    valid_until: datetime | None = None
    must_change_password: bool = True

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for a team where the role needs one."""
        return needs_team(self.role, self.team_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make the account; its e-mail must be free."""
        index = blind("account.email", 128, normal_email(reopen(self.email)))
        if work.scalar(select(account.c.id).where(account.c.email_index == index)):
            raise Invalid({"email": [N_("Someone has this e-mail address already.")]})
        _check_place(work, self.team_id, self.agency_id)
        account_id = work.add(
            account,
            email=self.email,
            name=self.name,
            role=self.role,
            team_id=self.team_id,
            agency_id=self.agency_id,
            language=self.language,
            zone=self.zone,
            active=True,
            valid_until=self.valid_until,
            password_hash=self.password.hash,
            must_change_password=self.must_change_password,
            totp_confirmed=False,
            created_at=work.now,
            version=1,
        )
        return {"id": account_id, "one_time_password": reopen(self.password.text)}


@dataclass(frozen=True)
class EditAccount(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.account.changed"):
    """Change someone's role, team or end date."""

    id: UUID
    role: str
    version: int
    team_id: UUID | None = None
    agency_id: UUID | None = None
    valid_until: datetime | None = None

    def subject(self, work: Work) -> Subject:
        """Find the account."""
        return account_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody raise himself, and keep one administrator."""
        assert subject is not None
        verdict = may_manage(work.actor.id, self.id)
        if verdict and self.role != subject.row.role:
            verdict = may_leave_without_admin(subject.row.role, _admins(work))
        return needs_team(self.role, self.team_id) if verdict else verdict

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Change it; open sessions see it at their next request."""
        _check_place(work, self.team_id, self.agency_id)
        work.change(
            account,
            self.id,
            version=self.version,
            role=self.role,
            team_id=self.team_id,
            agency_id=self.agency_id,
            valid_until=self.valid_until,
        )
        raise_generation(work)
        return {"id": self.id}


@dataclass(frozen=True)
class DeactivateAccount(
    Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.account.deactivated"
):
    """End someone's account, sessions and tokens at once."""

    id: UUID

    def subject(self, work: Work) -> Subject:
        """Find the account."""
        return account_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Not one's own, and not the last administrator's."""
        assert subject is not None
        verdict = may_manage(work.actor.id, self.id)
        return may_leave_without_admin(subject.row.role, _admins(work)) if verdict else verdict

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End everything the account could act with."""
        work.change(account, self.id, active=False)
        end_sessions(work, self.id)
        tokens = select(api_token.c.id).where(
            api_token.c.account_id == self.id, api_token.c.ended_at.is_(None)
        )
        for row in work.all(tokens):
            work.change(api_token, row.id, ended_at=work.now)
        return {"id": self.id}


@dataclass(frozen=True)
class ResetPassword(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.password.reset"):
    """Give someone a new one-time password; the old one and all sessions end."""

    id: UUID
    password: OneTime

    def subject(self, work: Work) -> Subject:
        """Find the account."""
        return account_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """One's own password is changed on one's own page."""
        return may_manage(work.actor.id, self.id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Replace the password and forget the second factor, which may be lost with it."""
        work.change(
            account,
            self.id,
            password_hash=self.password.hash,
            must_change_password=True,
            totp_secret=None,
            totp_confirmed=False,
        )
        end_sessions(work, self.id)
        return {"id": self.id, "one_time_password": reopen(self.password.text)}


@dataclass(frozen=True)
class CreateTeam(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.team.created"):
    """Make a team, in the house or at an agency."""

    name: str
    agency_id: UUID | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make it; its name must be free."""
        if work.scalar(select(team.c.id).where(team.c.name == self.name)):
            raise Invalid({"name": [N_("There is a team of this name already.")]})
        _check_place(work, None, self.agency_id)
        return {"id": work.add(team, name=self.name, agency_id=self.agency_id, version=1)}


@dataclass(frozen=True)
class CreateAgency(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.agency.created"):
    """Enter a collection agency that works for this house."""

    name: str

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make it; its name must be free."""
        if work.scalar(select(agency.c.id).where(agency.c.name == self.name)):
            raise Invalid({"name": [N_("There is an agency of this name already.")]})
        return {"id": work.add(agency, name=self.name)}


def account_subject(work: Work, account_id: UUID) -> Subject:
    """Return an account as a subject, or raise Missing."""
    row = work.one(select(account).where(account.c.id == account_id))
    if row is None:
        raise Missing("account")
    relation = work.actor.relation(row.id, row.team_id, row.agency_id)
    return Subject("account", row.id, relation, row.version, row)


def end_sessions(work: Work, account_id: UUID) -> None:
    """End every open session of an account."""
    open_ones = (session.c.account_id == account_id) & session.c.ended_at.is_(None)
    work.flush()
    work.connection.execute(update(session).where(open_ones).values(ended_at=work.now))


def _admins(work: Work) -> int:
    query = select(func.count()).where(account.c.role == Role.ADMIN, account.c.active)
    count: int = work.scalar(query)
    return count


def _check_place(work: Work, team_id: UUID | None, agency_id: UUID | None) -> None:
    if team_id and not work.scalar(select(team.c.id).where(team.c.id == team_id)):
        raise Invalid({"team_id": [N_("There is no such team.")]})
    if agency_id and not work.scalar(select(agency.c.id).where(agency.c.id == agency_id)):
        raise Invalid({"agency_id": [N_("There is no such agency.")]})


