"""Who may hold an account, and how: pure rules."""

from datetime import date, datetime, timedelta
from uuid import UUID

from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.words import N_

FRESH = timedelta(minutes=30)
FRESHLY = "session.fresh"  # the rule; the web leads whoever it stops back to the door
LONGEST_TOKEN_DAYS = 365

IN_TEAMS = frozenset(
    {
        Role.COLLECTOR,
        Role.FIELD_COLLECTOR,
        Role.HARDSHIP_SPECIALIST,
        Role.TEAM_LEADER,
        Role.SUPERVISOR,
    }
)


def may_manage(actor_id: UUID, account_id: UUID) -> Verdict:
    """Let nobody change his own role or end his own account."""
    if actor_id == account_id:
        return refuse("account.own", N_("Someone else must change your account."))
    return ALLOWED


def leaves_an_admin(stays: bool, others: int) -> Verdict:
    """Keep at least one administrator whose account has no end.

    `stays`: the account in question is one still, afterwards; `others`: how many there are
    beside it.
    """
    if not stays and others == 0:
        return refuse("account.last_admin", N_("This is the last administrator."))
    return ALLOWED


def has_place(role: str, team_id: UUID | None, agency_id: UUID | None) -> Verdict:
    """Whoever works with people works in a team, and who leads an agency belongs to one."""
    if role in IN_TEAMS and team_id is None:
        why = N_("Choose the team: this role works in one.")
        return refuse("account.team", why, about="team_id")
    if role == Role.AGENCY_LEAD and agency_id is None:
        why = N_("Choose the agency: this role leads one.")
        return refuse("account.agency", why, about="agency_id")
    return ALLOWED


def has_end(role: str, valid_until: datetime | None, now: datetime) -> Verdict:
    """An auditor is let in for a time."""
    if role == Role.AUDITOR and valid_until is None:
        why = N_("Choose until when: an auditor is let in for a time.")
        return refuse("account.end", why, about="valid_until")
    if valid_until is not None and valid_until <= now:
        why = N_("Choose an end that is still to come.")
        return refuse("account.past", why, about="valid_until")
    return ALLOWED


def is_fresh(actor: Actor, now: datetime) -> Verdict:
    """Let what gives power to somebody be done only shortly after signing in.

    A session that was left open is what this is against: programs and the system itself come
    without one.
    """
    if actor.session_id is None:
        return ALLOWED
    if actor.signed_in_at is None or now - actor.signed_in_at > FRESH:
        return refuse(FRESHLY, N_("Sign in once more first: this needs a fresh sign-in."))
    return ALLOWED


LONGEST_ABSENCE = 366  # days


def absence_fault(begins: date, ends: date, today: date) -> tuple[str, str] | None:
    """Return the field and the sentence of what is wrong with these days, or None."""
    if ends < begins:
        return "ends_on", N_("Choose the first day or a later one.")
    if ends < today:
        return "ends_on", N_("These days are over. Choose today or a later day.")
    if (ends - begins).days >= LONGEST_ABSENCE:
        return "ends_on", N_("Choose at most a year.")
    return None


def is_away(begins: date, ends: date, back_on: date | None, day: date) -> bool:
    """Tell whether an absence covers that day; whoever came back on it is there."""
    return begins <= day <= ends and (back_on is None or day < back_on)
