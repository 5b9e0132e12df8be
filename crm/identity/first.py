"""The first administrator, made by the operator's command."""

from crm.gate.perform import perform
from crm.identity.actions.accounts import CreateAccount
from crm.identity.actor import system
from crm.identity.one_time import one_time
from crm.identity.roles import Role
from crm.privacy.sealed import Sealed


def make_account(email: str, name: str, role: str, language: str = "en") -> str:
    """Make an account as the operator; return its one-time password."""
    action = CreateAccount(
        email=Sealed.fresh(email),
        name=Sealed.fresh(name),
        role=role,
        password=one_time(),
        language=language,
    )
    done = perform(action, system("crm users add"))
    return str(done.result["one_time_password"])


def make_first_admin(email: str, name: str) -> str:
    """Make the first administrator; return the one-time password."""
    return make_account(email, name, Role.ADMIN)
