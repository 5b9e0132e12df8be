"""The main job through its pages, without scripts: reserve, start, log; and what is refused."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask, g
from sqlalchemy import select

from crm.borrowers.models import circumstance, consent, contact_point
from crm.contacts.models import contact, decision, permit, said
from crm.contacts.pages.codes import codes_for
from crm.contacts.pages.typing import promise_usual
from crm.identity.actor import Actor
from crm.identity.roles import Role
from crm.storage.database import database
from tests.factories import (
    make_evidence,
    make_loan,
    make_person,
    make_point,
    make_portfolio,
    make_team,
)

MORNING = datetime(2026, 11, 3, 15, tzinfo=UTC)  # ten o'clock in New York


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


class Desk:
    """A collector's browser with one borrower of his in New York."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.person = make_person("Susan Novak", browser.actor, language="en")
        self.point = make_point(self.person, "+12125550116")
        make_evidence(self.person, "US", ("America/New_York",), "US-NY")
        portfolio = make_portfolio(collector_role="agency", currency="USD")
        self.loan = make_loan(self.person, portfolio, currency="USD")
        self.file = f"/people/{self.person}"

    def reserve(self, **more: Any) -> Any:
        form = {"contact_point_id": str(self.point), "channel": "call", "page": self.file}
        return self.browser.post(f"{self.file}/permits", **(form | more))

    def start(self, where: str) -> Any:
        path = where.partition("?")[0]
        return self.browser.post(f"{path}/start", page=where)

    def log(self, where: str, **form: Any) -> Any:
        path = where.partition("?")[0]
        sent = {"page": where, "zone": "America/New_York", "script_unsaid": "true"} | form
        return self.browser.post(f"{path}/contact", **sent)

    def logged(self, **form: Any) -> Any:
        where = self.reserve().location
        self.start(where)
        return self.log(where, **form)


@pytest.fixture
def desk(browser: Callable[..., Any]) -> Desk:
    return Desk(browser(Role.COLLECTOR, zone="America/New_York", team_id=make_team()))


def rows(table: Any) -> list[Any]:
    with database().read() as connection:
        return list(connection.execute(select(table)).all())


def test_reserve_start_log(desk: Desk) -> None:
    page = desk.browser.get(desk.file)
    assert "You may call now" in page.text
    assert f'action="{desk.file}/permits"' in page.text
    reserved = desk.reserve()
    assert reserved.status_code == 303
    waiting = desk.browser.get(reserved.location)
    assert "Start the call" in waiting.text
    assert "+12125550116" not in waiting.text
    started = desk.start(reserved.location)
    assert started.status_code == 200
    assert "+12125550116" in started.text
    again = desk.browser.get(reserved.location)
    assert "+12125550116" not in again.text
    assert 'name="quick" value="NA"' in again.text
    done = desk.log(reserved.location, outcome="RPC-N", note="Quiet.", emotion="calm")
    assert done.status_code == 303
    assert done.location == reserved.location, "the desk stays, and says what came of it"
    assert "It is logged: Spoken to about the debt." in desk.browser.get(done.location).text
    after = desk.browser.get(desk.file)
    assert "Spoken to about the debt" in after.text
    assert "Quiet." in after.text
    assert "12 CFR 1006.14(b)(2)(i)(B)" in after.text  # no further call within seven days
    (record,) = rows(contact)
    assert (record.outcome, record.code, record.emotion) == (
        "effective_conversation",
        "RPC-N",
        "calm",
    )


def test_nobody_reached_is_one_press(desk: Desk) -> None:
    assert desk.logged(quick="NA", outcome="").status_code == 303
    (record,) = rows(contact)
    assert (record.outcome, record.code) == ("no_answer", "NA")


def test_a_refused_wish_shows_the_law_on_the_file(desk: Desk) -> None:
    desk.logged(outcome="RPC-N")
    refused = desk.reserve()
    assert refused.status_code == 409
    assert "Susan Novak" in refused.text
    assert "This contact is refused" in refused.text
    assert "12 CFR 1006.14(b)(2)(i)(B)" in refused.text
    assert "10 Nov 2026, 08:00 (New York)" in refused.text
    assert "Reserve: Text message" in refused.text  # what is lawful instead, as a button
    assert not [row for row in rows(decision) if not row.allowed and row.asked_for != "permit"]
    assert len([row for row in rows(decision) if not row.allowed]) == 1


