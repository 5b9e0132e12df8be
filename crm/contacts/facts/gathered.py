"""What the one statement read, in the order in which a document asks for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row

from crm.borrowers.models import contact_point
from crm.borrowers.rules import Evidence, number_of
from crm.borrowers.rules.limits import circumstance_fact, consent_fact
from crm.contacts.facts.alike import Alike
from crm.contacts.facts.approach import Approach
from crm.contacts.facts.statement import EVERYTHING
from crm.contacts.rules.standing import Tie
from crm.gate import generation
from crm.gate.reader import Reader
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from crm.rulebook.fields import a_bound, never_holds
from crm.rulebook.in_force import books_in_force
from crm.rulebook.reach import LookBack, look_back
from crm.storage.prepared import Prepared

_WHEN = attrgetter("at", "id")
ZONES = timedelta(days=2)  # the zones of then and of today can lie a day apart


class Whose(NamedTuple):
    """Who works on a person, as far as scopes ask."""

    collector_id: UUID | None
    team_id: UUID | None
    agency_id: UUID | None


class Point(NamedTuple):
    """A number or address, its value still sealed."""

    id: UUID
    person_id: UUID
    kind: str
    place: str
    address_type: str
    valid_until: datetime | None
    token: bytes | None
    value: Sealed | None


class Loan(NamedTuple):
    """What the rules may ask of a loan."""

    id: UUID
    borrower_id: UUID
    kind: str
    collector_role: str
    status: str
    as_of: date
    days_past_due: int
    time_barred: bool | None
    account: bytes | None

    @property
    def is_open(self) -> bool:
        """Tell whether anything is still owed on it."""
        return self.status == "open"


class Past(NamedTuple):
    """An earlier contact, or a permit that is reserved or under way (`outcome` pending).

    `ends_at`: when a reservation that was not started lapses; `made_at`: when a permit was asked
    for; `dropped`: the line broke off.
    """

    id: UUID
    person_id: UUID
    channel: str
    outcome: str
    agent: str | None
    place: str | None
    token: bytes | None
    loan_ids: frozenset[str]
    at: datetime
    exempt: bool = False
    ends_at: datetime | None = None
    made_at: datetime | None = None
    dropped: bool = False


class Gathered:
    """Rows about any number of people, by what they are.

    A contact recorded later than `now` was made before the clock was set back: it counts as of
    now, so that nobody is called once more for a wrong clock.
    """

    def __init__(self, rows: Sequence[Row[Any]], now: datetime) -> None:
        self._now = now
        self.people: dict[UUID, Whose] = {}
        self.points: dict[UUID, Point] = {}
        self.loans: dict[UUID, Loan] = {}
        self.roles: dict[UUID, dict[UUID, str]] = defaultdict(dict)  # loan, person, role
        self.circumstances: dict[UUID, list[tuple[dict[str, Any], datetime | None]]] = defaultdict(
            list
        )
        self.consents: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        self.evidence: dict[UUID, list[Evidence]] = defaultdict(list)
        self.past: list[Past] = []
        self.alike = Alike()
        self._stands_on: dict[UUID, list[UUID]] = defaultdict(list)  # person, loans
        self._past: dict[Any, list[Past]] = defaultdict(list)  # by person, and by number
        self.generation = 0
        self.take(rows)

    def take(self, rows: Sequence[Row[Any]]) -> None:
        """Take in more rows of the same people."""
        for row in rows:
            _READERS[row.arm](self, row)

    def ties(self, person_id: UUID) -> list[Tie]:
        """Return a person's roles on loans."""
        return [
            Tie(loan_id, self.roles[loan_id][person_id], loan.borrower_id, loan.is_open)
            for loan_id in self._stands_on[person_id]
            if (loan := self.loans.get(loan_id)) is not None
        ]

    def past_near(self, people: Iterable[UUID], number: str | None) -> list[Past]:
        """Return the contacts with these people or by this number, oldest first."""
        near = {past.id: past for person_id in people for past in self._past[person_id]}
        if number is not None:
            near.update((past.id, past) for past in self._past[number])
        return sorted(near.values(), key=_WHEN)

    def _person(self, row: Row[Any]) -> None:
        if row.ends_at is None:  # else his erasure has begun: he is nobody here
            self.people[row.id] = Whose(row.person_id, row.team_id, row.agency_id)

    def _alike_to(self, row: Row[Any]) -> None:
        self.alike.take(row)

    def _generation(self, row: Row[Any]) -> None:
        self.generation = row.number

    def _point(self, row: Row[Any]) -> None:
        cipher = {"id": row.id, "person_id": row.person_id, "value": row.value}
        value = stored(contact_point, cipher)["value"]
        self.points[row.id] = Point(
            row.id, row.person_id, row.word, row.since, row.until, row.ends_at, row.token, value
        )

    def _loan(self, row: Row[Any]) -> None:
        barred = None if row.flag is None else bool(row.flag)
        self.loans[row.id] = Loan(
            row.id,
            row.person_id,
            row.word,
            row.since,
            row.more,
            row.day,
            row.number,
            barred,
            row.token,
        )

    def _party(self, row: Row[Any]) -> None:
        self.roles[row.loan_id][row.person_id] = row.word
        self._stands_on[row.person_id].append(row.loan_id)

    def _circumstance(self, row: Row[Any]) -> None:
        if row.ends_at is not None and never_holds(a_bound(row.since), row.ends_at):
            return  # lifted before it began: it never held
        values = {"kind": row.word, "since": row.since, "until": row.until, "scope": row.data}
        self.know(row.person_id, values, row.ends_at)

    def know(
        self, person_id: UUID, values: Mapping[str, Any], lifted_at: datetime | None = None
    ) -> None:
        """Let a circumstance hold, also one just written down; `values` are its row's."""
        row = {name: values[name] for name in ("kind", "since", "until", "scope")}
        fact = circumstance_fact(SimpleNamespace(**row, lifted_at=lifted_at))
        self.circumstances[person_id].append((fact, lifted_at))

    def _consent(self, row: Row[Any]) -> None:
        fact = consent_fact(
            SimpleNamespace(
                kind=row.word, at=row.since, until=row.until, revoked_at=row.more, scope=row.data
            )
        )
        self.consents[row.person_id].append(fact)

    def _evidence(self, row: Row[Any]) -> None:
        self.evidence[row.person_id].append(
            Evidence(
                source=row.word,
                observed_at=row.at,
                country=row.since,
                region=row.until,
                city=row.more,
                zones=tuple(row.data or ()),
                ended_at=row.ends_at,
                id=row.id,
            )
        )

    def _contact(self, row: Row[Any]) -> None:
        self.keep(
            Past(
                row.id,
                row.person_id,
                row.word,
                row.since,
                row.until,
                row.more,
                row.token,
                frozenset(row.data),
                min(row.at, self._now),
                bool(row.flag),
                dropped=bool(row.number),
            )
        )

    def keep(self, past: Past) -> None:
        """Let an earlier contact, or a reservation just made, count from here on."""
        self.past.append(past)
        self._past[past.person_id].append(past)
        if past.token is not None:
            self._past[number_of(past.token)].append(past)

    def leave_out(self, contact_id: UUID) -> None:
        """Let a record count no more: one that is being corrected, when its contact is judged."""
        for known in (self.past, *self._past.values()):
            known[:] = [past for past in known if past.id != contact_id]

    def _permit(self, row: Row[Any]) -> None:
        begun = bool(row.flag)
        self.keep(
            Past(
                row.id,
                row.person_id,
                row.word,
                "pending",
                None,
                row.more,
                row.token,
                frozenset(row.data),
                row.begun_at if begun else row.at,
                ends_at=None if begun else row.ends_at,
                made_at=min(row.made_at, self._now),
            )
        )


