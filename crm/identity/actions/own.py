"""What everyone does with his own account: password, preferences, second factor."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from crm.gate.action import Action, Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission
from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.work import Work
from crm.identity.actions.access import end_sessions
from crm.identity.attempts import counted, forget
from crm.identity.models import account, session
from crm.identity.passwords import hashed, is_right, is_strong
from crm.identity.rules import is_fresh
from crm.identity.second_factor import accept, address_of, new_secret, picture
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.words import N_

WRONG_CODE = N_("The code is wrong or was used. Wait for the next one.")


def _me(work: Work) -> dict[str, Any]:
    row = work.one(select(account).where(account.c.id == work.actor.id))
    if row is None:
        raise Missing("account")
    return work.stored(account, row)


def right_code(work: Work, code: str) -> Verdict:
    """Let go on whoever gives the right code; a wrong or used one is refused."""
    if accept(work, _me(work)["totp_secret"], code):
        return ALLOWED
    return refuse("sign_in.code", WRONG_CODE)


def mark_session(work: Work) -> None:
    """Note that this session has shown its second factor."""
    mine = update(session).where(session.c.id == work.actor.session_id)
    work.flush()
    work.connection.execute(mine.values(second_factor=True))


@dataclass(frozen=True)
class ChangePassword(Action, needs=Permission.MANAGE_SELF, recorded_as="identity.password.changed"):
    """Choose a new password of one's own."""

    current_password: Sealed
    new_password: Sealed

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The old one must be right; too many tries lock it for a quarter of an hour."""
        whose, known = str(work.actor.id), _me(work)["password_hash"]
        tries_left = counted(work.connection, "password", whose)
        text = reopen(known) if known is not None and tries_left else None
        if not is_right(text, reopen(self.current_password)):
            return refuse("password.current", N_("The current password is wrong."))
        forget(work.connection, "password", whose)
        return ALLOWED

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep the hash of a password that resists guessing; all other sessions end."""
        new, me = reopen(self.new_password), _me(work)
        if new == reopen(self.current_password):
            raise Invalid({"new_password": [N_("Choose another one than the current.")]})
        if not is_strong(new, reopen(me["email"]), reopen(me["name"])):
            hint = N_("Choose a longer one: four unrelated words are good.")
            raise Invalid({"new_password": [hint]})
        hash_ = Sealed.fresh(hashed(new))
        work.change(account, work.actor.id, password_hash=hash_, must_change_password=False)
        end_sessions(work, work.actor.id, but=work.actor.session_id)
        return {"id": work.actor.id}


@dataclass(frozen=True)
class SetPreferences(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.preferences.changed"
):
    """Choose one's language and time zone, and whether single letters are shortcuts."""

    language: str | None = None
    zone: str | None = None
    single_keys: bool | None = None

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep what was chosen."""
        chosen = {"language": self.language, "zone": self.zone, "single_keys": self.single_keys}
        values: dict[str, Any] = {n: value for n, value in chosen.items() if value is not None}
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
        return is_fresh(work.actor, work.now)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Keep a fresh secret, sealed, and give it out this once."""
        secret = new_secret()
        work.change(account, work.actor.id, totp_secret=Sealed.fresh(secret))
        address = address_of(secret, reopen(_me(work)["email"]))
        return {"id": work.actor.id, "secret": secret, "address": address, "path": picture(address)}

    def again(self, work: Work, result_id: UUID) -> dict[str, Any]:
        """Leave the secret out: it was shown once."""
        return {"id": result_id, "secret": None, "address": None}


@dataclass(frozen=True)
class FinishSecondFactor(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.second_factor.added"
):
    """Show, by one code, that the second factor works."""

    code: str

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The code must be right."""
        return right_code(work, self.code)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """From now on it is asked for at every sign-in, and in all other open sessions."""
        work.change(account, work.actor.id, totp_confirmed=True)
        mark_session(work)
        return {"id": work.actor.id}


@dataclass(frozen=True)
class RemoveSecondFactor(
    Action, needs=Permission.MANAGE_SELF, recorded_as="identity.second_factor.removed"
):
    """Do without a second factor; needs a code of it."""

    code: str

    def check(self, work: Work, subject: Subject | None) -> Verdict:
        """The code must be right."""
        return right_code(work, self.code)

    def run(self, work: Work, subject: Subject | None) -> dict[str, Any]:
        """Forget the secret."""
        work.change(account, work.actor.id, totp_secret=None, totp_confirmed=False)
        return {"id": work.actor.id}