def test_a_refusal_at_the_start_is_shown_on_the_permit(desk: Desk, clock: Any) -> None:
    where = desk.reserve().location
    clock.shift(timedelta(minutes=10))
    refused = desk.start(where)
    assert refused.status_code == 409
    assert "It has lapsed. Ask for another." in refused.text
    assert "Lapsed" in refused.text


def test_what_was_said_is_kept_and_binds(desk: Desk) -> None:
    done = desk.logged(
        outcome="PTP",
        promise_amount="500.50",
        promise_currency="USD",
        promise_due_on="2026-11-20",
        said=["opt_out", "vulnerability"],
    )
    assert done.status_code == 303
    kinds = {row.kind for row in rows(said)}
    assert kinds == {"promise", "opt_out", "vulnerability"}
    assert {row.kind for row in rows(circumstance)} == {"medium_refused", "vulnerable"}
    assert "USD 500.50" not in desk.browser.get(desk.file).text
    page = desk.browser.get(desk.file + "/owed").text
    assert "USD 500.50" in page
    assert "20 November 2026" in page


@pytest.mark.parametrize(
    ("form", "kinds"),
    [
        ({"opt_out_breadth": "number"}, {"medium_refused"}),
        ({"opt_out_breadth": "number", "opt_out_channel": "sms"}, {"medium_refused"}),
        ({"opt_out_breadth": "channel", "opt_out_channel": "sms"}, {"opt_out"}),
        ({"opt_out_breadth": "work"}, {"inconvenient_place"}),
        (
            {"opt_out_breadth": "hours", "opt_out_from": "18:00", "opt_out_to": "20:00"},
            {"inconvenient_time"},
        ),
        ({"opt_out_breadth": "everything"}, {"medium_refused", "opt_out"}),
    ],
)
def test_an_opt_out_is_as_wide_as_was_chosen(desk: Desk, form: Any, kinds: set[str]) -> None:
    assert desk.logged(outcome="OPT", **form).status_code == 303
    assert {row.kind for row in rows(circumstance)} == kinds


def test_hours_ruled_out_must_be_named(desk: Desk) -> None:
    answer = desk.logged(outcome="OPT", opt_out_breadth="hours")
    assert answer.status_code == 422
    assert "opt_out_from-fault" in answer.text


def test_a_call_back_is_a_consent(desk: Desk) -> None:
    desk.logged(outcome="CBK", callback_at="2026-11-05T10:30")
    kinds = {row.kind for row in rows(consent)}
    assert kinds == {"time_exception"}


def test_a_wrong_number_ends_the_number(desk: Desk) -> None:
    desk.logged(outcome="WN")
    (point,) = rows(contact_point)
    assert point.valid_until is not None


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "Say what came of it."),
        ({"outcome": "PTP"}, "promise_amount-fault"),
        (
            {
                "outcome": "PTP",
                "promise_amount": "a lot",
                "promise_currency": "USD",
                "promise_due_on": "2026-11-20",
            },
            "Give an amount above zero, such as 500.00.",
        ),
        ({"outcome": "CBK"}, "callback_at-fault"),
        ({"outcome": "CBK", "callback_at": "0001-01-01T00:00"}, "Give a year from 1900 to 9000."),
        ({"outcome": "CBK", "callback_at": "9999-12-31T23:59"}, "Give a year from 1900 to 9000."),
        (
            {"outcome": "CBK", "callback_at": "2026-11-01T10:00"},
            "came after it was asked for.",
        ),
        ({"outcome": "XX"}, "outcome-fault"),
        ({"outcome": "VST-M"}, "outcome-fault"),
    ],
)
def test_faults_come_back_with_what_was_typed(desk: Desk, form: Any, told: str) -> None:
    answered = desk.logged(note="Kept while mending.", **form)
    assert answered.status_code == 422
    assert told in answered.text
    assert "Kept while mending." in answered.text
    if form.get("outcome") == "PTP":
        assert re.search(r'value="PTP" selected', answered.text)
    assert rows(contact) == []


def test_release_gives_the_slot_back(desk: Desk) -> None:
    where = desk.reserve().location
    desk.browser.post(f"{where}/release", page=where)
    assert "Nothing was counted" in desk.browser.get(where).text
    assert desk.reserve().status_code == 303


def test_a_leader_closes_what_a_colleague_left_open(desk: Desk, browser: Any) -> None:
    where = desk.reserve().location
    desk.start(where)
    leader = browser(Role.TEAM_LEADER, team_id=desk.browser.actor.team_id)
    assert "has not logged it yet" in leader.get(where).text
    leader.post(f"{where}/close", page=where, reason="holder_away")
    assert "outcome unknown" in leader.get(where).text
    late = desk.log(where, outcome="RPC-N")
    assert late.status_code == 303


