"""Fills both sides with the same people and contacts, ours through the one door."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bench import floor
from crm.borrowers.models import contact_point, person, place_evidence
from crm.contacts.models import contact
from crm.gate.action import Action
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.identity.actor import system
from crm.loans.models import loan, loan_party, portfolio
from crm.privacy.index import normal, token
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from crm.storage.tables import metadata

BATCH = 1000
NOTE = "Spoke about the instalment due on Friday; will look at the account and ring back."


@dataclass(frozen=True)
class Fill(Action, needs=Permission.KEEP_HOUSE, recorded_as="bench.rows.filled"):
    """Put many rows into several tables, with their entries."""

    tables: Any  # (table name, rows), parents first

    def run(self, work: Any, subject: Any) -> Any:
        """Insert them."""
        for name, rows in self.tables:
            work.add_many(metadata.tables[name], rows)
        return {}


@dataclass(frozen=True)
class Whom:
    """A person that the measurements approach."""

    person: UUID
    point: UUID
    loan: UUID
    phone: str


def phone_of(number: int) -> str:
    """Return a telephone number of its own for each person."""
    return f"+1212{2000000 + number:07d}"


def fill_ours(people: int, contacts: int, owner: Any, now: datetime) -> list[Whom]:
    """Fill an opened instance; everybody belongs to `owner` and lives in New York."""
    portfolio_id = new_id()
    cards = {
        "id": portfolio_id,
        "name": "Bench",
        "creditor": "A bank",
        "kind": "credit_card",
        "collector_role": "bank",
        "currency": "USD",
        "created_at": now,
    }
    perform(Fill([(portfolio.name, [cards])]), system("bench"))
    made: list[Whom] = []
    for start in range(0, people, BATCH):
        numbers = range(start, min(start + BATCH, people))
        rows, whom = _people(numbers, portfolio_id, owner, now, contacts // people)
        perform(Fill(rows), system("bench"))
        made += whom
    return made


def _people(
    numbers: range, portfolio_id: UUID, owner: Any, now: datetime, each: int
) -> tuple[list[tuple[str, list[dict[str, Any]]]], list[Whom]]:
    rows: dict[str, list[dict[str, Any]]] = {
        table.name: []
        for table in (person, contact_point, place_evidence, loan, loan_party, contact)
    }
    whom = []
    for number in numbers:
        one = Whom(new_id(), new_id(), new_id(), phone_of(number))
        whom.append(one)
        rows["person"].append(
            {
                "id": one.person,
                "name": Sealed.fresh(f"Person {number}"),
                "language": "en",
                "collector_id": owner.id,
                "team_id": owner.team_id,
                "created_at": now,
                "version": 1,
            }
        )
        rows["contact_point"].append(
            {
                "id": one.point,
                "person_id": one.person,
                "kind": "phone",
                "place": "mobile",
                "address_type": "personal",
                "value": Sealed.fresh(one.phone),
                "token": token("contact_point", normal("contact_point.value", one.phone)),
                "valid_from": now - timedelta(days=900),
                "source": "file",
                "created_at": now,
                "version": 1,
            }
        )
        rows["place_evidence"].append(
            {
                "id": new_id(),
                "person_id": one.person,
                "source": "address",
                "rank": 2,
                "country": "US",
                "region": "US-NY",
                "zones": ["America/New_York"],
                "observed_at": now - timedelta(days=900),
            }
        )
        rows["loan"].append(
            {
                "id": one.loan,
                "portfolio_id": portfolio_id,
                "borrower_id": one.person,
                "number": Sealed.fresh(f"B{number:09d}"),
                "currency": "USD",
                "balance": 250_000 + number,
                "overdue": 40_000,
                "days_past_due": 30 + number % 90,
                "as_of": date(2026, 11, 1),
                "bucket": "M2",
                "status": "open",
                "created_at": now,
                "version": 1,
            }
        )
        rows["loan_party"].append(
            {
                "id": new_id(),
                "loan_id": one.loan,
                "person_id": one.person,
                "role": "borrower",
                "created_at": now,
            }
        )
        rows["contact"] += _history(one, owner.id, now, each)
    return list(rows.items()), whom


def _history(one: Whom, by: UUID, now: datetime, each: int) -> Iterator[dict[str, Any]]:
    for back in range(each):
        at = now - timedelta(days=12 + 9 * back)
        yield {
            "id": new_id(),
            "person_id": one.person,
            "contact_point_id": one.point,
            "channel": "call",
            "direction": "outbound",
            "target": "borrower",
            "outcome": "no_answer",
            "purpose": "collection",
            "mark": "external_file",
            "exempt": False,
            "agent": "human",
            "loan_ids": [str(one.loan)],
            "started_at": at,
            "ended_at": at,
            "recorded_at": at,
            "recorded_by": by,
        }


def fill_floor(url: str, people: int, contacts: int, secret: str) -> None:
    """Fill the floor's database with as many plain rows."""
    engine = floor.engine_of(url)
    floor.Base.metadata.create_all(engine)
    now = datetime.now(UTC).replace(tzinfo=None)
    each = contacts // people
    with Session(engine.execution_options(writes=True)) as session:
        token = {"digest": floor.digest(secret), "account_id": 1}
        session.execute(insert(floor.Team), {"id": 1, "name": "Early"})
        session.execute(insert(floor.Account), {"id": 1, "name": "Wu Min", "active": True})
        session.execute(insert(floor.Token), token | {"expires_at": now + timedelta(days=30)})
        for start in range(0, people, BATCH):
            numbers = range(start, min(start + BATCH, people))
            session.execute(insert(floor.Person), [_plain_person(n, now) for n in numbers])
            rows = [
                plain_contact(n, now, now - timedelta(days=12 + 9 * back))
                for n in numbers
                for back in range(each)
            ]
            session.execute(insert(floor.Contact), rows)
        session.commit()
    engine.dispose()


def _plain_person(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": number + 1,
        "name": f"Person {number}",
        "phone": phone_of(number),
        "language": "en",
        "collector_id": 1,
        "team_id": 1,
        "balance": 250_000 + number,
        "since": now.date(),
    }


def plain_contact(number: int, now: datetime, started_at: datetime) -> dict[str, Any]:
    """Return a contact as the floor writes it down."""
    return {
        "id": new_id(),
        "person_id": number + 1,
        "recorded_by": 1,
        "channel": "call",
        "outcome": "no_answer",
        "note": NOTE,
        "recorded_at": now,
        "started_at": started_at,
    }
