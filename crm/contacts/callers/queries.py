"""A call that came in: whom it may be, what was answered, and whether his file is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import ALIVE, relation_of
from crm.contacts.callers.models import caller
from crm.contacts.callers.rules import HELD_FOR, Found, is_proven, may_ask, may_take_back
from crm.contacts.facts import Approach
from crm.contacts.facts.gathered import gather
from crm.contacts.facts.in_hand import call_in_hand
from crm.contacts.hearing import hear
from crm.contacts.outcomes import is_of_other
from crm.contacts.queries.chain import first_of
from crm.contacts.queries.proof import CameIn, is_proven_call
from crm.contacts.queries.slips import mended
from crm.contacts.queries.verifying import answers_in, checks_of
from crm.contacts.rules.verifying import LASTS, SPOKEN, has_failed, may_ask_caller
from crm.gate.action import Subject
from crm.gate.errors import Invalid, Missing
from crm.gate.permissions import Permission, reaches
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.actor import Scope
from crm.identity.models import hold, team


def caller_subject(reader: Reader, caller_id: UUID) -> Subject:
    """Return a call as a subject, which is whose it is that looked it up; raise Missing."""
    query = select(caller, person.c.erasure_begun_at).outerjoin(
        person, person.c.id == caller.c.person_id
    )
    row = reader.one(query.where(caller.c.id == caller_id, caller.c.outcome != Found.REFUSED))
    if row is None or row.erasure_begun_at is not None:
        raise Missing("caller")
    return Subject("caller", caller_id, reader.actor.relation(row.asked_by, None), row=row)


@dataclass(frozen=True)
class ServeCaller(Question, needs=Permission.SERVE_CALLER):
    """One's call: nothing of who it is, and what to do next."""

    id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the call."""
        return caller_subject(reader, self.id)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return what was found, the check of identity, and what is lawful once it is proven."""
        assert subject is not None
        row = subject.row
        asks = row.outcome == Found.ONE
        stranger = heard_in(reader, row)
        whose = _whose(reader, [UUID(one) for one in row.candidates])
        lasts = bool(may_ask(row.at, reader.now))
        proven = asks and proven_in(reader, row)
        query = select(hold.c.expires_at).where(hold.c.caller_id == self.id)
        until = reader.scalar(query.order_by(hold.c.expires_at.desc()).limit(1)) if proven else None
        over = not lasts if until is None else until <= reader.now
        return {
            "id": self.id,
            "at": row.at,
            "kind": row.kind,
            "outcome": row.outcome,
            "count": len(row.candidates),
            "teams": sorted({one.team for one in whose if one.team}),
            "own": asks and all(is_own(reader, one) for one in whose),
            "checks": checks_of(reader, row.person_id, self.id) if asks and lasts else None,
            "proven": proven,
            "held_until": until,
            "over": over,
            "may_hear": lasts and bool(row.points) and not proven and stranger is None,
            "stranger": stranger,
            "may_take_back": row.stranger is not None
            and bool(may_take_back(row.stranger, row.stranger_at, reader.now, mended(reader))),
            "person_id": row.person_id if proven and not over else None,
            "lawful": lawful(reader, row) if proven and not over else None,
        }


