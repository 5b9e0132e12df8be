"""Who may hold an account, and how: pure rules."""

from datetime import datetime, timedelta
from uuid import UUID

from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.gate.words import N_
from crm.identity.roles import Role

FRESH = timedelta(minutes=10)
LONGEST_TOKEN = timedelta(days=365)


def may_manage(actor_id: UUID, account_id: UUID) -> Verdict:
    """Let nobody change his own role or end his own account."""
    if actor_id == account_id:
        return refuse("account.own", N_("Someone else must change your account."))
    return ALLOWED


def may_leave_without_admin(role: str, active_admins: int) -> Verdict:
    """Keep at least one administrator."""
    if role == Role.ADMIN and active_admins <= 1:
        return refuse("account.last_admin", N_("This is the last administrator."))
    return ALLOWED


def needs_team(role: str, team_id: UUID | None) -> Verdict:
    """Whoever works with people works in a team."""
    in_teams = {Role.COLLECTOR, Role.FIELD_COLLECTOR, Role.HARDSHIP_SPECIALIST, Role.TEAM_LEADER}
    if role in in_teams and team_id is None:
        return refuse("account.team", N_("Choose the team: this role works in one."))
    return ALLOWED


def is_fresh(signed_in_at: datetime | None, now: datetime) -> Verdict:
    """Let dangerous things be done only shortly after signing in."""
    if signed_in_at is None or now - signed_in_at > FRESH:
        return refuse("session.fresh", N_("Sign in again first: this needs a fresh sign-in."))
    return ALLOWED
