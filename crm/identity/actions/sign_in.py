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
from crm.gate.work import Work
from crm.identity.actions.accounts import account_subject
from crm.identity.actions.own import mark_session, right_code
from crm.identity.attempts import forgive
from crm.identity.lookup import LONGEST, digest
from crm.identity.models import session
from crm.words import N_

FAILED = N_(
    "E-mail or password is wrong, or the account is locked for a quarter of an hour "
    "after too many tries."
)


@dataclass(frozen=True)
class SignIn(Action, needs=Permission.ENTER, recorded_as="identity.session.opened"):
    """Come in with an e-mail address and a password.

    Both were compared before, outside any transaction: `account_id` is None where nobody has
    this e-mail address, or where its tries were used up (`locked`).
    """

    account_id: UUID | None
    right: bool
    locked: bool = False
    browser: str = ""
    tries: tuple[bytes, bytes] | None = None  # of account and address: success forgives them
    instead: bytes | None = None  # the session this browser had until now

    def subject(self, work: Work) -> Subject | None:
        """Name the account in the entry, where there is one."""
        return Subject("account", self.account_id) if self.account_id else None

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Say the same sentence for every kind of failure."""
        if self.locked:
            return refuse("sign_in.locked", FAILED)
        return ALLOWED if self.account_id and self.right else refuse("sign_in.failed", FAILED)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Open a session; its secret goes into the cookie and nowhere else."""
        secret = secrets.token_urlsafe(32)
        if self.tries is not None:
            forgive(work.connection, *self.tries)
        if self.instead is not None:
            before = (session.c.id == self.instead) & session.c.ended_at.is_(None)
            ended = update(session).where(before).values(ended_at=work.now)
            work.note(earlier_sessions_ended=work.connection.execute(ended).rowcount)
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
        return right_code(work, self.code)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Mark the session as fully signed in."""
        mark_session(work)
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
        row = work.one(select(session).where(session.c.id == _key(self.id)))
        if row is None or row.ended_at is not None:
            raise Missing("session")
        return account_subject(work, row.account_id)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it."""
        one = update(session).where(session.c.id == _key(self.id))
        work.connection.execute(one.values(ended_at=work.now))
        return {}


def _key(text: str) -> bytes:
    """Return the key that 64 hexadecimal digits name; raise Missing where they are none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Missing("session") from None
