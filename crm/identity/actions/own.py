"""What everyone does with his own account."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.words import N_
from crm.gate.work import Work
from crm.identity.actor import Scope
from crm.identity.lookup import digest
from crm.identity.models import account, api_token
from crm.identity.passwords import hashed, is_right, is_strong
from crm.identity.second_factor import accept, address_of, new_secret, picture
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed


def _me(work: Work) -> dict[str, Any]:
    row = work.one(select(account).where(account.c.id == work.actor.id))
    if row is None:
        raise Missing("account")
    return work.stored(account, row)


@dataclass(frozen=True)
class ChangePassword(Action, needs=Permission.MANAGE_SELF, recorded_as="identity.password.changed"):
    """Choose a new password of one's own."""

    current_password: Sealed
    new_password: Sealed

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The old one must be right."""
        known = _me(work)["password_hash"]
        if known is None or not is_right(reopen(known), reopen(self.current_password)):
            return refuse("password.current", N_("The current password is wrong."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep the hash of a password that resists guessing."""
        new, me = reopen(self.new_password), _me(work)
        if new == reopen(self.current_password):
            raise Invalid({"new_password": [N_("Choose another one than the current.")]})
        if not is_strong(new, reopen(me["email"]), reopen(me["name"])):
            hint = N_("Choose a longer one: four unrelated words are good.")
            raise Invalid({"new_password": [hint]})
        hash_ = Sealed.fresh(hashed(new))
        work.change(account, work.actor.id, password_hash=hash_, must_change_password=False)
        return {"id": work.actor.id}


@dataclass(frozen=True)
class SetPreferences(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.preferences.changed"
):
    """Choose one's language and time zone."""

    language: str | None = None
    zone: str | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what was chosen."""
        chosen = {"language": self.language, "zone": self.zone}
        values = {name: value for name, value in chosen.items() if value}
        if values:
            work.change(account, work.actor.id, **values)
        return {"id": work.actor.id}


@dataclass(frozen=True)
class BeginSecondFactor(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.second_factor.begun"
):
    """Ask for the secret of a second factor, to be scanned."""

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """A confirmed one must be removed first."""
        if _me(work)["totp_confirmed"]:
            return refuse("second_factor.exists", N_("Remove the present second factor first."))
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep a fresh secret, sealed, and give it out this once."""
        secret = new_secret()
        work.change(account, work.actor.id, totp_secret=Sealed.fresh(secret))
        address = address_of(secret, reopen(_me(work)["email"]))
        return {"id": work.actor.id, "secret": secret, "address": address, "path": picture(address)}


@dataclass(frozen=True)
class FinishSecondFactor(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.second_factor.added"
):
    """Show, by one code, that the second factor works."""

    code: str

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The code must be right."""
        secret = _me(work)["totp_secret"]
        if secret is not None and accept(work, secret, self.code):
            return ALLOWED
        return refuse("sign_in.code", N_("The code is wrong or was used. Wait for the next one."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """From now on it is asked for at every sign-in."""
        work.change(account, work.actor.id, totp_confirmed=True)
        return {"id": work.actor.id}


@dataclass(frozen=True)
class RemoveSecondFactor(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.second_factor.removed"
):
    """Do without a second factor; needs a code of it."""

    code: str

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The code must be right."""
        secret = _me(work)["totp_secret"]
        if secret is not None and accept(work, secret, self.code):
            return ALLOWED
        return refuse("sign_in.code", N_("The code is wrong or was used. Wait for the next one."))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Forget the secret."""
        work.change(account, work.actor.id, totp_secret=None, totp_confirmed=False)
        return {"id": work.actor.id}


@dataclass(frozen=True)
class CreateToken(Action, needs=Permission.USE_TOKENS, recorded_as="identity.token.created"):
    """Make an API token that acts as oneself until a date."""

    label: str
    days: int = 30
    account_id: UUID | None = None  # the operator's command names whose it is

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """Only the system makes one for somebody else."""
        other = self.account_id not in {None, work.actor.id}
        if other and work.reach(Permission.USE_TOKENS) is not Scope.ALL:
            return refuse("token.own", N_("A token is made by whom it acts for."))
        return ALLOWED

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


@dataclass(frozen=True)
class EndToken(Action, needs=Permission.USE_TOKENS, recorded_as="identity.token.ended"):
    """End one of one's tokens."""

    id: UUID

    def subject(self, work: Work) -> Subject:
        """Find it; somebody else's is not there."""
        row = work.one(select(api_token).where(api_token.c.id == self.id))
        if row is None:
            raise Missing("token")
        return Subject("token", row.id, work.actor.relation(row.account_id, None))

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """End it."""
        work.change(api_token, self.id, ended_at=work.now)
        return {"id": self.id}