def test_the_place_in_the_list_is_carried_along(desk: Desk) -> None:
    listed = f"{desk.file}?work=0"
    where = desk.reserve(page=listed).location
    assert where.endswith("?work=0")
    desk.start(where)
    saved = desk.log(where, quick="NA").location
    assert saved == where
    assert f"/work/next?person={desk.person}&amp;step=1&amp;work=0" in desk.browser.get(saved).text


@pytest.mark.parametrize(("came", "lit"), [("", "/people"), ("?work=0", "/work")])
def test_a_file_opened_from_the_list_of_work_is_still_at_work(
    desk: Desk, came: str, lit: str
) -> None:
    page = desk.browser.get(desk.file + came).text
    (place,) = re.findall(r'href="([^"]*)" title="[^"]*" aria-current="page"', page)
    assert place == lit


def test_another_ones_permit_does_not_exist(desk: Desk, browser: Any) -> None:
    where = desk.reserve().location
    stranger = browser(Role.COLLECTOR)
    assert stranger.get(where).status_code == 404
    assert stranger.post(f"{where}/start", page=where).status_code == 404


def test_a_contact_without_permit_gets_its_mark(desk: Desk) -> None:
    form = {
        "zone": "America/New_York",
        "direction": "outbound",
        "channel": "call",
        "contact_point_id": str(desk.point),
        "outcome": "NA",
        "page": f"{desk.file}/contacts/new",
    }
    path = f"{desk.file}/contacts"
    assert desk.browser.get(f"{path}/new").status_code == 200
    night = desk.browser.post(path, started_at="2026-11-03T07:30", reason="no_access", **form)
    assert night.status_code == 303
    (record,) = rows(contact)
    assert record.mark == "late_unlawful"
    assert record.started_at == datetime(2026, 11, 3, 12, 30, tzinfo=UTC)
    no_reason = desk.browser.post(path, started_at="2026-11-03T09:30", **form)
    assert no_reason.status_code == 422
    assert "Say why there was no permit." in no_reason.text


def test_the_record_shows_decision_and_entry_and_can_be_corrected(desk: Desk) -> None:
    desk.logged(quick="NA")
    (record,) = rows(contact)
    page = desk.browser.get(f"/contacts/{record.id}").text
    assert "Lawful" in page
    assert re.search(r"Entry \d+", page)
    done = desk.browser.post(
        f"/contacts/{record.id}/corrections", page=f"/contacts/{record.id}", outcome="RPC-N"
    )
    assert done.status_code == 303
    newer = next(row for row in rows(contact) if row.corrects_id)
    assert done.location == f"/contacts/{newer.id}"
    assert "A newer record counts" in desk.browser.get(f"/contacts/{record.id}").text
    timeline = desk.browser.get(desk.file).text
    assert timeline.count('href="/contacts/') == 1


def test_what_was_said_stays_on_the_page_through_every_correction(desk: Desk) -> None:
    desk.logged(outcome="RPC-N", said=["refusal"])
    (first,) = rows(contact)
    corrected = desk.browser.post(f"/contacts/{first.id}/corrections", note="A slip.")
    again = desk.browser.post(f"{corrected.location}/corrections", emotion="calm")
    for page in (again.location, corrected.location, desk.file):
        assert desk.browser.get(page).text.count("<li>Refuses to pay") == 1


def test_a_correction_that_says_nothing_is_no_correction(desk: Desk) -> None:
    desk.logged(quick="NA")
    (record,) = rows(contact)
    path = f"/contacts/{record.id}"
    empty = desk.browser.post(f"{path}/corrections", page=path, outcome="", note="")
    assert empty.status_code == 422
    assert "Say what was wrong." in empty.text
    assert len(rows(contact)) == 1


def test_a_reader_without_the_right_gets_no_buttons(desk: Desk, browser: Any) -> None:
    officer = browser(Role.COMPLIANCE_OFFICER)
    page = officer.get(desk.file)
    assert page.status_code == 200
    assert f"{desk.file}/permits" not in page.text
    assert (
        officer.post(
            f"{desk.file}/permits", contact_point_id=str(desk.point), channel="call", page=desk.file
        ).status_code
        == 403
    )
    assert rows(permit) == []


