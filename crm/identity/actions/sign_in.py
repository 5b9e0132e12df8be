"""Signing in, out, and ending other sessions; each is an entry."""

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from crm.gate.action import Action, Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.words import N_
from crm.gate.work import Work
from crm.identity.actions.accounts import account_subject
from crm.identity.lookup import LONGEST, digest
from crm.identity.models import account, session
from crm.identity.second_factor import accept

FAILED = N_(
    "E-mail or password is wrong, or the account is locked for a quarter of an hour "
    "after too many tries."
)


@dataclass(frozen=True)
class SignIn(Action, needs=Permission.ENTER, recorded_as="identity.session.opened"):
    """Come in with an e-mail address and a password.

    Both were compared before, outside any transaction: `account_id` is None where they did not
    fit, for whatever reason.
    """

    account_id: UUID | None
    browser: str = ""

    def subject(self, work: Work) -> Subject | None:
        """Name the account in the entry, where there is one."""
        return Subject("account", self.account_id) if self.account_id else None

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Say the same sentence for every kind of failure."""
        return ALLOWED if self.account_id else refuse("sign_in.failed", FAILED)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Open a session; its secret goes into the cookie and nowhere else."""
        secret = secrets.token_urlsafe(32)
        work.keep(
            session,
            id=digest(secret),
            account_id=self.account_id,
            created_at=work.now,
            last_seen_at=work.now,
            expires_at=work.now + LONGEST,
            second_factor=False,
            browser=self.browser[:120],
        )
        return {"secret": secret}


@dataclass(frozen=True)
class ConfirmSecondFactor(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.second_factor.confirmed"
):
    """Give the code of one's second factor, once, after the password."""

    code: str

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Use the code up; a wrong or used one is refused."""
        row = work.one(select(account).where(account.c.id == work.actor.id))
        values = work.stored(account, row) if row is not None else {}
        secret = values.get("totp_secret")
        if secret is not None and accept(work, secret, self.code):
            return ALLOWED
        return refuse("sign_in.code", N_("The code is wrong or was used. Wait for the next one."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Mark the session as fully signed in."""
        mine = update(session).where(session.c.id == work.actor.session_id)
        work.connection.execute(mine.values(second_factor=True))
        return {}


@dataclass(frozen=True)
class SignOut(Action, needs=Permission.MANAGE_SELF, recorded_as="identity.session.closed"):
    """Leave."""

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End this session."""
        mine = update(session).where(session.c.id == work.actor.session_id)
        work.connection.execute(mine.values(ended_at=work.now))
        return {}


@dataclass(frozen=True)
class EndSession(Action, needs=Permission.END_SESSIONS, recorded_as="identity.session.ended"):
    """End somebody's session at once."""

    id: str

    def subject(self, work: Work) -> Subject:
        """Find whose session it is."""
        row = work.one(select(session).where(session.c.id == bytes.fromhex(self.id)))
        if row is None:
            raise Missing("session")
        return account_subject(work, row.account_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it."""
        one = update(session).where(session.c.id == bytes.fromhex(self.id))
        work.connection.execute(one.values(ended_at=work.now))
        return {}

