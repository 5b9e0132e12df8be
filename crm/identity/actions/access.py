"""Whether someone comes in: accounts ended and opened again, passwords reset."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from crm.gate.action import Action, Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict
from crm.gate.work import Work
from crm.identity.actions.accounts import STAFF, account_subject, leaves_without
from crm.identity.models import account, api_token, session
from crm.identity.one_time import OneTime, shown_once
from crm.identity.rules import has_end, is_fresh, may_manage
from crm.privacy.openers import reopen


@dataclass(frozen=True)
class DeactivateAccount(
    Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.account.deactivated"
):
    """End someone's account, sessions and tokens at once."""

    id: UUID

    def locks(self, work: Work) -> tuple[UUID, ...]:
        """Let one change of power follow another, so that the last administrator stays."""
        return (STAFF,)

    def subject(self, work: Work) -> Subject:
        """Find the account."""
        return account_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Not one's own, and not the last administrator's."""
        return may_manage(work.actor.id, self.id) and leaves_without(work, subject, stays=False)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End everything the account could act with."""
        assert subject is not None
        work.change(account, self.id, version=subject.version, active=False)
        end_access(work, self.id)
        return {"id": self.id}


@dataclass(frozen=True)
class ReactivateAccount(
    Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.account.reactivated"
):
    """Let someone in again whose account was ended, with a new one-time password."""

    id: UUID
    password: OneTime = field(compare=False)

    def subject(self, work: Work) -> Subject:
        """Find the account."""
        return account_subject(work, self.id)

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Not one's own, and with an end still to come where there is one."""
        assert subject is not None
        return (
            is_fresh(work.actor, work.now)
            and may_manage(work.actor.id, self.id)
            and has_end(subject.row.role, subject.row.valid_until, work.now)
        )

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Open the account; nothing it could act with before comes back."""
        return _new_password(work, subject, self.password)

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Say whose account it is; its password was shown and is not kept."""
        return shown_once(result_id)


@dataclass(frozen=True)
class ResetPassword(Action, needs=Permission.MANAGE_STAFF, recorded_as="identity.password.reset"):
    """Give someone a new one-time password; the old one, all sessions and tokens end."""

    id: UUID
    password: OneTime = field(compare=False)

    def subject(self, work: Work) -> Subject:
        """Find the account; an ended one has no password to replace."""
        found = account_subject(work, self.id)
        if not found.row.active:
            raise Missing("account")
        return found

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """One's own password is changed on one's own page."""
        return is_fresh(work.actor, work.now) and may_manage(work.actor.id, self.id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Replace the password and forget the second factor, which may be lost with it."""
        return _new_password(work, subject, self.password)

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Say whose account it is; its password was shown and is not kept."""
        return shown_once(result_id)


def end_sessions(work: Work, account_id: UUID, *, but: bytes | None = None) -> None:
    """End every open session of an account, save one."""
    ending = (session.c.account_id == account_id) & session.c.ended_at.is_(None)
    if but is not None:
        ending &= session.c.id != but
    work.flush()
    work.connection.execute(update(session).where(ending).values(ended_at=work.now))


def end_access(work: Work, account_id: UUID) -> None:
    """End every open session and every token of an account."""
    end_sessions(work, account_id)
    tokens = select(api_token.c.id).where(
        api_token.c.account_id == account_id, api_token.c.ended_at.is_(None)
    )
    for row in work.all(tokens):
        work.change(api_token, row.id, ended_at=work.now)


def _new_password(work: Work, subject: Subject | None, password: OneTime) -> dict[str, Any]:
    assert subject is not None
    work.change(
        account,
        subject.id,
        version=subject.version,
        active=True,
        password_hash=password.hash,
        must_change_password=True,
        totp_secret=None,
        totp_confirmed=False,
    )
    end_access(work, subject.id)
    return {"id": subject.id, "one_time_password": reopen(password.text)}