def test_unknown_ids_are_not_found(desk: Desk) -> None:
    nobody = UUID(int=7)
    for path in ("/people/", "/permits/", "/contacts/"):
        assert desk.browser.get(f"{path}{nobody}").status_code == 404
    gone = desk.browser.post(
        f"/people/{nobody}/permits", channel="call", contact_point_id=str(desk.point)
    )
    assert gone.status_code == 404


def test_a_stretch_of_minutes_is_no_second_view(desk: Desk, clock: Any) -> None:
    from tests.meter.test_file_page import views

    desk.browser.get(desk.file)
    where = desk.reserve().location
    desk.browser.get(where)
    clock.shift(timedelta(minutes=5))
    desk.browser.get(desk.file)
    assert views(desk.browser.actor) == 1


def test_of_others_nothing_is_offered_that_only_a_debtor_can_say(app: Flask) -> None:
    with app.test_request_context():
        of_debtors, of_others = (
            {one.code for _, found in codes_for("call", owes=owes)["groups"] for one in found}
            for owes in (True, False)
        )
    assert of_debtors - of_others == {
        *("PTP", "PPT", "RTP", "UTP", "HRD", "DIS", "IDT", "NMD", "PDC"),
    }
    assert {"3P-L", "3P-M", "3P-S", "CBK", "RPC-N"} <= of_others, "a slip must be told as it was"


def test_the_ten_commonest_have_a_digit_and_each_its_own(app: Flask) -> None:
    with app.test_request_context():
        for channel, most in (("call", 10), ("visit", 3), ("sms", 3), ("letter", 2)):
            choices = codes_for(channel)
            found = [one for _, group in choices["groups"] for one in group]
            digits = [one.digit for one in found if one.digit]
            assert len(digits) == len(set(digits)) == most, channel
            assert choices["spoken"] is (channel in {"call", "visit"})


def test_a_promise_says_how_and_by_whom(desk: Desk) -> None:
    more = {"channel": "debit", "proposed_by": "person", "partial": "true", "reminder": "true"}
    where = desk.reserve().location
    desk.start(where)
    form = {f"promise_{name}": value for name, value in more.items()}
    sent = desk.log(
        where,
        outcome="PTP",
        promise_amount="120.50",
        promise_currency="USD",
        promise_due_on="2026-11-20",
        promise_read_back="true",
        **form,
    )
    assert sent.status_code == 303
    held = rows(said)[0]
    page = desk.browser.get(f"/contacts/{held.contact_id}").text
    for words in (
        "USD 120.50",
        "Direct debit",
        "They named the amount",
        "less may come",
        "may be reminded",
        "read back and confirmed",
    ):
        assert words in page, words


def test_a_script_is_told_where_to_go_and_faults_come_as_the_page(desk: Desk) -> None:
    where = desk.reserve().location
    desk.start(where)
    path = where.partition("?")[0]
    client, token = desk.browser.client, desk.browser._token
    form = {"csrf_token": token, "page": where, "idempotency_key": "one"}
    headers = {"Accept": "application/json"}
    wrong = client.post(f"{path}/contact", data=form, headers=headers)
    assert (wrong.status_code, wrong.mimetype) == (422, "text/html")
    for _ in range(2):
        done = client.post(f"{path}/contact", data=form | {"quick": "NA"}, headers=headers)
        assert done.status_code == 200
        assert done.json == {"goes_to": desk_address(done.json["goes_to"], path, desk.file)}
    assert len(rows(contact)) == 1


def desk_address(found: str, path: str, file: str) -> str:
    """Return the address, which is the permit's page or the person's file."""
    assert found.partition("?")[0] in {path, file}
    return found


@pytest.mark.parametrize(
    ("loans", "amount"),
    [
        ([("USD", 120_050)], "1,200.50"),
        ([("USD", 100), ("USD", 0)], "1.00"),
        ([("JPY", 1200)], "1,200"),
        ([("USD", 100), ("CNY", 100)], None),
        ([("USD", None)], None),
        ([("USD", 100), ("USD", None)], None),
        ([("USD", 0)], None),
        ([], None),
    ],
)
def test_a_promise_starts_from_what_is_owed_where_it_may_be_seen(
    app: Flask, loans: Any, amount: str | None
) -> None:
    with app.test_request_context():
        g.actor = Actor(UUID(int=1), Role.COLLECTOR, zone="Asia/Shanghai")
        usual = promise_usual([{"currency": word, "overdue": minor} for word, minor in loans])
    assert usual.get("amount") == amount
    assert usual["due_on"] == "2026-11-06", "three days on, on the collector's calendar"
