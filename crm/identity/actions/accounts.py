"""Accounts: made and changed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.generation import raise_generation
from crm.gate.permissions import Permission
from crm.gate.reader import Reader
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.actor import ANONYMOUS
from crm.identity.models import account, agency, team
from crm.identity.one_time import OneTime, shown_once
from crm.identity.roles import Role
from crm.identity.rules import has_end, has_place, is_fresh, leaves_an_admin, may_manage
from crm.privacy.index import blind, normal_email
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.words import N_

STAFF = uuid5(ANONYMOUS.id, "all accounts")  # the lock of whoever changes who is in power


@dataclass(frozen=True)
class CreateAccount(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.account.created"):
    """Give someone an account, with a one-time password."""

    email: Sealed
    name: Sealed
    role: str
    password: OneTime = field(compare=False)  # made up anew when the same request comes again
    team_id: UUID | None = None
    agency_id: UUID | None = None
    language: str = "en"
    zone: str = "UTC"
    valid_until: datetime | None = None
    must_change_password: bool = True

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Ask for what the role needs."""
        return (
            is_fresh(work.actor, work.now)
            and has_place(self.role, self.team_id, self.agency_id)
            and has_end(self.role, self.valid_until, work.now)
        )

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Make the account; its e-mail must be free."""
        index = blind("account.email", 128, normal_email(reopen(self.email)))
        if work.scalar(select(account.c.id).where(account.c.email_index == index)):
            raise Invalid({"email": [N_("Someone has this e-mail address already.")]})
        account_id = work.add(
            account,
            email=self.email,
            name=self.name,
            role=self.role,
            team_id=self.team_id,
            agency_id=agency_of(work, self.team_id, self.agency_id),
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

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Say whose account it is; its password was shown and is not kept."""
        return shown_once(result_id)


@dataclass(frozen=True)
class EditAccount(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.account.changed"):
    """Change someone's role, team or end date."""

    id: UUID
    role: str
    version: int
    team_id: UUID | None = None
    agency_id: UUID | None = None
    valid_until: datetime | None = None

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let one change of power follow another, so that the last administrator stays."""
        return (STAFF,)

    def subject(self, work: Work) -> Subject:
        """Find the account."""
        return account_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Let nobody raise himself, and keep one administrator."""
        stays = self.role == Role.ADMIN and self.valid_until is None
        return (
            is_fresh(work.actor, work.now)
            and may_manage(work.actor.id, self.id)
            and leaves_without(work, subject, stays=stays)
            and has_place(self.role, self.team_id, self.agency_id)
            and has_end(self.role, self.valid_until, work.now)
        )

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Change it; open sessions see it at their next request."""
        work.change(
            account,
            self.id,
            version=self.version,
            role=self.role,
            team_id=self.team_id,
            agency_id=agency_of(work, self.team_id, self.agency_id),
            valid_until=self.valid_until,
        )
        raise_generation(work)
        return {"id": self.id, "version": self.version + 1}


def account_subject(work: Reader, account_id: UUID) -> Subject:
    """Return an account as a subject, or raise Missing."""
    row = work.one(select(account).where(account.c.id == account_id))
    if row is None:
        raise Missing("account")
    relation = work.actor.relation(row.id, row.team_id, row.agency_id)
    return Subject("account", row.id, relation, row.version, row)


def agency_of(work: Work, team_id: UUID | None, agency_id: UUID | None) -> UUID | None:
    """Return the agency of whoever has this place: the team's own, before the one chosen."""
    if agency_id and not work.scalar(select(agency.c.id).where(agency.c.id == agency_id)):
        raise Invalid({"agency_id": [N_("There is no such agency.")]})
    if team_id is None:
        return agency_id
    row = work.one(select(team.c.agency_id).where(team.c.id == team_id))
    if row is None:
        raise Invalid({"team_id": [N_("There is no such team.")]})
    return row.agency_id  # type: ignore[no-any-return]  # an Id column


def leaves_without(work: Work, subject: Subject | None, *, stays: bool) -> Verdict:
    """Judge whether an administrator without end is left, if this account `stays` one or not."""
    assert subject is not None
    row = subject.row
    was = row.active and row.role == Role.ADMIN and row.valid_until is None
    query = select(func.count()).where(
        account.c.role == Role.ADMIN,
        account.c.active,
        account.c.valid_until.is_(None),
        account.c.id != subject.id,
    )
    return leaves_an_admin(stays or not was, work.scalar(query))
