"""Bringing a file in: what becomes of a line, and what a second run changes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.audit.models import audit_entry
from crm.borrowers.actions.points import EndContactPoint
from crm.borrowers.models import contact_point, person, place_evidence
from crm.gate.errors import Invalid, Stale
from crm.gate.perform import perform
from crm.identity.roles import Role
from crm.loans.imports import faults as f
from crm.loans.imports.actions.batches import ImportBatch
from crm.loans.models import (
    import_conflict,
    import_reject,
    import_run,
    loan,
    loan_month,
    loan_party,
    payment,
    portfolio,
)
from crm.privacy.openers import reopen
from crm.privacy.rows import stored
from crm.privacy.sealed import Sealed
from tests.factories import make_account, make_evidence, make_team
from tests.loans.conftest import OPERATOR, count, every
from tests.loans.files import DOCUMENT, HEADER, line, lines, mapping, text_of


def columns(**more: str) -> dict[str, Any]:
    return {"columns": DOCUMENT["columns"] | {name: name for name in more}}


def widened(rows: list[tuple[str, ...]], **more: str) -> str:
    return text_of([(*row, *more.values()) for row in rows], (*HEADER, *more))


@pytest.mark.both
def test_a_line_becomes_a_loan_with_its_person_months_and_payments(house, bring_in) -> None:
    bring_in([line()])
    (owed,), (who,) = every(loan), every(person)
    assert (owed.currency, owed.balance, owed.overdue) == ("CNY", 391_300, 310_200)
    assert (owed.days_past_due, owed.bucket, owed.as_of) == (30, "M1", date(2026, 3, 31))
    assert owed.credit_limit == 2_000_000
    assert reopen(stored(loan, owed._asdict())["number"]) == "A-1"
    assert reopen(stored(person, who._asdict())["name"]) == "Chen Jing"
    assert [(p.role, p.person_id, p.loan_id) for p in every(loan_party)] == [
        ("borrower", who.id, owed.id)
    ]
    months = {
        row.month: (row.bill, row.paid, row.status, row.days_past_due) for row in every(loan_month)
    }
    assert months == {
        date(2026, 3, 1): (391_300, 0, 1, 30),
        date(2026, 2, 1): (310_200, 68_900, 0, 0),
    }
    (paid,) = every(payment)
    assert (paid.amount, paid.currency, paid.paid_on, paid.source) == (
        68_900,
        "CNY",
        date(2026, 2, 28),
        "file",
    )
    (point,) = every(contact_point)
    assert (point.kind, point.place, point.person_id) == ("phone", "mobile", who.id)
    assert reopen(stored(contact_point, point._asdict())["value"]) == "+8613912345678"
    (evidence,) = every(place_evidence)
    assert evidence.observed_at == point.valid_from == datetime(2026, 2, 1, tzinfo=UTC)
    assert (evidence.country, evidence.zones, evidence.source) == (
        "CN",
        ["Asia/Shanghai"],
        "area_code",
    )


@pytest.mark.both
def test_a_second_run_changes_nothing(house, bring_in) -> None:
    rows = lines(3)
    first = bring_in(rows)
    before = {t.name: every(t) for t in (loan, person, loan_month, payment, contact_point)}
    second = bring_in(rows)
    assert first["run"]["new"] == 3
    assert second["run"] == first["run"] | {"new": 0, "same": 3}
    for table in (loan, person, loan_month, payment, contact_point):
        assert every(table) == before[table.name]


@pytest.mark.both
def test_a_later_file_changes_what_it_says_differently(house, bring_in) -> None:
    bring_in(lines(2))
    totals = bring_in(
        [
            line(
                account="A-1",
                name="Person One",
                phone="+8613900000099",
                b0="500",
                p0="12",
                s0="0",
                p1="700",
            ),
            *lines(2)[1:],
        ]
    )
    assert (totals["run"]["changed"], totals["run"]["same"]) == (1, 1)
    rows = {reopen(stored(loan, row._asdict())["number"]): row for row in every(loan)}
    one = rows["A-1"]
    assert (one.balance, one.overdue, one.days_past_due, one.bucket) == (50_000, 0, 0, "M0")
    assert (one.version, rows["A-2"].version) == (2, 1)
    names = {row.id: stored(person, row._asdict())["name"] for row in every(person)}
    assert reopen(names[one.borrower_id]) == "Person One"
    points = [row for row in every(contact_point) if row.person_id == one.borrower_id]
    assert len(points) == 2, "the old number stays until someone knows it is wrong"
    assert max(row.valid_from for row in points) > datetime(2026, 4, 1, tzinfo=UTC)
    amounts = sorted(row.amount for row in every(payment) if row.loan_id == one.id)
    assert amounts == [1_200, 70_000]


@pytest.mark.both
def test_more_accounts_than_a_batch_hold_come_in_whole_batches(house, bring_in) -> None:
    totals = bring_in(lines(501))
    assert totals["run"]["new"] == 501
    assert count(loan) == 501
    batches = [e for e in every(audit_entry) if e.action == "loans.accounts.imported"]
    assert len(batches) > 2


@pytest.mark.both
def test_what_is_wrong_with_a_line_keeps_that_line_out_whole(house, bring_in) -> None:
    totals = bring_in(
        [line(), line(account="A-2", limit="-5", phone="123"), line(account="A-1", name="Twice")]
    )
    assert (totals["run"]["new"], totals["run"]["rejected"]) == (1, 2)
    rejects = sorted(every(import_reject), key=lambda row: (row.line, row.column))
    assert [(r.line, r.column, r.reason) for r in rejects] == [
        (3, "limit", f.NEGATIVE.reason),
        (3, "phone", f.NOT_PHONE.reason),
        (4, "account", f.TWICE.reason),
    ]
    kept = [stored(import_reject, r._asdict())["value"] for r in rejects]
    assert [reopen(value) for value in kept] == ["-5", "1••• (3)", "A••• (3)"]
    assert count(person) == 1


def test_control_totals_are_of_the_lines_that_come_in(house, preview) -> None:
    found = preview([*lines(2), line(account="A-3", b0="x")])
    totals = found.totals(mapping())
    assert (totals["rows"], totals["new"], totals["rejected"]) == (3, 2, 1)
    assert dict(totals["sums"])["b0"] == str(2 * 391_300)
    assert totals["currency"] == "CNY"
    assert count(loan) == count(portfolio) == count(import_run) == 0


def test_the_last_month_is_moved_and_said_so(house, bring_in) -> None:
    moved = mapping(move_to_last_month=True, last_month="2005-09")
    totals = bring_in([line()], moved)
    assert totals["preview"]["moved_from"] == "2005-09"
    assert totals["preview"]["last_month"] == "2026-03-01"  # the month before today's
    assert every(loan)[0].as_of == date(2026, 3, 31)


def test_accounts_without_identity_become_people_without_values(house, bring_in) -> None:
    nameless = mapping(columns={"number": "account", "limit": "limit"})
    bring_in([line()], nameless)
    (who,) = every(person)
    assert who.name is None
    assert count(contact_point) == count(place_evidence) == 0


def test_an_address_is_evidence_of_place(house, bring_in) -> None:
    more = {
        "address": "12 Example Street",
        "city": "Honolulu",
        "postcode": "96813",
        "country": "US",
        "region": "US-HI",
        "language": "en",
    }
    bring_in(widened([line(phone="")], **more), mapping(**columns(**more)))
    (point,), (found,) = every(contact_point), every(place_evidence)
    assert point.kind == "postal"
    assert reopen(stored(contact_point, point._asdict())["value"]) == (
        "12 Example Street, Honolulu, 96813"
    )
    assert (found.source, found.region, found.zones) == ("address", "US-HI", ["Pacific/Honolulu"])
    assert every(person)[0].language == "en"


def test_a_country_alone_is_weak_evidence(house, bring_in) -> None:
    more = {"country": "US", "region": "US-NY"}
    bring_in(widened([line(phone="")], **more), mapping(**columns(**more)))
    (found,) = every(place_evidence)
    assert (found.source, found.country, found.region) == ("file", "US", "US-NY")


def test_a_collector_is_named_by_his_e_mail(house, bring_in) -> None:
    team = make_team()
    actor = make_account(Role.COLLECTOR, team_id=team, email="lin@bank.example")
    using = mapping(**columns(collector=""))
    bring_in(widened([line()], collector="Lin@Bank.example"), using)
    (who,) = every(person)
    assert (who.collector_id, who.team_id) == (actor.id, team)
    totals = bring_in(widened([line(account="A-2")], collector="nobody@bank.example"), using)
    assert totals["run"]["rejected"] == 1
    assert [r.reason for r in every(import_reject)] == [f.NO_COLLECTOR.reason]


def test_the_files_own_figures_count_where_it_has_them(house, bring_in) -> None:
    more = {"balance": "900", "overdue": "80", "days_past_due": "45"}
    totals = bring_in(widened([line()], **more), mapping(**columns(**more)))
    (owed,) = every(loan)
    assert (owed.balance, owed.overdue) == (90_000, 8_000)
    assert (owed.days_past_due, owed.bucket) == (45, "M2")
    assert not totals["preview"]["estimated"]


def test_an_account_of_another_portfolio_is_refused(house, bring_in) -> None:
    bring_in([line()])
    other = mapping(portfolio=DOCUMENT["portfolio"] | {"name": "Other"})
    totals = bring_in([line(), line(account="A-2")], other)
    assert (totals["run"]["new"], totals["run"]["rejected"]) == (1, 1)
    assert [r.reason for r in every(import_reject)] == [f.ELSEWHERE.reason]


def test_a_portfolio_does_not_change_its_currency_in_passing(house, bring_in, preview) -> None:
    bring_in([line()])
    with pytest.raises(Invalid):
        preview([line()], mapping(portfolio=DOCUMENT["portfolio"] | {"currency": "USD"}))


def test_a_worker_that_comes_too_late_does_nothing_twice(house, bring_in) -> None:
    totals = bring_in([line()])
    (run,) = every(import_run)
    assert run.state == "done"
    with pytest.raises(Stale):
        perform(ImportBatch(run.id, 0, totals["run"]["next_line"], ()), OPERATOR)


def test_what_a_file_changes_has_open_permits_judged_anew(house, bring_in) -> None:
    def judged() -> int:
        return sum(e.action == "contacts.permits.rejudged" for e in every(audit_entry))

    using = mapping(**columns(balance=""))
    bring_in(widened([line()], balance="10"), using)
    bring_in(widened([line()], balance="9"), using)
    assert judged() == 0, "less owed is no reason to stop"
    bring_in(widened([line()], balance="0"), using)
    assert every(loan)[0].balance == 0
    assert judged() == 1, "nothing owed is"
    bring_in(widened([line(phone="+12125550123")], balance="0"), using)
    assert judged() == 2, "so is a number elsewhere"


def test_values_cannot_be_read_off_the_rows(house, bring_in) -> None:
    bring_in([line()])
    for table in (person, contact_point, loan):
        assert b"Chen" not in repr([tuple(row) for row in every(table)]).encode()
    assert isinstance(stored(person, every(person)[0]._asdict())["name"], Sealed)


@pytest.mark.both
def test_new_people_without_a_collector_come_to_the_mappings_team(house, bring_in) -> None:
    team_id, other = make_team("Early arrears"), make_team("Another")
    make_account(Role.COLLECTOR, team_id=other, email="ann@bank.example")
    named = {"portfolio": DOCUMENT["portfolio"] | {"team": "Early arrears"}}
    rows = [(*row, email) for row, email in zip(lines(2), ("", "ann@bank.example"), strict=True)]
    content = text_of(rows, (*HEADER, "collector"))
    chosen = mapping(**named, **columns(collector="x"))
    assert bring_in(content, chosen)["run"]["new"] == 2
    assert {row.team_id for row in every(person)} == {team_id, other}
    assert bring_in(content, chosen)["run"]["same"] == 2  # a team is not of the row


def test_an_unknown_team_is_named_before_anything_is_written(house, preview) -> None:
    chosen = mapping(portfolio=DOCUMENT["portfolio"] | {"team": "Nowhere"})
    with pytest.raises(Invalid) as no:
        preview(lines(2), chosen)
    assert no.value.fields["named"] == ["Nowhere"]
    assert count(import_run) == count(person) == 0


def test_a_number_that_was_ended_here_does_not_come_back(house, bring_in) -> None:
    bring_in(lines(2))
    (first, _) = every(contact_point)
    make_evidence(first.person_id)  # else it is the last clock, which two people drop
    perform(EndContactPoint(first.id, "wrong_number"), OPERATOR)
    for _ in range(2):
        totals = bring_in(lines(2))
        assert totals["preview"]["conflicts"] == totals["run"]["conflicts"] == 1
        assert totals["run"]["changed"] == 0
    assert [row.valid_until is None for row in every(contact_point)].count(True) == 1
    assert {(row.reason, row.record_id) for row in every(import_conflict)} == {
        ("point_ended", first.id)
    }
