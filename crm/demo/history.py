"""Three weeks of contacts before today: those of an earlier system, and a few without a permit."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm import clock
from crm.contacts.actions.unpermitted import ImportContact, LogUnpermitted
from crm.contacts.rules.causes import Unasked
from crm.demo.portfolios import Owing
from crm.demo.staff import OPERATOR, Told
from crm.gate.perform import perform
from crm.identity.actor import Actor
from crm.identity.roles import Role

DAYS = 21
ZONES = {"CN": "Asia/Shanghai", "US": "America/Chicago"}  # midday there is midday enough

# (days ago, hour, minutes past, outcome, code, minutes it took)
Told_of = tuple[int, int, str, str, int]
PATHS: tuple[tuple[Told_of, ...], ...] = (
    ((19, 11, "no_answer", "NA", 0), (12, 14, "effective_conversation", "RPC-N", 6)),
    ((16, 13, "busy", "BSY", 0), (16, 15, "no_answer", "NA", 0), (9, 12, "no_answer", "OFF", 0)),
    ((18, 12, "effective_conversation", "PTP", 8), (9, 13, "effective_conversation", "NEG", 5)),
    ((3, 14, "no_answer", "NA", 0), (2, 12, "no_answer", "NA", 0), (1, 13, "rejected", "REJ", 0)),
    ((8, 12, "effective_conversation", "UTP", 11),),
    ((5, 13, "answered_hangup", "HUP-U", 1), (4, 11, "no_answer", "NA", 0)),
    (),
    ((2, 12, "effective_conversation", "RPC-N", 7),),
    ((14, 13, "voicemail_full", "VM-N", 1), (6, 12, "no_answer", "NA", 0)),
)
UNTOLD = PATHS.index(())  # whoever has no history gets a contact that nobody asked a permit for
SLIPS = ((3, 23), (4, 12), (5, 23), (10, 14))  # (days ago, hour): the late ones are unlawful


def tell_history(late: list[Owing], tell: Told) -> None:
    """Take in the earlier contacts of the late; each keeps its decision as of its own day."""
    count = 0
    for number, owing in enumerate(late):
        for action in _contacts(number, owing):
            perform(action, OPERATOR)
            count += 1
    tell(f"  {count} earlier contacts")


def tell_slips(late: list[Owing], tell: Told) -> None:
    """Have a few contacts written down that had no permit; each opens a finding."""
    reached = [one for one in late[UNTOLD :: len(PATHS)] if one.phone_id is not None]
    for number, (owing, (days, hour)) in enumerate(zip(reached, SLIPS, strict=False)):
        slip = LogUnpermitted(
            person_id=owing.person_id,
            contact_point_id=owing.phone_id,
            channel="call",
            direction="outbound",
            outcome="no_answer",
            code="NA",
            started_at=_moment(owing.country, days, hour, number),
            reason=Unasked.NOT_ASKED,
        )
        perform(slip, Actor(owing.collector_id, Role.COLLECTOR))
    tell(f"  {min(len(reached), len(SLIPS))} contacts without a permit, with their findings")


def _contacts(number: int, owing: Owing) -> Iterator[ImportContact]:
    if owing.phone_id is None:
        return
    for days, hour, outcome, code, minutes in PATHS[number % len(PATHS)]:
        started_at = _moment(owing.country, days, hour, number)
        yield ImportContact(
            person_id=owing.person_id,
            contact_point_id=owing.phone_id,
            channel="call",
            direction="outbound",
            outcome=outcome,
            code=code,
            started_at=started_at,
            ended_at=started_at + timedelta(minutes=minutes) if minutes else None,
            reason=Unasked.ELSEWHERE,
        )


def _moment(country: str, days: int, hour: int, number: int) -> datetime:
    """Return an instant so many local days ago, spread over the hour."""
    zone = ZoneInfo(ZONES[country])
    day = (clock.now().astimezone(zone) - timedelta(days=days)).date()
    local = datetime.combine(day, time(hour, number * 7 % 60), zone)
    return local.astimezone(UTC)
