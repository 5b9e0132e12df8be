"""The people who work in the sample house, and the password they share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from crm import clock
from crm.contacts.actions.day_one import AttestDayOne
from crm.contacts.queries.day_one import missing
from crm.gate.actions import Approve
from crm.gate.perform import perform
from crm.identity.actions.accounts import CreateAccount
from crm.identity.actions.places import CreateTeam
from crm.identity.actor import Actor, system
from crm.identity.one_time import OneTime
from crm.identity.passwords import hashed, made_up
from crm.identity.roles import LABELS, Role
from crm.opening import write_once
from crm.privacy.sealed import Sealed
from crm.settings import Settings

OPERATOR: Actor = system("crm demo")
HOST = "demo.example"
A_YEAR = timedelta(days=365)
CHINA_DESK, AMERICA_DESK = "China desk", "America desk"
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Colleague:
    """One account of the sample house."""

    mailbox: str
    name: str
    role: Role
    team: str | None = None
    zone: str = "Asia/Shanghai"
    language: str = "en"

    @property
    def email(self) -> str:
        """Return the e-mail he signs in with."""
        return f"{self.mailbox}@{HOST}"


STAFF = (
    Colleague("admin", "Ada Admin", Role.ADMIN),
    Colleague("collector", "Lin Xiao", Role.COLLECTOR, CHINA_DESK),
    Colleague("collector2", "Dana Cole", Role.COLLECTOR, AMERICA_DESK, "America/New_York"),
    Colleague("supervisor", "Song Yi", Role.SUPERVISOR, CHINA_DESK),
    Colleague("compliance", "Clara Complia", Role.COMPLIANCE_OFFICER),
    Colleague("privacy", "Pierre Privé", Role.PRIVACY_OFFICER),
    Colleague("steward", "Stella Steward", Role.DATA_STEWARD),
    Colleague("auditor", "Otto Auditor", Role.AUDITOR),
)
OTHERS = (
    Colleague("collector3", "Qian Duo", Role.COLLECTOR, CHINA_DESK, language="zh"),
    Colleague("collector4", "Shen An", Role.COLLECTOR, CHINA_DESK, language="zh"),
    Colleague("collector5", "Evan Price", Role.COLLECTOR, AMERICA_DESK, "America/Chicago"),
    Colleague("collector6", "Rosa Diaz", Role.COLLECTOR, AMERICA_DESK, "America/Los_Angeles"),
    Colleague("supervisor2", "Sam Leary", Role.SUPERVISOR, AMERICA_DESK, "America/New_York"),
)


def hire(password: str) -> dict[str, UUID]:
    """Make teams and accounts; return the account ids by mailbox."""
    teams = {
        name: perform(CreateTeam(name), OPERATOR).result["id"]
        for name in (CHINA_DESK, AMERICA_DESK)
    }
    return {one.mailbox: _hire(one, password, teams) for one in (*STAFF, *OTHERS)}


def _hire(one: Colleague, password: str, teams: dict[str, UUID]) -> UUID:
    secret = OneTime(Sealed.fresh(password), Sealed.fresh(hashed(password)))
    action = CreateAccount(
        email=Sealed.fresh(one.email),
        name=Sealed.fresh(one.name),
        role=one.role,
        password=secret,
        team_id=teams[one.team] if one.team else None,
        language=one.language,
        zone=one.zone,
        must_change_password=False,
        valid_until=clock.now() + A_YEAR if one.role is Role.AUDITOR else None,
    )
    account_id: UUID = perform(action, OPERATOR).result["id"]
    return account_id


def attest_day_one(ids: dict[str, UUID]) -> None:
    """Have two people say that the sample house knows all there is from before it."""
    steward = Actor(ids["steward"], Role.DATA_STEWARD)
    for question in missing():
        asked = perform(AttestDayOne(question), steward)
        assert asked.waiting is not None
        perform(Approve(asked.waiting), Actor(ids["compliance"], Role.COMPLIANCE_OFFICER))


def shared_password(settings: Settings) -> str:
    """Return the password of all demo accounts: CRM_DEMO_PASSWORD, or one made up once."""
    if settings.demo_password:
        return settings.demo_password
    path = settings.home / "demo-password"
    if not path.exists():
        write_once(path, made_up())
    return path.read_text(encoding="utf-8").strip()


def accounts_of_demo(settings: Settings) -> list[str]:
    """Return what to tell whoever starts the sample house: each account, and the password."""
    lines = [f"{one.email:<28}{LABELS[one.role]}" for one in STAFF]
    return [*lines, "", f"password of all: {shared_password(settings)}"]
