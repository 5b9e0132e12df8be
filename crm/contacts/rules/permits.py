"""Where a permit stands, and what may still become of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from crm.gate.verdict import ALLOWED, Verdict, refuse
from crm.words import N_

FURTHEST = timedelta(days=31)  # ahead of now, for whatever is not a call
LONGEST = FURTHEST + timedelta(days=2)  # no reservation that was not started is older


@dataclass(frozen=True, slots=True)
class Permit:
    """What became of a permit so far; `over`: released, ended or closed."""

    reserved_by: UUID
    expires_at: datetime
    started_at: datetime | None
    over: str | None
    is_logged: bool


def may_start(permit: Permit, actor_id: UUID, now: datetime) -> Verdict:
    """Let its holder start it while it is reserved: before it lapses, is released or ended."""
    if permit.reserved_by != actor_id:
        return refuse("permit.holder", N_("Only who reserved it can start it."))
    if permit.started_at is not None:
        return refuse("permit.started", N_("It was started already."))
    return _still_reserved(permit, now)


def is_shown_again(permit: Permit, actor_id: UUID, now: datetime, shown_for: timedelta) -> bool:
    """Tell whether its holder, having started it just now, may see the number once more."""
    return (
        permit.reserved_by == actor_id
        and permit.started_at is not None
        and not permit.is_logged
        and now < permit.started_at + shown_for
    )


def may_release(permit: Permit, now: datetime) -> Verdict:
    """Let a reservation go that was not started: what was started counts."""
    if permit.started_at is not None:
        return refuse("permit.started", N_("It was started and counts. Log what came of it."))
    return _still_reserved(permit, now)


def may_close(permit: Permit) -> Verdict:
    """Let a started contact that nobody logged be closed as outcome unknown, once."""
    if permit.is_logged:
        return refuse("permit.logged", N_("It is logged already."))
    if permit.started_at is None:
        return refuse("permit.not_started", N_("It was not started. Release it instead."))
    if permit.over is not None:
        return refuse("permit.over", N_("It is over already."))
    return ALLOWED


def may_log(permit: Permit, actor_id: UUID) -> Verdict:
    """Let who made a contact log it, once, also after it was closed as outcome unknown."""
    if permit.reserved_by != actor_id:
        return refuse("permit.holder", N_("Only who made the contact can say what came of it."))
    if permit.is_logged:
        return refuse("permit.logged", N_("It is logged already. Correct its record instead."))
    if permit.over == "released":
        return refuse(
            "permit.over", N_("It was released before it was started: there is no contact.")
        )
    if permit.over == "ended":
        why = N_("It was ended before it was started: the contact was no longer lawful.")
        return refuse("permit.over", why)
    if permit.started_at is None:
        return refuse("permit.not_started", N_("Start the contact before you log it."))
    return ALLOWED


def may_log_for(permit: Permit, actor_id: UUID) -> Verdict:
    """Let somebody else log it for who made the contact, by the same rules."""
    if permit.reserved_by == actor_id:
        return refuse("permit.own", N_("You made this contact yourself: log it as your own."))
    return may_log(permit, permit.reserved_by)


def may_verify(permit: Permit, actor_id: UUID) -> Verdict:
    """Let who makes a contact ask who is speaking, while it lasts: started and not yet logged."""
    if permit.reserved_by != actor_id:
        return refuse("permit.holder", N_("Only who makes the contact can ask who is speaking."))
    if permit.is_logged:
        return refuse("permit.logged", N_("It is logged already."))
    if permit.over is not None:
        return refuse("permit.over", N_("It is over already."))
    if permit.started_at is None:
        why = N_("Start the contact before you ask who is speaking.")
        return refuse("permit.not_started", why)
    return ALLOWED


def _still_reserved(permit: Permit, now: datetime) -> Verdict:
    if permit.over is not None:
        return refuse("permit.over", N_("It is over already. Ask for another."))
    if permit.expires_at <= now:
        return refuse("permit.lapsed", N_("It has lapsed. Ask for another."))
    return ALLOWED
