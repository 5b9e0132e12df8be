"""What stands on a team's sheet: whom each collector may call, from when until when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from crm.borrowers.models import contact_point, person
from crm.borrowers.queries.subjects import ALIVE
from crm.contacts.continuity.models import continuity_key
from crm.contacts.queries.lists import MOST, NOW, checked
from crm.contacts.rules.references import reference_of
from crm.contacts.rules.standing import OWING
from crm.gate.action import Subject
from crm.gate.errors import Missing
from crm.gate.permissions import TABLE, Permission
from crm.gate.question import Question
from crm.gate.reader import Reader
from crm.identity.models import account, team
from crm.identity.queries import names_of
from crm.privacy.openers import deliver
from crm.privacy.rows import stored

HOLDS = timedelta(hours=12)  # nobody is called by an older one: too much may have changed
_CALLING = sorted(role for role, may in TABLE.items() if Permission.REQUEST_PERMIT in may)


@dataclass(frozen=True)
class SheetOf(Question, needs=Permission.KEEP_HOUSE, recorded_as="contacts.continuity.gathered"):
    """A team's sheet in clear, for whoever seals it; it never leaves the process unsealed."""

    team_id: UUID

    def subject(self, reader: Reader) -> Subject:
        """Find the team."""
        row = reader.one(select(team).where(team.c.id == self.team_id))
        if row is None:
            raise Missing("team")
        return Subject("team", row.id, row=row)

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return its collectors with whom each may call; each person once, by one number."""
        assert subject is not None
        staff = select(account.c.id).where(
            account.c.team_id == self.team_id, account.c.active, account.c.role.in_(_CALLING)
        )
        ids = [row.id for row in reader.all(staff.order_by(account.c.id))]
        names = names_of(reader, set(ids))
        collectors = [
            {"name": str(names.get(one) or ""), "lines": list(_lines(reader, one))} for one in ids
        ]
        return {"team": subject.row.name, "collectors": [one for one in collectors if one["lines"]]}

    def details(self, result: Any) -> dict[str, Any]:
        """Say how many were read in clear."""
        return {"people": sum(len(one["lines"]) for one in result["collectors"])}


def _lines(reader: Reader, collector_id: UUID) -> Iterator[dict[str, Any]]:
    """Yield whom one collector may call, those lawful now first."""
    mine = select(person.c.id).where(person.c.collector_id == collector_id, ALIVE)
    people = [row.id for row in reader.all(mine.order_by(person.c.id).limit(MOST))]
    if not people:
        return
    found = _lawful(reader, people)
    values = _values(reader, [one["contact_point_id"] for one in found])
    for one in sorted(found, key=lambda one: (one["from"], one["until"])):
        name, number = values[one["contact_point_id"]]
        yield {
            "reference": reference_of(one["contact_point_id"]),
            "name": name,
            "number": number,
            "zone": one["zone"],
            "from": one["from"].isoformat(),
            "until": one["until"].isoformat(),
        }


def _lawful(reader: Reader, people: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return who owes and may be called now, or becomes so while the sheet holds.

    Who becomes so later is judged as of that instant.
    """
    ends = reader.now + HOLDS
    first = checked(reader, people, "call", Permission.REQUEST_PERMIT)
    found = [_bounded(one, reader.now, ends) for one in first if one["state"] == NOW]
    later: dict[datetime, list[UUID]] = {}
    for one in first:
        at = one["next_allowed_at"]
        if one["state"] != NOW and at is not None and at < ends:
            later.setdefault(at, []).append(one["person_id"])
    for at, theirs in later.items():
        again = checked(reader.as_of(at), theirs, "call", Permission.REQUEST_PERMIT)
        found += [_bounded(one, at, ends) for one in again if one["state"] == NOW]
    return [one for one in found if one["target"] in OWING and one["from"] < one["until"]]


def _bounded(one: dict[str, Any], since: datetime, ends: datetime) -> dict[str, Any]:
    closes = one["closes_at"]
    return one | {"from": since, "until": min(closes, ends) if closes is not None else ends}


def _values(reader: Reader, points: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return name and number of each, in clear: they go onto the sheet."""
    query = (
        select(contact_point, person.c.name)
        .join(person, person.c.id == contact_point.c.person_id)
        .where(contact_point.c.id.in_(sorted(set(points))))
    )
    found = {}
    for row in reader.all(query):
        number = stored(contact_point, dict(row._mapping))["value"]
        name = stored(person, {"id": row.person_id, "name": row.name})["name"]
        found[row.id] = (deliver(name) if name is not None else "", deliver(number))
    return found


@dataclass(frozen=True)
class Continuity(Question, needs=Permission.DECLARE_OUTAGE):
    """Which teams have a key to their sheet, and who made it when."""

    def read(self, reader: Reader, subject: Subject | None) -> dict[str, Any]:
        """Return every team; `mine`: the reader may make its key."""
        its = continuity_key.c
        open_key = (its.team_id == team.c.id) & its.ended_at.is_(None)
        rows = reader.all(
            select(team.c.id, team.c.name, its.made_at, its.made_by)
            .outerjoin(continuity_key, open_key)
            .order_by(team.c.name, team.c.id)
        )
        names = names_of(reader, {row.made_by for row in rows} - {None})
        return {
            "items": [
                dict(row._mapping)
                | {
                    "by": names.get(row.made_by),
                    "mine": reader.actor.team_id in (None, row.id),
                }
                for row in rows
            ]
        }