@dataclass(frozen=True)
class NewCaller(Question, needs=Permission.SERVE_CALLER):
    """The page on which a caller is looked up: how long a file is held, and for how long."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return the calls one has served of late and still may go on with."""
        query = (
            select(caller.c.id, caller.c.at, caller.c.kind, hold.c.expires_at)
            .outerjoin(hold, hold.c.caller_id == caller.c.id)
            .where(
                caller.c.asked_by == reader.actor.id,
                caller.c.outcome == Found.ONE,
                or_(caller.c.at > reader.now - LASTS, hold.c.expires_at > reader.now),
            )
            .order_by(caller.c.at.desc())
        )
        return {"open": reader.all(query.limit(5)), "minutes": HELD_FOR.seconds // 60}


def call_with(reader: Reader, caller_id: UUID | None, person_id: UUID) -> Any:
    """Return one's call with this person, from which its record is begun; None: there is none."""
    mine = select(caller.c.id, caller.c.at, caller.c.kind, caller.c.contact_point_id).where(
        caller.c.id == caller_id,
        caller.c.person_id == person_id,
        caller.c.asked_by == reader.actor.id,
    )
    return reader.one(mine) if caller_id is not None else None


def caller_of(reader: Reader, record: Any, relation: Scope) -> dict[str, Any] | None:
    """Return how the check of identity stands in a call that came in and was written down.

    `known_by` is the kind of number it came by, which proves nothing; `asks` whether the reader
    may ask now: the call is his own and lasts, and he does not hold the file already, which takes
    the same proof. The answers stand with the first record of the call, so that a correction asks
    nothing again, or with the caller as he was looked up. None where nothing was asked and nothing
    can be.
    """
    if record.direction != "inbound" or record.channel not in SPOKEN:
        return None
    its = contact_point.c
    known_by = reader.scalar(select(its.kind).where(its.id == record.contact_point_id))
    first = first_of(reader, record)
    checks = checks_of(reader, record.person_id, first.id, record.target)
    lasts = may_ask_caller(first.started_at, first.recorded_by, reader.actor.id, reader.now)
    dials = reader.reach(Permission.LOG_CONTACT) is not None
    asks = dials and bool(lasts) and relation is not Scope.HELD and not is_of_other(record.code)
    if not asks and not checks["told"]:
        return None
    proven = is_proven_call(reader, CameIn.of(reader, record))
    return {**checks, "known_by": known_by, "asks": asks, "proven": proven}


def proven_in(reader: Reader, row: Any) -> bool:
    """Tell whether the answers given in a call prove who is calling."""
    here = answers_in(reader, row.id)
    return is_proven(here, row.kind) and not has_failed(here)


def heard_in(reader: Reader, row: Any) -> str | None:
    """Return what a stranger was heard to say in this call, looked up again or by name too."""
    if row.stranger is not None or not row.points:
        heard: str | None = row.stranger
        return heard
    query = select(caller.c.stranger, caller.c.points).where(
        caller.c.asked_by == row.asked_by,
        caller.c.at.between(row.at - LASTS, row.at + LASTS),
        caller.c.stranger.is_not(None),
    )
    here = set(row.points.values())
    return next(
        (one.stranger for one in reader.all(query) if here & set(one.points.values())), None
    )


def lawful(reader: Reader, row: Any) -> dict[str, Any] | None:
    """Return what the books say of this contact, and whether he may be contacted in turn.

    `inbound` is the decision on the call as it is; `back` that on ringing (or writing) back now;
    `allowed` whether one may; `zone` where he is. The call he makes counts as a talk. None where
    it is not clear about which loans he calls.
    """
    channel = "email" if row.kind == "email" else "call"
    point_id = row.contact_point_id or _some_point(reader, row.person_id)
    at = max(row.at, reader.now)
    theirs = Approach(row.person_id, row.contact_point_id, channel, None, at, _PROVEN)
    back = Approach(row.person_id, point_id, channel, None, at)
    found = gather(reader, [theirs, back])
    try:
        heard = hear(found, theirs)
        if channel == "call":
            found.keep(call_in_hand(found, row.person_id, row.at, row.contact_point_id))
        answer = hear(found, back) if point_id is not None else None
    except Invalid:
        return None
    return {
        "inbound": heard.decision,
        "back": answer.decision if answer else None,
        "allowed": bool(answer.verdict) if answer else False,
        "channel": channel,
        "zone": next(iter(heard.facts["time_zones"]), None),
    }


_PROVEN = {"direction": "inbound", "identity_verified": True}


def _some_point(reader: Reader, person_id: UUID) -> UUID | None:
    query = select(contact_point.c.id).where(
        contact_point.c.person_id == person_id,
        contact_point.c.kind == "phone",
        contact_point.c.valid_until.is_(None),
    )
    found: UUID | None = reader.scalar(query.order_by(contact_point.c.id).limit(1))
    return found


def _whose(reader: Reader, ids: Sequence[UUID]) -> Sequence[Any]:
    columns = (person.c.id, person.c.collector_id, person.c.team_id, person.c.agency_id)
    query = select(*columns, team.c.name.label("team")).outerjoin(
        team, team.c.id == person.c.team_id
    )
    return reader.all(query.where(person.c.id.in_(ids), ALIVE))


def is_own(reader: Reader, row: Any) -> bool:
    """Tell whether he is within one's reach without any hold."""
    relation = relation_of(reader.actor, row)
    role = reader.actor.role
    return relation is not Scope.HELD and reaches(role, Permission.LOG_CONTACT, relation)
