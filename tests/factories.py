"""Rows for tests, made through the one door like everything else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from crm.borrowers.models import contact_point, organisation, person, place_evidence
from crm.gate.action import Action
from crm.gate.perform import perform
from crm.gate.permissions import Permission
from crm.gate.work import Work
from crm.identity.actor import Actor, system
from crm.identity.models import account, team
from crm.identity.passwords import hashed
from crm.identity.roles import Role
from crm.loans.models import loan, loan_party, portfolio
from crm.privacy.index import normal, token
from crm.privacy.sealed import Sealed
from crm.storage.ids import new_id
from crm.storage.tables import metadata

PASSWORD = "correct horse battery staple"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Seed(Action, needs=Permission.KEEP_HOUSE, recorded_as="tests.row.seeded"):
    """Put one row into a table, with its entry."""

    table: str
    values: Any

    def run(self, work: Work, subject: Any) -> Any:
        """Insert it."""
        return {"id": work.add(metadata.tables[self.table], **self.values)}


def seed(table: Table, **values: Any) -> UUID:
    """Insert a row; text in sealed columns is sealed on the way."""
    ready = {
        name: Sealed.fresh(value)
        if isinstance(value, str) and table.c[name].info["field"].sealed
        else value
        for name, value in values.items()
    }
    result: UUID = perform(Seed(table.name, ready), system("tests")).result["id"]
    return result


def make_team(name: str | None = None, **given: Any) -> UUID:
    """Make a team."""
    return seed(team, name=name or f"Team {new_id().hex[-8:]}", version=1, **given)


def make_account(role: Role = Role.COLLECTOR, **given: Any) -> Actor:
    """Make an account that may sign in with PASSWORD; return it as an actor."""
    account_id = new_id()
    values = {
        "email": f"{account_id.hex[-12:]}@bank.example",
        "name": "Wu Min",
        "language": "en",
        "zone": "UTC",
        "active": True,
        "password_hash": hashed(PASSWORD),
        "must_change_password": False,
        "totp_confirmed": False,
        "created_at": LONG_AGO,
        "version": 1,
    } | given
    seed(account, id=account_id, role=role, **values)
    return Actor(
        id=account_id,
        role=role,
        team_id=values.get("team_id"),
        agency_id=values.get("agency_id"),
        zone=str(values["zone"]),
        language=str(values["language"]),
    )


def make_person(name: str = "Chen Jing", collector: Actor | None = None, **given: Any) -> UUID:
    """Make a person, assigned to `collector` (and his team) if one is given."""
    mine = (
        {
            "collector_id": collector.id,
            "team_id": collector.team_id,
            "agency_id": collector.agency_id,
        }
        if collector
        else {}
    )
    return seed(person, **({"name": name, "created_at": LONG_AGO, "version": 1} | mine | given))


def make_point(
    person_id: UUID,
    value: str = "+8613800138000",
    kind: str = "phone",
    place: str = "mobile",
    **given: Any,
) -> UUID:
    """Make a contact point: phone, email or postal."""
    values = {
        "person_id": person_id,
        "kind": kind,
        "place": place,
        "address_type": "personal",
        "value": value,
        "token": token("contact_point", normal("contact_point.value", value)),
        "valid_from": LONG_AGO,
        "source": "file",
        "created_at": LONG_AGO,
        "version": 1,
    }
    return seed(contact_point, **(values | given))


def make_evidence(
    person_id: UUID,
    country: str = "CN",
    zones: tuple[str, ...] = ("Asia/Shanghai",),
    region: str | None = None,
    **given: Any,
) -> UUID:
    """Make evidence of where a person is; by default an address in China."""
    values = {
        "person_id": person_id,
        "source": "address",
        "rank": 3,
        "country": country,
        "region": region,
        "zones": list(zones),
        "observed_at": LONG_AGO,
    }
    return seed(place_evidence, **(values | given))


def make_portfolio(**given: Any) -> UUID:
    """Make a portfolio of consumer loans that a bank works itself."""
    values = {
        "name": f"Portfolio {new_id().hex[-8:]}",
        "creditor": "A bank",
        "kind": "consumer_loan",
        "collector_role": "bank",
        "currency": "CNY",
        "created_at": LONG_AGO,
    }
    return seed(portfolio, **(values | given))


def make_loan(borrower_id: UUID, portfolio_id: UUID | None = None, **given: Any) -> UUID:
    """Make a loan sixty days past due, with its borrower as a party."""
    values = {
        "portfolio_id": portfolio_id or make_portfolio(),
        "borrower_id": borrower_id,
        "number": f"L{new_id().int % 10**10:010d}",
        "currency": "CNY",
        "balance": 1_250_000,
        "overdue": 340_000,
        "days_past_due": 60,
        "as_of": date(2026, 10, 31),
        "bucket": "M2",
        "status": "open",
        "created_at": LONG_AGO,
        "version": 1,
    }
    loan_id = seed(loan, **(values | given))
    make_party(loan_id, borrower_id, "borrower")
    return loan_id


def make_party(loan_id: UUID, person_id: UUID, role: str) -> UUID:
    """Put a person on a loan: borrower, co_borrower, guarantor, contact_person, ..."""
    return seed(loan_party, loan_id=loan_id, person_id=person_id, role=role, created_at=LONG_AGO)


def make_organisation(name: str = "Harbour Trading") -> UUID:
    """Make an organisation."""
    return seed(organisation, name=name, created_at=LONG_AGO)