_READERS: Mapping[str, Any] = {
    "person": Gathered._person,
    "alike": Gathered._alike_to,
    "generation": Gathered._generation,
    "point": Gathered._point,
    "loan": Gathered._loan,
    "party": Gathered._party,
    "circumstance": Gathered._circumstance,
    "consent": Gathered._consent,
    "evidence": Gathered._evidence,
    "contact": Gathered._contact,
    "permit": Gathered._permit,
}


def gather(reader: Reader, approaches: Sequence[Approach]) -> Gathered:
    """Read all that these approaches may rest on, in one statement however many they are."""
    return read(reader, EVERYTHING, approaches)


def read(reader: Reader, statement: Prepared, approaches: Sequence[Approach]) -> Gathered:
    """Read by one of the statements, as far back as any book in force may ask."""
    books = books_in_force()
    found = Gathered(reader.all(statement, asked(approaches, look_back(books))), reader.now)
    generation.notice(found.generation)
    if books_in_force() is not books:
        return read(reader, statement, approaches)  # the new books may look further back
    return found


def asked(approaches: Sequence[Approach], back: LookBack) -> dict[str, Any]:
    """Return what the statements ask for: these people and numbers, and so far back."""
    earliest = min(approach.at for approach in approaches)
    points = {a.contact_point_id for a in approaches if a.contact_point_id is not None}
    return {
        "people": sorted({approach.person_id for approach in approaches}),
        "points": sorted(points),
        "since": earliest - timedelta(days=back.days) - ZONES,
        "long_since": earliest - timedelta(days=back.others_days) - ZONES,
    }
