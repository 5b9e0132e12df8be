"""API tokens: each acts as the one who made it, until its day."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Action, Subject
from crm.gate.errors import Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import Verdict, refuse
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.identity.lookup import digest
from crm.identity.models import api_token
from crm.identity.rules import is_fresh
from crm.words import N_


@dataclass(frozen=True)
class CreateToken(Action, needs=Permission.USE_TOKENS, recorded_as="identity.token.created"):
    """Make an API token that acts as oneself until a date."""

    label: str
    days: int = 30
    account_id: UUID | None = None  # the operator's command names whose it is

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Only the system makes one for somebody else; and no token makes a token."""
        other = self.account_id not in {None, work.actor.id}
        if other and work.reach(Permission.USE_TOKENS) is not Scope.ALL:
            return refuse("token.own", N_("A token is made by whom it acts for."))
        if work.actor.by_token:
            return refuse("token.by_token", N_("A token cannot make another: sign in for that."))
        return is_fresh(work.actor, work.now)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep the token's digest; the token itself is shown once."""
        secret = "probity_" + secrets.token_urlsafe(32)
        expires = work.now + timedelta(days=self.days)
        token_id = work.add(
            api_token,
            account_id=self.account_id or work.actor.id,
            digest=digest(secret),
            label=self.label,
            created_at=work.now,
            expires_at=expires,
        )
        return {"id": token_id, "token": secret, "expires_at": expires}

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Leave the token out: it was shown once."""
        return {"id": result_id, "token": None, "expires_at": None}


@dataclass(frozen=True)
class EndToken(Action, needs=Permission.USE_TOKENS, recorded_as="identity.token.ended"):
    """End one of one's tokens."""

    id: UUID

    def subject(self, work: Work) -> Subject:
        """Find it; somebody else's, or an ended one, is not there."""
        row = work.one(select(api_token).where(api_token.c.id == self.id))
        if row is None or row.ended_at is not None:
            raise Missing("token")
        return Subject("token", row.id, work.actor.relation(row.account_id, None))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it."""
        work.change(api_token, self.id, ended_at=work.now)
        return {"id": self.id}
