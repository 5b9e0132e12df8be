"""People to be contacted in tests: one in China, one in New York, with what they owe."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select

from crm.borrowers.models import contact_point
from crm.contacts.actions.permits import RequestPermit
from crm.contacts.actions.records import LogContact
from crm.contacts.actions.starting import StartPermit
from crm.contacts.actions.unpermitted import LogUnpermitted
from crm.contacts.actions.verifying import VerifyAnswer
from crm.contacts.callers.actions import LookUpCaller
from crm.contacts.models import outage
from crm.gate.errors import Refusal
from crm.gate.perform import perform
from crm.gate.work import Work
from crm.identity.actor import Actor
from crm.loans.models import loan
from crm.privacy.openers import reopen
from crm.privacy.sealed import Sealed
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import (
    make_account,
    make_evidence,
    make_loan,
    make_person,
    make_point,
    make_portfolio,
    make_team,
    seed,
)

NOON_IN_CHINA = datetime.fromisoformat("2026-11-25T12:00:00+08:00")
NOON_IN_NEW_YORK = datetime.fromisoformat("2026-11-25T12:00:00-05:00")


@dataclass
class Scene:
    """A collector, a person of his, one number and one loan."""

    collector: Actor
    person: UUID
    point: UUID
    loan: UUID

    def ask(self, channel: str = "call", *, key: str | None = None, **given: Any) -> Any:
        """Ask for a permit; return its result."""
        values = {"person_id": self.person, "contact_point_id": self.point} | given
        return perform(RequestPermit(channel=channel, **values), self.collector, key).result

    def refused(self, channel: str = "call", **given: Any) -> Any:
        """Ask for a permit that is refused; return the decision."""
        try:
            self.ask(channel, **given)
        except Refusal as no:
            return no.verdict.data["decision"]
        raise AssertionError("it was allowed")

    def start(self, permit_id: UUID, *, key: str | None = None) -> Any:
        """Start a permit."""
        return perform(StartPermit(permit_id), self.collector, key).result

    def log(self, permit_id: UUID, outcome: str = "no_answer", **given: Any) -> Any:
        """Log a started permit."""
        return perform(LogContact(permit_id, outcome, **given), self.collector).result

    def call(self, outcome: str = "no_answer", **given: Any) -> Any:
        """Reserve, start and log one call."""
        permit_id = self.ask()["id"]
        self.start(permit_id)
        return self.log(permit_id, outcome, **given)

    def proven_call(self, outcome: str = "conversation", **given: Any) -> Any:
        """Log a call in which the person has shown who is speaking."""
        permit_id = self.ask()["id"]
        self.start(permit_id)
        self.prove(permit_id=permit_id)
        return self.log(permit_id, outcome, **given)

    def prove(self, **contact_of: UUID) -> None:
        """Let the person answer two things that prove who is speaking."""
        make_point(self.person, "12 Orchard Street\nSpringfield", "postal", "home")
        (owed,) = rows(loan, loan.c.id == self.loan)
        for item, said in (("postal", "Springfield"), ("loan_number", reopen(owed["number"]))):
            answer = VerifyAnswer(item, Sealed.fresh(said), **contact_of)
            assert perform(answer, self.collector).result["matches"]

    def served(self) -> UUID:
        """Look up the person who calls by his number; return the look-up."""
        (point,) = rows(contact_point, contact_point.c.id == self.point)
        found = perform(LookUpCaller(Sealed.fresh(reopen(point["value"]))), self.collector)
        looked_up: UUID = found.result["id"]
        return looked_up

    def rang_us(self, outcome: str = "inbound_conversation", **given: Any) -> Any:
        """Record a call that came in."""
        values = {
            "person_id": self.person,
            "contact_point_id": self.point,
            "channel": "call",
            "direction": "inbound",
            "outcome": outcome,
        } | given
        return perform(LogUnpermitted(**values), self.collector).result


def in_china(collector: Actor | None = None, **given: Any) -> Scene:
    """Make a borrower in Shanghai whose loan a bank works itself."""
    collector = collector or make_account(team_id=make_team())
    person = make_person(collector=collector)
    point = make_point(person, given.pop("number", "+8613800138000"))
    make_evidence(person)
    return Scene(collector, person, point, make_loan(person, **given))


def in_new_york(collector: Actor | None = None, **given: Any) -> Scene:
    """Make a borrower in New York whose loan a third party collects."""
    collector = collector or make_account(team_id=make_team())
    person = make_person("Ann Bell", collector=collector)
    point = make_point(person, given.pop("number", "+12125550123"))
    make_evidence(person, "US", ("America/New_York",), "US-NY")
    portfolio = make_portfolio(collector_role="third_party", kind="credit_card", currency="USD")
    return Scene(collector, person, point, make_loan(person, portfolio, currency="USD", **given))


def in_place(country: str, region: str | None, *zones: str, **given: Any) -> Scene:
    """Make a borrower somewhere else whose loan a bank works itself."""
    collector = make_account(team_id=make_team())
    person = make_person("Kim Lane", collector=collector)
    point = make_point(person, given.pop("number", "+15005550006"))
    make_evidence(person, country, zones, region)
    return Scene(collector, person, point, make_loan(person, **given))


def an_outage(began_at: datetime, **given: Any) -> UUID:
    """Put in an outage of the whole house, however long ago it began."""
    values = {"reason": "network", "declared_by": new_id(), "declared_at": began_at, "version": 1}
    return seed(outage, began_at=began_at, **(values | given))


def rows(table: Table, *where: Any) -> Any:
    """Read rows, oldest first, with sealed values wrapped."""
    with database().read() as connection:
        work = Work(connection, make_nobody())
        found = connection.execute(select(table).where(*where).order_by(table.c.id)).all()
        return [work.stored(table, row) for row in found]


def make_nobody() -> Actor:
    """Return an actor for reads that nobody judges."""
    from crm.identity.actor import ANONYMOUS

    return ANONYMOUS


def rules_of(decision: Any) -> set[str]:
    """Return the ids of the rules that refuse."""
    return {reason["rule"] for reason in decision["reasons"] if reason["effect"] == "refuse"}
