"""Payments recorded, and people put on a loan."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crm import clock
from crm.borrowers.models import person
from crm.gate.actions import Approve
from crm.gate.approvals import approval
from crm.gate.errors import Invalid, Missing
from crm.gate.perform import perform
from crm.identity.actor import system
from crm.identity.roles import Role
from crm.loans.actions import AddParty, RecordPayment
from crm.loans.models import loan, loan_party, payment
from crm.storage.database import database
from crm.storage.ids import new_id
from tests.factories import make_account, make_loan, make_person, make_point, make_team
from tests.loans.conftest import count, every

BANK = system("tests")
AS_OF = date(2026, 3, 31)


def owed(loan_id: Any) -> Any:
    with database().glance() as connection:
        return connection.execute(select(loan).where(loan.c.id == loan_id)).one()


@pytest.fixture
def loan_id(house) -> Any:
    return make_loan(make_person(), number="L-77", as_of=AS_OF)


@pytest.mark.both
def test_a_payment_reduces_what_is_owed(house, loan_id, program) -> None:
    bank = program(Role.DATA_STEWARD)
    body = {"loan_number": "l-77", "amount": "400.00", "currency": "CNY", "paid_on": "2026-04-08"}
    answer = bank.post("/payments", body, key="p1")
    assert answer.status_code == 201
    told = answer.json
    assert (told["balance"], told["overdue"]) == ("12100.00", "3000.00")
    assert told["paid_in_full"] is False
    again = bank.post("/payments", body, key="p1")
    assert again.json["id"] == told["id"]
    assert again.json["balance"] == "12100.00"
    assert count(payment) == 1
    other = bank.post("/payments", body | {"amount": "1"}, key="p1")
    assert other.status_code == 422
    row = owed(loan_id)
    assert (row.balance, row.overdue, row.days_past_due, row.version) == (1_210_000, 300_000, 60, 2)


@pytest.mark.both
def test_the_last_payment_says_so(house, loan_id) -> None:
    first = perform(RecordPayment(1_249_999, "CNY", loan_id), BANK).result
    assert first["paid_in_full"] is False
    last = perform(RecordPayment(1, "CNY", loan_id), BANK).result
    assert last["paid_in_full"] is True
    assert last["person_ids"] == [owed(loan_id).borrower_id]
    assert (owed(loan_id).status, owed(loan_id).bucket) == ("paid", "M0")
    assert perform(RecordPayment(5, "CNY", loan_id), BANK).result["paid_in_full"] is False
    assert owed(loan_id).balance == -5


def test_a_payment_the_balance_holds_already_changes_nothing(house, loan_id) -> None:
    perform(RecordPayment(100, "CNY", loan_id, paid_on=AS_OF), BANK)
    assert owed(loan_id).balance == 1_250_000
    assert count(payment) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 12.5}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": True}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"currency": "yuan"}, "currency"),
        ({"paid_on": "2999-01-01"}, "paid_on"),
        ({"paid_on": "soon"}, "paid_on"),
        ({"paid_on": "1969-12-31"}, "paid_on"),
        ({"paid_on": "0001-01-01"}, "paid_on"),
        ({"loan_id": "x"}, "loan_id"),
        ({"loan_number": "L-77"}, "loan_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_payment_that_makes_no_sense_is_refused(house, loan_id, program, change, field) -> None:
    body = {"loan_id": str(loan_id), "amount": "1.00", "currency": "CNY"} | change
    answer = program(Role.DATA_STEWARD).post("/payments", body)
    assert answer.status_code == 422, answer.text
    assert field in answer.json["fields"]
    assert count(payment) == 0


def test_a_payment_needs_a_loan_that_exists(house, loan_id) -> None:
    with pytest.raises(Missing):
        perform(RecordPayment(1, "CNY", new_id()), BANK)
    with pytest.raises(Invalid):
        perform(RecordPayment(1, "CNY"), BANK)
    tomorrow = clock.now().date() + timedelta(days=1)
    perform(RecordPayment(1, "CNY", loan_id, paid_on=tomorrow), BANK)


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SUPERVISOR, Role.ADMIN])
def test_only_the_bank_records_payments(house, loan_id, program, role: Role) -> None:
    given = {"team_id": make_team()} if role is not Role.ADMIN else {}
    body = {"loan_id": str(loan_id), "amount": "1.00", "currency": "CNY"}
    answer = program(role, **given).post("/payments", body)
    assert answer.status_code == 403, answer.text


@pytest.fixture
def desk(house) -> Any:
    team = make_team()
    collector = make_account(Role.COLLECTOR, team_id=team)
    supervisor = make_account(Role.SUPERVISOR, team_id=team)
    owed_by = make_person(collector=collector)
    return collector, supervisor, make_loan(owed_by)


@pytest.mark.both
def test_a_guarantor_joins_the_loan_and_its_collector(house, desk, program) -> None:
    collector, supervisor, loan_id = desk
    guarantor = make_person("Xu Hui", team_id=None)
    make_point(guarantor, "+8613900000001")
    of_others = make_person("Sun Li", team_id=make_team())
    lead = program(Role.SUPERVISOR, actor=supervisor)

    def join(who: object) -> int:
        body = {"person_id": str(who), "role": "guarantor"}
        return int(lead.post(f"/loans/{loan_id}/parties", body).status_code)

    assert join(of_others) == 404  # another team's people lie outside a supervisor's reach
    assert join(guarantor) == 202  # nobody's do not, but who owes is said by two
    assert [row.role for row in every(loan_party)] == ["borrower"]
    (request,) = every(approval)
    perform(Approve(request.id), make_account(Role.TEAM_LEADER, team_id=collector.team_id))
    (who,) = [row for row in every(person) if row.id == guarantor]
    assert (who.collector_id, who.team_id) == (collector.id, collector.team_id)
    seen = program(Role.COLLECTOR, actor=collector).get(f"/loans/{loan_id}").json
    assert [party["role"] for party in seen["parties"]] == ["borrower", "guarantor"]


def test_a_person_has_one_role_and_a_loan_one_borrower(house, desk, browser) -> None:
    collector, supervisor, loan_id = desk
    page = f"/loans/{loan_id}"
    mate = make_person("Xu Hui", collector=collector)
    lead = browser(actor=supervisor)

    def send(**form: str) -> Any:
        return lead.post(page + "/parties", page=page, **form)

    assert send(person_id=f"http://host/people/{mate}", role="spouse").status_code == 303
    assert send(person_id=str(mate), role="guarantor").status_code == 409
    assert send(person_id=str(make_person(collector=collector)), role="borrower").status_code == 409
    assert send(person_id="nobody", role="spouse").status_code == 422
    assert send(person_id=str(mate), role="king").status_code == 422
    assert send(person_id=str(new_id()), role="spouse").status_code == 404
    assert count(loan_party) == 2
    assert browser(actor=collector).post(page + "/parties", person_id=str(mate)).status_code in {
        403,
        422,
    }


def test_a_loan_is_seen_by_whoever_works_one_of_its_people(house, desk, browser, program) -> None:
    collector, _, loan_id = desk
    page = browser(actor=collector).get(f"/loans/{loan_id}")
    assert page.status_code == 200
    assert "CNY 12,500.00" in page.text
    assert "M2" in page.text
    stranger = make_account(Role.COLLECTOR, team_id=make_team())
    assert browser(actor=stranger).get(f"/loans/{loan_id}").status_code == 404
    assert program(Role.COLLECTOR, actor=stranger).get(f"/loans/{loan_id}").status_code == 404
    perform(AddParty(loan_id, make_person(collector=stranger), "contact_person"), BANK)
    assert browser(actor=stranger).get(f"/loans/{loan_id}").status_code == 200
    assert browser(Role.DATA_STEWARD).get(f"/loans/{loan_id}").status_code == 403
    seen = program(Role.COLLECTOR, actor=collector).get(f"/loans/{loan_id}").json
    assert (seen["balance"], seen["currency"], seen["bucket"]) == ("12500.00", "CNY", "M2")
    assert browser(actor=collector).get(f"/loans/{new_id()}").status_code == 404
